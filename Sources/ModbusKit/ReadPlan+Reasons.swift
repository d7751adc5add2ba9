public import ModbusModel

/// Why a block of a plan is as it is.
public struct BlockReasons: Sendable, Hashable, CustomStringConvertible {
    /// Why a block ends where it does.
    public enum End: Sendable, Hashable {
        /// It holds the last point of its table.
        case lastPoint
        /// So many items of nothing follow, more than are read along.
        case hole(Int)
        /// The next point would make it longer than the slave or the specification allows.
        case limit(Int)
    }

    /// The block.
    public let block: ReadBlock
    /// Items that are read along although no point needs them.
    public let readAlong: Int
    /// What reading them along takes.
    public let costOfHoles: Duration
    /// What a request more would take, at an assumed turnaround.
    public let costOfRequest: Duration
    /// Why it ends where it does.
    public let end: End

    /// One line: what the block serves, what its holes cost, and why it ends.
    public var description: String {
        let points = block.points.count
        var parts = ["\(block): \(points) point\(points == 1 ? "" : "s")"]
        if readAlong > 0 {
            parts.append(
                "\(readAlong) read along in \(milliseconds(costOfHoles)), where another request takes "
                    + "\(milliseconds(costOfRequest))")
        }
        switch end {
        case .lastPoint: break
        case .hole(let items): parts.append("ends before a hole of \(items)")
        case .limit(let most): parts.append("ends at the most of one answer, \(most)")
        }
        return parts.joined(separator: "; ")
    }

    private func milliseconds(_ time: Duration) -> String {
        let tenths = Int((time / .microseconds(100)).rounded())
        return "\(tenths / 10).\(tenths % 10) ms"
    }
}

extension PolledSlave {
    /// Why each block of the plan is as it is, at this speed.
    public func reasons(on timing: SerialTiming) -> [BlockReasons] {
        let plan = plan
        return plan.enumerated().map { place, block in
            let needed = block.points.reduce(into: Set<Int>()) { $0.formUnion(points[$1].span) }
            let readAlong = block.span.count - needed.count
            let characters = block.table.holdsBits ? (readAlong + 7) / 8 : 2 * readAlong
            let next = plan[(place + 1)...].first { $0.table == block.table }
            let hole = next.map { $0.span.lowerBound - block.span.upperBound } ?? 0
            let gap = limits.maximumGap * (block.table.holdsBits ? 16 : 1)
            let end: BlockReasons.End =
                next == nil ? .lastPoint : hole > gap ? .hole(hole) : .limit(ReadPlan.limit(block.table, limits))
            return BlockReasons(
                block: block, readAlong: readAlong, costOfHoles: timing.time(ofCharacters: characters),
                costOfRequest: timing.time(ofCharacters: 13) + timing.frameSilence * 2
                    + ReadLimits.assumedTurnaround, end: end)
        }
    }
}
