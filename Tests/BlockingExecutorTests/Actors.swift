import BlockingExecutor
import Glibc
import Synchronization
import Testing

/// A switch that one side turns on and the other side watches.
final class Flag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .acquiring) }

    func set() {
        value.store(true, ordering: .releasing)
    }
}

/// A value that several actors change.
final class Shared<Value: Sendable>: Sendable {
    let value: Mutex<Value>

    init(_ value: Value) {
        self.value = Mutex(value)
    }
}

/// Runs whatever a test hands it on the thread of its executor.
actor Recorder {
    private let executor: BlockingExecutor
    let marker = 7

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(executor: BlockingExecutor) {
        self.executor = executor
    }

    func run<Value: Sendable>(_ body: @Sendable () -> Value) -> Value {
        body()
    }

    /// Starts a task that owns the actor, so that the actor may die at the end of its own last job.
    func start(_ body: @escaping @Sendable () -> Void) -> Task<Void, Never> {
        Task {
            body()
            preconditionIsolated()
        }
    }
}

/// Blocks its thread as a C library does, until it is told to stop.
actor Blocker {
    private let executor: BlockingExecutor

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(name: String) {
        executor = BlockingExecutor(name: name)
    }

    func block(until isReleased: @Sendable () -> Bool) {
        while !isReleased() { usleep(1_000) }
    }
}

/// The names of the threads of this process, as the kernel has them.
func threadNames() -> [String] {
    guard let folder = opendir("/proc/self/task") else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
        let number = withUnsafeBytes(of: entry.pointee.d_name) {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        names.append(threadName("/proc/self/task/\(number)/comm"))
    }
    return names
}

func currentThreadName() -> String {
    threadName("/proc/thread-self/comm")
}

private func threadName(_ path: String) -> String {
    guard let file = fopen(path, "r") else { return "" }
    defer { fclose(file) }
    var line = [UInt8](repeating: 0, count: 32)
    let count = fread(&line, 1, line.count, file)
    return String(decoding: line.prefix(count).filter { $0 != 10 }, as: UTF8.self)
}

/// A detached thread leaves a moment after its executor; the moment is waited for, however busy the machine is.
func expectNoThread(named name: String, sourceLocation: SourceLocation = #_sourceLocation) async {
    let end = ContinuousClock.now + .seconds(30)
    while threadNames().contains(name) && ContinuousClock.now < end {
        try? await Task.sleep(for: .milliseconds(5))
    }
    #expect(!threadNames().contains(name), sourceLocation: sourceLocation)
}
