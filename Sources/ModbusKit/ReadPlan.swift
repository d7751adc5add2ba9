public import ModbusModel

/// What bounds a block beyond the specification's own limits.
public struct ReadLimits: Sendable, Hashable {
    /// The most registers this slave gives in one answer, 1 to 125, or sixteen times as many bits.
    public let maximumRegisters: Int

    /// The largest hole of registers that is read along to save a request.
    public let maximumGap: Int

    /// Sets the bounds; registers beyond 125 and holes below 0 are cut to the specification's range.
    public init(maximumRegisters: Int = 125, maximumGap: Int) {
        self.maximumRegisters = min(max(maximumRegisters, 1), 125)
        self.maximumGap = max(maximumGap, 0)
    }

    /// The most registers that a request may be longer than needed, to tell its answer from another by its length.
    ///
    /// Who does not want holes read along does not want registers asked for that nobody has named.
    var slack: Int { maximumGap > 0 ? 3 : 0 }

    /// What a slave is thought to take before it answers as long as nothing is known of it.
    public static let assumedTurnaround: Duration = .milliseconds(5)

    /// The hole from which on a second request is faster than reading the hole along.
    ///
    /// A second request costs its own eight characters, the answer's frame of five, two silences and the slave's
    /// turnaround, of which only a typical floor is known before the slave was ever asked.
    public static func breakEvenGap(_ timing: SerialTiming, turnaround: Duration = assumedTurnaround) -> Int {
        let request = timing.time(ofCharacters: 13) + timing.frameSilence * 2 + turnaround
        return Int(request / timing.time(ofCharacters: 2))
    }
}

/// The fewest requests that read a slave's points.
public enum ReadPlan {
    /// Joins points of one table into blocks, in the order of their addresses.
    ///
    /// Taking the points by address and opening a new block only where a limit forces it is the minimum: a block that
    /// ends earlier can never let a later one begin later.
    public static func blocks(for points: [PointDefinition], limits: ReadLimits) -> [ReadBlock] {
        RegisterTable.allCases.flatMap { table in
            let order = points.indices
                .filter { points[$0].address.table == table }
                .sorted {
                    (points[$0].span.lowerBound, points[$0].span.upperBound, $0)
                        < (points[$1].span.lowerBound, points[$1].span.upperBound, $1)
                }
            return joined(order, of: points, table: table, limits: limits)
        }
    }

    /// The most items of a table in one request.
    static func limit(_ table: RegisterTable, _ limits: ReadLimits) -> Int {
        min(table.requestLimit, limits.maximumRegisters * (table.holdsBits ? 16 : 1))
    }

    /// A block with the slack that is left to it.
    private static func block(_ table: RegisterTable, _ span: Range<Int>, _ points: [Int], _ limits: ReadLimits)
        -> ReadBlock
    {
        let slack = min(limits.slack * (table.holdsBits ? 8 : 1), limit(table, limits) - span.count)
        return ReadBlock(table: table, span: span, points: points, slack: max(slack, 0))
    }

    private static func joined(
        _ order: [Int], of points: [PointDefinition], table: RegisterTable, limits: ReadLimits
    ) -> [ReadBlock] {
        let limit = limit(table, limits)
        let gap = limits.maximumGap * (table.holdsBits ? 16 : 1)
        var blocks: [ReadBlock] = []
        for index in order {
            let span = points[index].span
            if let last = blocks.last,
                span.lowerBound - last.span.upperBound <= gap,
                max(span.upperBound, last.span.upperBound) - last.span.lowerBound <= limit
            {
                let end = max(span.upperBound, last.span.upperBound)
                blocks[blocks.count - 1] = block(table, last.span.lowerBound..<end, last.points + [index], limits)
            } else {
                blocks.append(block(table, span, [index], limits))
            }
        }
        return blocks
    }

    /// The smaller blocks to try after a slave refused this one; empty when it serves one point only.
    ///
    /// Holes go first: a slave that lacks a register in between refuses the whole block. Without a hole the points are
    /// halved until the bad one stands alone.
    public static func split(_ block: ReadBlock, of points: [PointDefinition]) -> [ReadBlock] {
        guard block.points.count > 1 else { return [] }
        let order = block.points
        // A register more is no good idea where one was refused just now.
        let limits = ReadLimits(maximumGap: 0)
        let holeless = joined(order, of: points, table: block.table, limits: limits)
        if holeless.count > 1 { return holeless }
        let middle = order.count / 2
        return [order[..<middle], order[middle...]].map { half in
            let spans = half.map { points[$0].span }
            let start = spans.reduce(Int.max) { min($0, $1.lowerBound) }
            let end = spans.reduce(0) { max($0, $1.upperBound) }
            return self.block(block.table, start..<end, Array(half), limits)
        }
    }
}
