internal import Foundation
internal import Synchronization

/// A program that runs beside the test and never outlives it.
///
/// It is killed, with everything it started, when nobody holds this object any more. If the test process itself dies, the
/// kernel kills it, however that came; what it started in turn is then left to itself.
public final class ChildProcess: Sendable {
    /// How a process came to its end.
    public enum Exit: Sendable, Equatable, CustomStringConvertible {
        /// It ended by itself, with this status.
        case status(Int32)
        /// A signal ended it.
        case signal(Int32)

        /// The end in words.
        public var description: String {
            switch self {
            case .status(let status): "status \(status)"
            case .signal(let signal): "signal \(signal)"
            }
        }
    }

    /// The process id.
    ///
    /// It may belong to somebody else once the process has ended: send signals through this object.
    public let id: Int32

    /// The program's name, for messages.
    public let name: String

    /// What it writes to its standard output.
    public let output: ProcessOutput

    /// What it writes to its standard error.
    public let errors: ProcessOutput

    private let life: Life

    /// Our end of its standard input, where it was given one.
    private let input: Int32?

    /// Starts a program, given by a path, or by a name that is looked up in PATH and where services live.
    ///
    /// The environment is this process's own, with the given variables set on top of it. Its standard input is empty,
    /// unless something is to be typed into it.
    public init(
        _ program: String,
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        takesInput: Bool = false
    ) throws {
        let executable = try Self.lookUp(program)
        let input = takesInput ? try Spawner.socketPair() : nil
        defer { if let input { close(input.theirs) } }
        self.input = input?.ours
        let output = try Spawner.pipe()
        let errors = try Spawner.pipe()
        defer {
            close(output.write)
            close(errors.write)
        }
        do {
            id = try Spawner.spawn(
                Spawner.Request(
                    executable: executable,
                    arguments: arguments,
                    environment: ProcessInfo.processInfo.environment.merging(environment) { $1 },
                    input: input?.theirs,
                    output: output.write,
                    errors: errors.write
                )
            )
        } catch {
            close(output.read)
            close(errors.read)
            if let input { close(input.ours) }
            throw error
        }
        name = URL(fileURLWithPath: executable).lastPathComponent
        life = Life(id: id)
        self.output = ProcessOutput()
        self.errors = ProcessOutput()
        try life.watch([(output.read, self.output), (errors.read, self.errors)])
    }

    deinit {
        life.signal(SIGKILL, toGroup: true)
        // Reaped before this returns, so that no zombie is left and whatever it held open is free again. A killed
        // process is gone in milliseconds; the bound is for one that hangs in the kernel.
        _ = life.reaped.wait(timeout: .now() + 10)
        life.reaped.signal()
        if let input { close(input) }
    }

    /// Types a line into its standard input.
    public func type(_ line: String) throws {
        guard let input else { throw BenchError("\(name) was started without an input") }
        let bytes = Array("\(line)\n".utf8)
        // A program that has ended must not end this one by SIGPIPE.
        guard Foundation.send(input, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw BenchError("\(name) takes no input any more: \(String(cString: strerror(errno)))")
        }
    }

    /// How it ended, or nothing while it runs.
    public var exit: Exit? { life.exit }

    /// Whether it has not ended yet.
    ///
    /// A stopped process is running, too.
    public var isRunning: Bool { exit == nil }

    /// Sends a signal; to a process that has ended it does nothing.
    public func send(_ signal: Int32) {
        life.signal(signal, toGroup: false)
    }

    /// Waits for the end, and for all it has written; throws if it still runs after the time.
    @discardableResult
    public func waitForExit(within duration: Duration = .seconds(10)) async throws -> Exit {
        try await eventually("\(name) has ended; it wrote: \(errors.text.suffix(2_000))", within: duration) {
            exit != nil
        }
        guard let exit else { throw BenchError("\(name) has no exit although it ended") }
        return exit
    }

    /// Asks it to stop, kills it if it does not within the time, and returns how it ended.
    @discardableResult
    public func stop(within duration: Duration = .seconds(5)) async throws -> Exit {
        send(SIGTERM)
        // One that is stopped would keep the signal for later.
        send(SIGCONT)
        if let exit = try? await waitForExit(within: duration) { return exit }
        return try await kill()
    }

    /// Ends it at once, as a power cut would, and waits until it is gone.
    @discardableResult
    public func kill() async throws -> Exit {
        life.signal(SIGKILL, toGroup: true)
        return try await waitForExit()
    }

    /// Runs a program to its end; throws if it takes longer than the time, not if it fails.
    public static func run(
        _ program: String,
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        within duration: Duration = .seconds(30)
    ) async throws -> ChildProcess {
        let child = try ChildProcess(program, arguments, environment: environment)
        try await child.waitForExit(within: duration)
        return child
    }

    private static func lookUp(_ program: String) throws -> String {
        guard !program.contains("/") else {
            guard FileManager.default.isExecutableFile(atPath: program) else {
                throw BenchError("\(program) is not there, or cannot be executed")
            }
            return program
        }
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        // Debian keeps services where an ordinary user's PATH does not lead.
        let folders = path.split(separator: ":").map(String.init) + ["/usr/sbin", "/usr/local/sbin", "/sbin"]
        let candidates = folders.map { "\($0)/\(program)" }
        guard let found = candidates.first(where: FileManager.default.isExecutableFile(atPath:)) else {
            throw BenchError("\(program) is not installed; looked in \(folders.joined(separator: ":"))")
        }
        return found
    }
}
