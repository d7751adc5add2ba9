import Glibc

/// The jobs that are due, those whose moment is yet to come, and the sleep between them.
///
/// Unchecked, because the compiler does not know POSIX locks. Invariant: `due`, `later`, `isStopped` and the thread are
/// read and written only while `mutex` is held; the two pointers never change.
final class Agenda: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var due: [UnownedJob] = []
    /// The next one last; of two with one moment the one that came first runs first.
    private var later: [(moment: ContinuousClock.Instant, job: UnownedJob)] = []
    private var isStopped = false
    private var runner: pthread_t?

    init() {
        pthread_mutex_init(mutex, nil)
        // Steps of the wall clock must not move a sleep.
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(changed, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    /// The thread that runs the jobs.
    var thread: pthread_t? {
        get { locked { runner } }
        set { locked { runner = newValue } }
    }

    var isCurrentThread: Bool { thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false }

    func add(_ job: UnownedJob) {
        locked {
            due.append(job)
            pthread_cond_signal(changed)
        }
    }

    func add(_ job: UnownedJob, at moment: ContinuousClock.Instant) {
        locked {
            var (low, high) = (0, later.count)
            while low < high {
                let middle = (low + high) / 2
                if later[middle].moment > moment { low = middle + 1 } else { high = middle }
            }
            later.insert((moment, job), at: low)
            if low == later.count - 1 { pthread_cond_signal(changed) }
        }
    }

    func stop() {
        locked {
            isStopped = true
            pthread_cond_signal(changed)
        }
    }

    /// Waits for jobs and takes all that are due; nil when the loop is stopped and nothing is due.
    func next() -> [UnownedJob]? {
        locked {
            while true {
                let now = ContinuousClock.now
                while let first = later.last, first.moment <= now {
                    due.append(first.job)
                    later.removeLast()
                }
                if !due.isEmpty { break }
                if isStopped { return nil }
                sleep(for: later.last.map { now.duration(to: $0.moment) })
            }
            defer { due = [] }
            return due
        }
    }

    /// Lets the lock go until something changes, or for so long.
    private func sleep(for time: Duration?) {
        guard let (seconds, attoseconds) = time?.components else {
            pthread_cond_wait(changed, mutex)
            return
        }
        var end = timespec()
        clock_gettime(CLOCK_MONOTONIC, &end)
        // Rounded up: woken a hair too early, it would go round once more for nothing.
        let nanoseconds = end.tv_nsec + Int(attoseconds / 1_000_000_000) + 1
        end.tv_sec += Int(min(seconds, 1_000_000_000)) + nanoseconds / 1_000_000_000
        end.tv_nsec = nanoseconds % 1_000_000_000
        pthread_cond_timedwait(changed, mutex, &end)
    }

    private func locked<Value>(_ body: () -> Value) -> Value {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}
