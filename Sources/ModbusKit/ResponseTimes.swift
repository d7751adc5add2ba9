/// How long a slave has lately taken from the end of a request to the first byte of its answer.
public struct ResponseTimes: Sendable, Hashable {
    /// How many answers are remembered; older ones are forgotten.
    static let window = 128

    /// How many answers it takes before they say anything.
    static let enough = 16

    private var times: [Duration] = []
    private var next = 0

    /// Nothing is known yet.
    public init() {}

    mutating func note(_ time: Duration) {
        // A pseudo-terminal or a server with its own clock may answer before the wire could have carried the request.
        let time = max(time, .zero)
        if times.count < Self.window {
            times.append(time)
        } else {
            times[next] = time
            next = (next + 1) % Self.window
        }
    }

    /// How many answers are remembered.
    public var count: Int { times.count }

    /// Half of the answers came sooner; nil before there were enough of them.
    public var median: Duration? { quantile(1, of: 2) }

    /// All but one of a hundred came sooner; nil before there were enough of them.
    public var p99: Duration? { quantile(99, of: 100) }

    /// The slowest answer that is remembered; nil before there were a few.
    var slowest: Duration? { times.count < 3 ? nil : times.max() }

    /// The time after which an answer is no longer likely; nil before anything is known.
    var patience: Duration? { slowest.map { $0 * 3 + .milliseconds(50) } }

    /// The timeout that these times speak for: ten times the slowest, and not below 200 ms.
    ///
    /// A proposal for the configuration. Nothing is timed out by it: a slave that takes ten times as long once an hour is
    /// alive, and this window has not seen that hour.
    public var proposedTimeout: Duration? {
        p99.map { p99 in
            let milliseconds = Int((max(p99 * 10, .milliseconds(200)) / .milliseconds(50)).rounded(.up)) * 50
            return min(.milliseconds(milliseconds), .seconds(5))
        }
    }

    private func quantile(_ part: Int, of whole: Int) -> Duration? {
        guard times.count >= Self.enough else { return nil }
        return times.sorted()[(times.count - 1) * part / whole]
    }
}
