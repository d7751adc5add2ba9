/// Which blocks a slave has refused, so that they are not asked for again each time, nor never again.
///
/// A refusal counts when it came twice in a row: noise can look like an exception once. It is believed for ten seconds,
/// and each time that it then proves true four times as long, up to a day.
struct RefusedBlocks {
    /// For how long the first refusal is believed.
    static let shortestBelief: Duration = .seconds(10)

    /// The longest time for which a refusal is believed.
    static let longestBelief: Duration = .seconds(86_400)

    private struct Refusal {
        let failure: ModbusFailure
        var belief: Duration
        var until: Moment?
    }

    private var refusals: [ReadBlock: Refusal] = [:]

    /// Whether nothing was ever refused.
    var isEmpty: Bool { refusals.isEmpty }

    /// Why a block is not to be asked for now; nil if it is.
    func reason(_ block: ReadBlock, at now: ContinuousClock.Instant) -> ModbusFailure? {
        guard let refusal = refusals[block], let until = refusal.until, until.duration(to: now) < .zero else {
            return nil
        }
        return refusal.failure
    }

    /// Notes a refusal; false if it has to be seen once more to be believed.
    mutating func refused(_ block: ReadBlock, by failure: ModbusFailure, at now: ContinuousClock.Instant) -> Bool {
        guard let known = refusals[block] else {
            refusals[block] = Refusal(failure: failure, belief: .zero, until: nil)
            return false
        }
        let belief = known.until == nil ? Self.shortestBelief : min(known.belief * 4, Self.longestBelief)
        refusals[block] = Refusal(failure: failure, belief: belief, until: Moment(now + belief))
        return true
    }

    /// Notes that the slave gave the block.
    mutating func given(_ block: ReadBlock) {
        if !refusals.isEmpty { refusals[block] = nil }
    }
}
