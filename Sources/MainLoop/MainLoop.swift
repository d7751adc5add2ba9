internal import Glibc
@_spi(ExperimentalCustomExecutors) internal import _Concurrency

/// One thread in place of Swift's pool, for a program in which nothing blocks but what has a thread of its own.
///
/// The pool stands on libdispatch, which keeps a thread for each core, one for its timers, and a watch over them all that
/// wakes the processor once a second for as long as the program lives. A gateway that waits five minutes for its next
/// cycle needs none of that: its first thread sleeps until there is a job or the next moment has come.
public enum MainLoop {
    /// Runs the program's body on this thread, and ends the process when the body ends.
    ///
    /// To be called on the first thread and before the first task of the program.
    public static func run(_ body: @escaping @Sendable () async -> Void) -> Never {
        _createExecutors(factory: Factory.self)
        Task {
            await body()
            exit(EXIT_SUCCESS)
        }
        Factory.loop.run()
        fatalError("nobody stops the program's loop")
    }

    private struct Factory: ExecutorFactory {
        static let loop = Loop()
        static var mainExecutor: any MainExecutor { loop }
        static var defaultExecutor: any TaskExecutor { loop }
    }
}
