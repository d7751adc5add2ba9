import Synchronization
import UnixSignals

/// Ctrl-C and SIGTERM, as something that a task can wait for and others can ask about.
final class Interruption: Sendable {
    private let happened = Atomic<Bool>(false)
    private let signals: UnixSignalsSequence

    init() async { signals = await UnixSignalsSequence(trapping: .sigint, .sigterm) }

    /// Whether a signal has come.
    var hasHappened: Bool { happened.load(ordering: .relaxed) }

    /// Returns when a signal comes, or when the task is cancelled.
    func wait() async {
        for await _ in signals {
            happened.store(true, ordering: .relaxed)
            return
        }
    }
}
