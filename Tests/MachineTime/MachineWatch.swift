import Foundation
import Synchronization

/// Watches whether the machine lets its sleepers wake in time while something runs.
///
/// A meter that is simulated on a machine with other work answers late and haltingly, and an agent there is late as well:
/// what is seen then is the machine's fault and not that of what is under test.
public final class MachineWatch: Sendable {
    /// What the machine may be late and still leave a character's and an answer's times as they are.
    public static let allowed: Duration = .milliseconds(8)

    private let greatest = Mutex<Duration?>(.zero)

    /// Begins to watch.
    public convenience init() {
        self.init(sleeper: Self.sleep)
    }

    /// Begins to watch a sleeper, which sleeps a moment and says how much later it woke.
    init(sleeper: @escaping @Sendable () -> Duration) {
        Thread.detachNewThread { [self] in
            var goesOn = true
            while goesOn {
                let late = sleeper()
                goesOn = greatest.withLock { greatest in
                    guard let known = greatest else { return false }
                    greatest = max(known, late)
                    return true
                }
            }
        }
    }

    /// The longest that a sleeper was late until now.
    public var longest: Duration { greatest.withLock { $0 ?? .zero } }

    /// Ends the watch and gives the longest that a sleeper was late.
    @discardableResult
    public func stop() -> Duration {
        greatest.withLock { greatest in
            defer { greatest = nil }
            return greatest ?? .zero
        }
    }

    private static func sleep() -> Duration {
        let before = ContinuousClock.now
        usleep(2_000)
        return ContinuousClock.now - before - .milliseconds(2)
    }
}
