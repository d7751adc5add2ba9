/// Searches all ways to cut a slave's registers into blocks; shares no code with the agent's own planning.
enum BlockSearch {
    /// A way to read all registers.
    struct Plan {
        let blocks: [Range<Int>]
        let cost: Double
    }

    /// The most registers of one answer (Modbus application protocol V1.1b3, section 6.3).
    private static let mostRegisters = 125

    /// The cheapest plan, by dynamic programming over every place where a block may end.
    ///
    /// All registers are one word wide, so that no block has a reason to leave out a register between its ends.
    static func best(for addresses: [Int], maximumGap: Int?, cost: (Range<Int>) -> Double) -> Plan {
        let sorted = Set(addresses).sorted()
        var plans = [Plan(blocks: [], cost: 0)]
        for end in sorted.indices {
            var best: Plan?
            for start in (0...end).reversed() {
                let block = sorted[start]..<(sorted[end] + 1)
                guard block.count <= mostRegisters else { break }
                if start < end, let maximumGap, sorted[start + 1] - sorted[start] - 1 > maximumGap { break }
                let total = plans[start].cost + cost(block)
                if total < best?.cost ?? .infinity { best = Plan(blocks: plans[start].blocks + [block], cost: total) }
            }
            if let best { plans.append(best) }
        }
        return plans[plans.count - 1]
    }
}
