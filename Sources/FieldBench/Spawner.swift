internal import Foundation
internal import Synchronization

/// Starts processes, all of them from one thread that lives as long as this process does.
///
/// The kernel's parent-death signal is sent when the *thread* that started the child ends, not the process. A thread of
/// the concurrency pool may end at any time, and would take a healthy broker with it.
enum Spawner {
    struct Request: Sendable {
        var executable: String
        var arguments: [String]
        var environment: [String: String]
        /// Nothing where the input is empty.
        var input: Int32?
        var output: Int32
        var errors: Int32
    }

    /// Starts the process, blocking for about a millisecond, and returns its id.
    static func spawn(_ request: Request) throws -> pid_t {
        let outcome = Outcome()
        jobs.withLock { $0.append((request, outcome)) }
        wake.signal()
        _ = started
        outcome.done.wait()
        return try outcome.result.withLock { try $0.get() }
    }

    /// A pipe that no child inherits, except as its output.
    static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        // Under the lock, because a child forked between the two calls would keep the pipe open.
        let code = forking.withLock { _ in
            guard Foundation.pipe(&ends) == 0 else { return errno }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            return 0
        }
        guard code == 0 else { throw BenchError("cannot make a pipe: \(String(cString: strerror(code)))") }
        return (ends[0], ends[1])
    }

    /// Two ends of which what is written to one is read from the other, and that no child inherits, except as its input.
    static func socketPair() throws -> (ours: Int32, theirs: Int32) {
        var ends: [Int32] = [-1, -1]
        // Born closed to children: no lock is needed.
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw BenchError("cannot make a pair of sockets: \(String(cString: strerror(errno)))")
        }
        return (ends[0], ends[1])
    }

    private static let forking = Mutex<Void>(())

    private final class Outcome: Sendable {
        let done = DispatchSemaphore(value: 0)
        let result = Mutex<Result<pid_t, BenchError>>(.failure(BenchError("not started yet")))
    }

    private static let jobs = Mutex<[(Request, Outcome)]>([])
    private static let wake = DispatchSemaphore(value: 0)

    private static let started: Void = Thread.detachNewThread {
        while true {
            wake.wait()
            guard let (request, outcome) = jobs.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { continue }
            outcome.result.withLock { result in result = forking.withLock { _ in start(request) } }
            outcome.done.signal()
        }
    }

    private static func start(_ request: Request) -> Result<pid_t, BenchError> {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input = request.input {
            posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, request.output, 1)
        posix_spawn_file_actions_adddup2(&actions, request.errors, 2)
        // A descriptor that some other thread has open would keep a pipe or a port alive in the child.
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? [] {
            if let descriptor = Int32(name), descriptor > 2 {
                posix_spawn_file_actions_addclose(&actions, descriptor)
            }
        }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A worker thread may have signals blocked, and a child that inherits that cannot be asked to stop.
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        // A group of its own, so that what the child starts can be ended with it.
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP)
        )

        // setpriv asks the kernel to kill the child when this thread, hence this process, ends, and then becomes the
        // child: the process id is the child's own.
        let words = [setpriv, "--pdeathsig", "KILL", "--", request.executable] + request.arguments
        let variables = request.environment.map { "\($0.key)=\($0.value)" }
        var pid: pid_t = 0
        let code = withCStrings(words) { arguments in
            withCStrings(variables) { environment in
                posix_spawn(&pid, setpriv, &actions, &attributes, arguments, environment)
            }
        }
        guard code == 0 else {
            return .failure(BenchError("cannot start \(request.executable): \(String(cString: strerror(code)))"))
        }
        return .success(pid)
    }

    private static let setpriv = "/usr/bin/setpriv"

    private static func withCStrings<R>(
        _ strings: [String],
        _ body: ([UnsafeMutablePointer<CChar>?]) -> R
    ) -> R {
        let copies = strings.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }
}
