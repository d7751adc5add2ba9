import Foundation
import Synchronization
import Testing

@testable import MainLoop

/// A loop at work on a thread of its own, as the program's first thread is.
final class RunningLoop: Sendable {
    let loop = Loop()
    private let thread: pthread_t

    init() {
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { loop in
                if let loop { Unmanaged<Loop>.fromOpaque(loop).takeRetainedValue().run() }
                return nil
            }, Unmanaged.passRetained(loop).toOpaque())
        precondition(code == 0, "the kernel gives no thread")
        self.thread = thread
    }

    /// Stops the loop when what is due is done, waits for its end, and says which thread it was.
    @discardableResult
    func end() -> pthread_t {
        loop.stop()
        pthread_join(thread, nil)
        return thread
    }

    /// How often the loop's thread has gone to sleep by itself.
    func sleeps() async throws -> Int {
        let path = await Task(executorPreference: loop) {
            var link = [UInt8](repeating: 0, count: 64)
            let count = readlink("/proc/thread-self", &link, link.count)
            return "/proc/" + String(decoding: link.prefix(max(count, 0)), as: UTF8.self) + "/status"
        }.value
        let line = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").first {
            $0.hasPrefix("voluntary_ctxt_switches:")
        }
        return try #require(line.flatMap { Int($0.drop { !$0.isNumber }) })
    }
}

/// Hands jobs to a loop for a moment yet to come, on the thread of whoever has them.
final class Delayer: TaskExecutor {
    private let loop: Loop

    init(loop: Loop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        loop.enqueue(job, after: .milliseconds(50), tolerance: nil, clock: .continuous)
    }
}

/// A value that several tasks change.
final class Shared<Value: Sendable>: Sendable {
    let value: Mutex<Value>

    init(_ value: Value) { self.value = Mutex(value) }
}
