/// The ranking of several runs of registers of one meter: what speaks for a way of writing in one counts in all.
public struct MapRanking: Sendable {
    private let runs: [OrderRanking]

    /// Judges the runs together.
    public init(_ runs: [(start: Int, readings: [[UInt16]])]) {
        var scores: [Encoding: Double] = [:]
        for run in runs {
            for (encoding, score) in OrderRanking(run.readings, from: run.start).encodings {
                scores[encoding, default: 0] += score
            }
        }
        self.runs = runs.map { OrderRanking($0.readings, from: $0.start, scores: scores) }
    }

    /// The ways of writing, the most plausible first.
    public var encodings: [Encoding] { runs.first?.encodings.map(\.encoding) ?? [] }

    /// What the place at an address can mean, the most plausible first; empty outside all runs.
    public func interpretations(at address: Int) -> [Interpretation] {
        runs.first { $0.contains(address) }?.interpretations(at: address) ?? []
    }

    /// The places at which values most likely begin.
    public var likelyPlaces: Set<Int> { runs.reduce(into: []) { $0.formUnion($1.likelyPlaces) } }
}
