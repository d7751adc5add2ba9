import BlockingExecutor
import Glibc
import Synchronization
import WriteRecorder

/// One at a time: a child started between another's pipe and its mark would inherit the pipe, and keep it open.
private let spawning = Mutex(())

/// A process that a test starts, listens to and kills.
actor Child {
    private let executor = BlockingExecutor(name: "child")
    private let process: pid_t
    private let output: Int32
    private var unread: [UInt8] = []

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Starts a program by its path, with its standard output in a pipe.
    init(_ arguments: [String]) throws {
        (process, output) = try spawning.withLock { _ in try Self.spawn(arguments) }
    }

    private static func spawn(_ arguments: [String]) throws -> (pid_t, Int32) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw ChildFailure(code: errno) }
        defer { close(ends[1]) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        var process = pid_t()
        let words = arguments.map { strdup($0) }
        defer { words.forEach { free($0) } }
        let code = posix_spawn(&process, arguments[0], &actions, nil, words + [nil], environ)
        guard code == 0 else {
            close(ends[0])
            throw ChildFailure(code: code)
        }
        return (process, ends[0])
    }

    deinit {
        close(output)
    }

    /// The next line of the output; nil once the process is gone and all is read.
    func line() -> String? {
        while true {
            if let end = unread.firstIndex(of: 10) {
                defer { unread.removeSubrange(...end) }
                return String(decoding: unread[..<end], as: UTF8.self)
            }
            var chunk = [UInt8](repeating: 0, count: 4_096)
            let count = read(output, &chunk, chunk.count)
            if count <= 0 { return nil }
            unread += chunk.prefix(count)
        }
    }

    /// All lines up to the end of the process.
    func lines() -> [String] {
        var lines: [String] = []
        while let line = line() { lines.append(line) }
        return lines
    }

    /// Limits the size to which the process may let a file grow; nil ends it.
    nonisolated func limitFiles(to bytes: UInt64?) {
        recorder_limit_files(process, bytes ?? 0)
    }

    nonisolated func kill() {
        Glibc.kill(process, SIGKILL)
    }

    /// Waits for the end and answers the exit code, or nil after a signal.
    func end() -> Int32? {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        return status & 0x7f == 0 ? status >> 8 & 0xff : nil
    }
}

struct ChildFailure: Error {
    let code: Int32
}

/// The helper of these tests lies beside the program that runs them.
let spoolWriter: String = {
    guard let real = realpath("/proc/self/exe", nil) else { return "" }
    defer { free(real) }
    let own = String(cString: real)
    return own.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        + "/SpoolWriter"
}()
