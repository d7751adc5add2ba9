public import LineSimulator

/// A way in which a line can go wrong, and how often it does.
public struct FaultCase: Sendable {
    /// What the table calls it.
    public let name: String
    /// What strikes, each with the same probability, drawn for each request.
    public let kinds: [Fault.Kind]

    /// A case with one fault.
    init(_ name: String, _ kinds: Fault.Kind...) {
        self.name = name
        self.kinds = kinds
    }

    init(mixed kinds: [Fault.Kind]) {
        name = "all of these mixed"
        self.kinds = kinds
    }

    /// How long the master of the matrix waits for an answer.
    static let timeout: Duration = .milliseconds(25)

    /// Each fault alone.
    static let single: [FaultCase] = [
        FaultCase("no answer", .dead),
        FaultCase("late by less than another request", .late(after: .milliseconds(28))),
        FaultCase("late by several requests", .late(after: .milliseconds(60))),
        FaultCase("sent again at once", .duplicated),
        FaultCase("sent again into the next exchange", .copied(after: .milliseconds(3))),
        FaultCase("sent again much later", .copied(after: .milliseconds(15))),
        FaultCase("the answer before in its place", .stale),
        FaultCase("cut short", .truncated(to: 6)),
        FaultCase("bytes missing inside", .lostBytes(2, from: .middle)),
        FaultCase("wrong checksum", .badCRC),
        FaultCase("another slave's address", .wrongSlave(2)),
        FaultCase("another function", .wrongFunction(4)),
        FaultCase("noise before", .noiseBefore(3)),
        FaultCase("noise after", .noiseAfter(3)),
        FaultCase("the adapter's echo", .echo),
        FaultCase("busy", .busy),
        FaultCase("refused for once", .exception(2)),
    ]

    /// All cases, with the share of requests that each fault strikes.
    public static let all: [(case: FaultCase, shares: [Double])] =
        single.map { ($0, [0.01, 0.05, 0.2]) } + [(FaultCase(mixed: single.flatMap(\.kinds)), [0.01, 0.03, 0.05, 0.2])]
}
