import AgentConfiguration
import ExactArithmetic
import Foundation
import ModbusModel
import Testing

@testable import BusProbe

/// The profiles of the project as meters: each shows its own example values, and the next moment nearly the same.
struct MeterPark {
    let profiles: [MeterProfile]
    let quantities: [Quantity]

    static let folder = #filePath.components(separatedBy: "/Tests/")[0] + "/profiles"

    init() throws {
        let library = ProfileLibrary(folders: [Self.folder])
        quantities = try library.quantities()
        profiles = try library.names.compactMap { try library.profile(named: $0) }
    }
}

extension MeterProfile {
    /// What the registers of a table hold at a moment; energies grow by a little, other values breathe.
    func registers(of table: RegisterTable, moment: Int) -> [Int: UInt16] {
        var registers: [Int: UInt16] = [:]
        for (number, point) in points.enumerated() where point.definition.address.table == table {
            guard let example = point.example, let value = Double(example.plainText) else { continue }
            let drift = moment == 0 ? 0 : (number % 3 == 0 ? 0 : value * 0.0004)
            let words = point.definition.written(value + drift)
            for (place, word) in zip(point.definition.span, words) { registers[place] = word }
        }
        return registers
    }
}

extension PointDefinition {
    /// The words of a value, written here and not by what is judged.
    func written(_ value: Double) -> [UInt16] {
        let factor = Double(scale.plainText) ?? 1
        let shift = Double(offset.plainText) ?? 0
        let raw = (value - shift) / factor
        let pattern: UInt64 =
            switch type {
            case .float32: UInt64(Float(raw).bitPattern)
            case .float64: raw.bitPattern
            case .uint16, .uint32, .uint64, .bool: UInt64(max(0, raw.rounded()))
            case .int16, .int32, .int64: UInt64(bitPattern: Int64(raw.rounded()))
            }
        var written = Written()
        written.put(pattern, width: type.width, order)
        return written.words
    }
}

@Suite("A park of real meters")
struct MeterParkTests {
    @Test("is there, with at least 24 models")
    func park() throws {
        #expect(try MeterPark().profiles.count >= 24)
    }

    @Test("shows the type and order of its values first, for 9 meters in 10")
    func orders() throws {
        var (right, all) = (0, 0)
        var rows: [String] = []
        for profile in try MeterPark().profiles {
            var (found, sought) = (0, 0)
            var misses: [String] = []
            for table in [RegisterTable.holding, .input] {
                let readings = [profile.registers(of: table, moment: 0), profile.registers(of: table, moment: 1)]
                let places = readings[0].keys.sorted()
                var runs: [Range<Int>] = []
                for place in places {
                    if let last = runs.last, last.upperBound == place {
                        runs[runs.count - 1] = last.lowerBound..<place + 1
                    } else {
                        runs.append(place..<place + 1)
                    }
                }
                let ranking = MapRanking(
                    runs.map { run in
                        (start: run.lowerBound, readings: readings.map { reading in run.map { reading[$0]! } })
                    })
                for point in profile.points where point.definition.address.table == table && point.example != nil {
                    guard point.example != .zero, point.definition.bits == nil else { continue }
                    sought += 1
                    let best = ranking.interpretations(at: Int(point.definition.address.offset)).first?.encoding
                    let own = Encoding(point.definition.type, point.definition.order)
                    if best == own || best?.isTheSame(as: own, for: point) ?? false {
                        found += 1
                    } else {
                        misses.append("\(point.name) \(own) taken for \(best.map(String.init(describing:)) ?? "-")")
                    }
                }
            }
            guard sought > 0 else { continue }
            all += 1
            if found * 10 >= sought * 9 { right += 1 }
            if !misses.isEmpty { rows.append("\(profile.name) \(found)/\(sought) \(misses)") }
        }
        #expect(right * 10 >= all * 9, "\(right) of \(all): \(rows.joined(separator: "; "))")
    }
}

extension Encoding {
    /// Whether nothing in the value can tell the two: a sign that is not used, the order inside one register.
    func isTheSame(as other: Encoding, for point: MeterProfile.Point) -> Bool {
        let unsigned: [ValueType: ValueType] = [.int16: .uint16, .int32: .uint32, .int64: .uint64]
        let sameType = unsigned[type, default: type] == unsigned[other.type, default: other.type]
        let orderCounts = type.width > 1 || order == .BADC || order == .DCBA
        return sameType && (!orderCounts || order == other.order) && !(point.example?.isNegative ?? false)
    }
}
