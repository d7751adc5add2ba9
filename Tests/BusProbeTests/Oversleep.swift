import Foundation
import Synchronization

/// Watches whether the machine lets its sleepers wake in time while something runs.
///
/// The wiring doctor judges by milliseconds. Where the machine has other work, the simulated slaves answer late and haltingly,
/// and what the doctor sees then is the machine's fault and not the one that was injected.
final class Oversleep: Sendable {
    /// What the machine may be late and still leave a character's and an answer's times as they are.
    static let allowed: Duration = .milliseconds(8)

    private let greatest = Mutex<Duration?>(.zero)

    init() {
        Thread.detachNewThread { [self] in
            var before = ContinuousClock.now
            while true {
                usleep(2_000)
                let now = ContinuousClock.now
                let late = now - before - .milliseconds(2)
                let goesOn = greatest.withLock { greatest in
                    guard let known = greatest else { return false }
                    greatest = max(known, late)
                    return true
                }
                guard goesOn else { return }
                before = now
            }
        }
    }

    /// Ends the watch and says whether no sleeper was late.
    func stop() -> Bool {
        greatest.withLock { greatest in
            defer { greatest = nil }
            return greatest.map { $0 <= Self.allowed } ?? false
        }
    }
}
