import Glibc

/// The jobs that wait for one thread, and the loop of that thread.
///
/// It is an object of its own because the thread keeps it until the end, and must not keep the executor: an executor
/// that its own thread held would live for ever.
///
/// Unchecked, because the compiler does not know POSIX locks. Invariant: `entries` and `isStopped` are read and written
/// only while `mutex` is held; the name and the two pointers never change.
final class JobQueue: @unchecked Sendable {
    /// A job, with the executor that it keeps alive until it has run.
    struct Entry {
        let job: UnownedJob
        let executor: BlockingExecutor
    }

    private let name: String
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var entries: [Entry] = []
    private var isStopped = false

    init(name: String) {
        self.name = name
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    func append(_ entry: Entry) {
        pthread_mutex_lock(mutex)
        entries.append(entry)
        pthread_cond_signal(changed)
        pthread_mutex_unlock(mutex)
    }

    func stop() {
        pthread_mutex_lock(mutex)
        isStopped = true
        pthread_cond_signal(changed)
        pthread_mutex_unlock(mutex)
    }

    /// The life of the thread: returns once the executor is gone.
    func runUntilStopped() {
        nameThread(name)
        blockSignals()
        while true {
            let batch = nextBatch()
            if batch.isEmpty { return }
            for entry in batch {
                entry.job.runSynchronously(on: entry.executor.asUnownedSerialExecutor())
            }
            // Here the batch lets go of the executor; if nobody else holds it, its deinit runs now and on this thread.
        }
    }

    /// Waits for jobs and takes them all; empty means that there will be no more.
    private func nextBatch() -> [Entry] {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while entries.isEmpty && !isStopped {
            pthread_cond_wait(changed, mutex)
        }
        let batch = entries
        entries = []
        return batch
    }
}

/// Names the calling thread by way of the kernel: Swift's Glibc lacks `pthread_setname_np`, a GNU extension.
///
/// Without /proc the thread keeps the name of the process, and nothing else is lost.
private func nameThread(_ name: String) {
    let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    _ = write(file, name, name.utf8.count)
    close(file)
}

/// Leaves signals to the other threads: one that lands here would cut a serial read short with EINTR.
///
/// Faults stay open. They belong to the thread that made them, and a crash must be able to report where it was.
private func blockSignals() {
    var signals = sigset_t()
    sigfillset(&signals)
    for fault in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS] {
        sigdelset(&signals, fault)
    }
    pthread_sigmask(SIG_BLOCK, &signals, nil)
}
