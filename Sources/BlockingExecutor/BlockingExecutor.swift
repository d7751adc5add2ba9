import Glibc

/// One named thread that runs the jobs of an actor in order, so that the actor may call C that blocks.
///
/// libmodbus waits for a slave and SQLite waits for the disk inside their calls. Swift's own pool has one thread for each
/// core: two plain actors blocked in C froze a whole process on two cores, timers and all. An actor that runs here blocks
/// nobody but itself.
///
/// ```swift
/// actor Line {
///     private let executor = BlockingExecutor(name: "line-1")
///     nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
/// }
/// ```
///
/// The thread ends when the last actor lets go of the executor. Several actors may share one executor; then at most one
/// of them runs at a time.
public final class BlockingExecutor: SerialExecutor {
    private let queue: JobQueue
    private let thread: pthread_t

    /// Starts the thread under a name that `ps -L` and `/proc` show, cut to the 15 bytes the kernel keeps.
    ///
    /// A system that refuses one more thread ends the process: an actor without its thread could never run anything.
    public init(name: String) {
        let queue = JobQueue(name: threadName(name))
        var thread = pthread_t()
        let code = pthread_create(
            &thread,
            nil,
            { argument in
                // Never nil: it is the pointer passed below.
                guard let argument else { return nil }
                Unmanaged<JobQueue>.fromOpaque(argument).takeRetainedValue().runUntilStopped()
                return nil
            },
            Unmanaged.passRetained(queue).toOpaque()
        )
        guard code == 0 else {
            fatalError("starting the thread '\(name)' failed: \(String(cString: strerror(code))) (\(code))")
        }
        self.queue = queue
        self.thread = thread
    }

    deinit {
        // Every job holds its executor until it has run, so nothing is queued here and no job is running.
        queue.stop()
        if isCurrentThread {
            // The thread itself let go last, after its last job. It cannot wait for itself.
            pthread_detach(thread)
        } else {
            pthread_join(thread, nil)
        }
    }

    /// Appends a job to the queue; the thread runs it after all that came before it.
    public func enqueue(_ job: consuming ExecutorJob) {
        queue.append(JobQueue.Entry(job: UnownedJob(job), executor: self))
    }

    /// Stops the process when the caller is not on this thread.
    public func checkIsolated() {
        precondition(isCurrentThread, "this code must run on the thread of its own executor, and does not")
    }

    /// Tells whether the caller is on this thread.
    public func isIsolatingCurrentContext() -> Bool? {
        isCurrentThread
    }

    private var isCurrentThread: Bool {
        pthread_equal(pthread_self(), thread) != 0
    }
}

/// Cuts a name to the 15 bytes that the kernel keeps, without cutting a character in two.
private func threadName(_ name: String) -> String {
    var short = name
    while short.utf8.count > 15 { short.removeLast() }
    return short
}
