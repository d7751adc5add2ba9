import ExactArithmetic
import ModbusModel
import Testing

@testable import ModbusKit

@Suite struct ReadPlanTests {
    private func point(_ notation: String, _ type: ValueType = .uint16) throws -> PointDefinition {
        try PointDefinition(address: #require(RegisterAddress(notation: notation)), type: type)
    }

    @Test func `adjacent points are one request`() throws {
        let points = [try point("40003"), try point("40001", .uint32), try point("40004", .float64)]
        let blocks = ReadPlan.blocks(for: points, limits: ReadLimits(maximumGap: 0))
        #expect(blocks == [ReadBlock(table: .holding, span: 0..<7, points: [1, 0, 2])])
    }

    @Test func `a hole is read along only up to the largest gap`() throws {
        let points = [try point("40001"), try point("40005")]
        #expect(ReadPlan.blocks(for: points, limits: ReadLimits(maximumGap: 3)).map(\.span) == [0..<5])
        #expect(ReadPlan.blocks(for: points, limits: ReadLimits(maximumGap: 2)).map(\.span) == [0..<1, 4..<5])
    }

    @Test func `no request asks for more than 125 registers or 2000 bits`() throws {
        let registers = try (0..<300).map { try point("4" + String(10001 + $0)) }
        let blocks = ReadPlan.blocks(for: registers, limits: ReadLimits(maximumGap: 0))
        #expect(blocks.map(\.span.count) == [125, 125, 50])
        let coils = try (0..<2500).map { try point("0" + String(10001 + $0), .bool) }
        #expect(ReadPlan.blocks(for: coils, limits: ReadLimits(maximumGap: 0)).map(\.span.count) == [2000, 500])
    }

    @Test func `a slave's own maximum bounds its blocks and never cuts a value in two`() throws {
        let points = try (0..<6).map { try point("4000" + String(1 + 2 * $0 % 10), .uint32) }
        let limits = ReadLimits(maximumRegisters: 3, maximumGap: 0)
        for block in ReadPlan.blocks(for: points, limits: limits) { #expect(block.span.count == 2) }
    }

    @Test func `tables are never mixed`() throws {
        let points = [try point("40001"), try point("30002"), try point("00003", .bool), try point("10004", .bool)]
        let blocks = ReadPlan.blocks(for: points, limits: ReadLimits(maximumGap: 100))
        #expect(Set(blocks.map(\.table)) == Set(RegisterTable.allCases))
    }

    /// Every way to part the points into blocks is tried; the plan must need no more than the best of them.
    @Test func `the plan has the fewest requests that exhaustive search finds`() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<400 {
            let limits = ReadLimits(
                maximumRegisters: Int.random(in: 4...12, using: &generator),
                maximumGap: Int.random(in: 0...4, using: &generator))
            let points = try (0..<Int.random(in: 1...6, using: &generator)).map { _ in
                try PointDefinition(
                    address: RegisterAddress(.holding, UInt16.random(in: 0..<24, using: &generator)),
                    type: [.uint16, .uint32, .float64].randomElement(using: &generator) ?? .uint16)
            }
            let plan = ReadPlan.blocks(for: points, limits: limits)
            #expect(Set(plan.flatMap(\.points)) == Set(points.indices))
            for block in plan { #expect(allows(block.points, of: points, limits)) }
            #expect(plan.count == fewest(points, limits), "\(points.map(\.span)) \(limits)")
        }
    }

    private func allows(_ members: [Int], of points: [PointDefinition], _ limits: ReadLimits) -> Bool {
        let spans = members.map { points[$0].span }.sorted { $0.lowerBound < $1.lowerBound }
        var end = spans[0].upperBound
        for span in spans {
            if span.lowerBound - end > limits.maximumGap { return false }
            end = max(end, span.upperBound)
        }
        return end - spans[0].lowerBound <= limits.maximumRegisters
    }

    private func fewest(_ points: [PointDefinition], _ limits: ReadLimits) -> Int {
        func place(_ index: Int, _ groups: [[Int]]) -> Int {
            guard index < points.count else {
                return groups.allSatisfy { allows($0, of: points, limits) } ? groups.count : Int.max
            }
            var best = place(index + 1, groups + [[index]])
            for group in groups.indices {
                var joined = groups
                joined[group].append(index)
                best = min(best, place(index + 1, joined))
            }
            return best
        }
        return place(0, [])
    }

    @Test func `a refused block falls apart at its holes first, then in halves`() throws {
        let points = [try point("40001"), try point("40002"), try point("40005"), try point("40006")]
        let whole = ReadBlock(table: .holding, span: 0..<6, points: [0, 1, 2, 3])
        let parts = ReadPlan.split(whole, of: points)
        #expect(parts.map(\.span) == [0..<2, 4..<6])
        #expect(ReadPlan.split(parts[0], of: points).map(\.points) == [[0], [1]])
        #expect(ReadPlan.split(ReadBlock(table: .holding, span: 0..<1, points: [0]), of: points).isEmpty)
    }

    @Test func `the break-even gap weighs a hole against a second request`() {
        // At 9600: 13 characters, two silences and 5 ms are 26.6 ms; a register is 2.08 ms.
        #expect(ReadLimits.breakEvenGap(SerialTiming(baud: 9600, format: .eightN1)) == 12)
        #expect(ReadLimits.breakEvenGap(SerialTiming(baud: 115_200, format: .eightN1)) == 55)
    }
}
