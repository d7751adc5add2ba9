import FieldBench
import Foundation
import Synchronization

/// Counts what comes of a backlog: whether all of it, whether in order, and how fast.
final class DrainWatch: Sendable {
    struct Seen: Sendable {
        var count = 0
        var repeats = 0
        var outOfOrder = 0
        var first: ContinuousClock.Instant?
        var last: ContinuousClock.Instant?
        /// The messages that are none of the backlog: the number that the gateway gave each, and when it came.
        var fresh: [(sequence: Int64?, at: ContinuousClock.Instant)] = []
        fileprivate var next = 0

        /// Messages in a second.
        var rate: Double {
            guard let first, let last, count > 1 else { return .nan }
            return Double(count - 1) / (first.duration(to: last) / .seconds(1))
        }
    }

    private let state = Mutex(Seen())

    var seen: Seen { state.withLock { $0 } }

    func note(_ delivery: Listener.Delivery) {
        let number = BacklogFile.number(in: delivery.payload)
        state.withLock { seen in
            guard let number else { return seen.fresh.append((delivery.sequence, delivery.at)) }
            if number < seen.next {
                seen.repeats += 1
            } else {
                // One that is left out leaves the count short; one that comes out of its turn is told here.
                if number > seen.next { seen.outOfOrder += 1 }
                seen.count += 1
                seen.next = number + 1
            }
            seen.first = seen.first ?? delivery.at
            seen.last = delivery.at
        }
    }

    /// Waits until all have come, or none comes any more.
    func waits(for count: Int, from process: ChildProcess) async throws -> Seen {
        var before = 0
        var still = ContinuousClock.now
        while seen.count < count, still.duration(to: .now) < .seconds(30) {
            if process.exit != nil, process.exit != .status(0) {
                throw BenchError("\(process.name) ended: \(process.errors.text.suffix(500))")
            }
            if seen.count != before { (before, still) = (seen.count, .now) }
            try await Task.sleep(for: .milliseconds(20))
        }
        return seen
    }
}
