internal import Glibc
@_spi(ExperimentalCustomExecutors) @_spi(ExperimentalScheduling) internal import _Concurrency

/// The thread that calls ``run()``, as the executor of whatever is handed to it, at once or for a later moment.
final class Loop: MainExecutor, TaskExecutor, SchedulingExecutor {
    private let agenda = Agenda()

    /// Runs jobs on the calling thread, each when its moment has come, until the loop is stopped.
    func run() {
        let (serial, task) = (asUnownedSerialExecutor(), asUnownedTaskExecutor())
        agenda.thread = pthread_self()
        while let jobs = agenda.next() {
            for job in jobs { job.runSynchronously(isolatedTo: serial, taskExecutor: task) }
        }
    }

    /// Lets ``run()`` return when the jobs that are due are done.
    func stop() { agenda.stop() }

    /// Has a job run after all that are due already.
    func enqueue(_ job: consuming ExecutorJob) { agenda.add(UnownedJob(job)) }

    /// Has a job run after a time, by a clock that counts seconds.
    func enqueue<C: Clock>(
        _ job: consuming ExecutorJob, after delay: C.Duration, tolerance: C.Duration?, clock: C
    ) {
        guard let delay = delay as? Duration else { fatalError("a clock without seconds: \(C.self)") }
        agenda.add(UnownedJob(job), at: .now + delay)
    }

    /// Has a job run at a moment, by a clock that counts seconds.
    func enqueue<C: Clock>(
        _ job: consuming ExecutorJob, at instant: C.Instant, tolerance: C.Duration?, clock: C
    ) {
        enqueue(job, after: clock.now.duration(to: instant), tolerance: tolerance, clock: clock)
    }

    /// Stops the process when the caller is not on the loop's thread.
    func checkIsolated() {
        precondition(agenda.isCurrentThread, "this code must run on the program's first thread, and does not")
    }

    /// Tells whether the caller is on the loop's thread.
    func isIsolatingCurrentContext() -> Bool? { agenda.isCurrentThread }
}
