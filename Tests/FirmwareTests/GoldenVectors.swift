import ContractPeer
import ExactArithmetic
import FirmwareCore
import ModbusModel
import TelemetryContract
import Testing

@Suite struct GoldenVectors {
    @Test func `the firmware writes every value of the contract's vectors`() throws {
        let vectors = try PointVector.all()
        #expect(vectors.count > 100)
        for vector in vectors {
            let point = try Firmware.point(vector.point.definition())
            let text = try Firmware.text(point, vector.point.words())
            #expect(text ?? "failed" == vector.expect, "\(vector.name)")
        }
    }

    @Test func `the firmware reads scale and offset as the vectors spell them`() throws {
        for vector in try PointVector.all() {
            let definition = try vector.point.definition()
            var point = try Firmware.point(definition)
            point.scale = try Firmware.decimal(vector.point.scaleText)
            point.offset = try Firmware.decimal(vector.point.offsetText)
            #expect(withUnsafePointer(to: point) { gw_point_check($0) } == GW_POINT_OK, "\(vector.name)")
            #expect(try Firmware.text(point, vector.point.words()) ?? "failed" == vector.expect, "\(vector.name)")
        }
    }

    @Test func `the firmware writes every message of the contract's vectors`() throws {
        let vectors = try MessageVector.all()
        #expect(vectors.count > 10)
        for vector in vectors {
            let readings = try vector.readings.map { reading in
                Firmware.Reading(
                    code: reading.code, unit: reading.unit,
                    point: try reading.point.map { (try $0.definition(), try $0.words()) }, number: reading.number)
            }
            let second = try #require(UTCSecond(vector.timestamp))
            let messages = try Firmware.messages(
                mac: vector.gateway_mac, seconds: UInt64(second.secondsSince1970), readings: readings, capacity: 16384)
            let hexadecimal = messages.map { message in
                message.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
            }
            #expect(hexadecimal == (vector.hex.map { [$0] } ?? []), "\(vector.name)")
        }
    }
}

extension VectorPoint {
    private var members: [String: String] {
        Dictionary(
            uniqueKeysWithValues: Mirror(reflecting: self).children.compactMap { child in
                child.label.flatMap { label in (child.value as? String).map { (label, $0) } }
            })
    }

    /// The scale as the vector spells it.
    var scaleText: String { members["scale"] ?? "" }

    /// The offset as the vector spells it.
    var offsetText: String { members["offset"] ?? "" }

    /// The registers.
    func words() throws -> [UInt16] {
        try (members["words"] ?? "").split(separator: " ").map { try #require(UInt16($0, radix: 16)) }
    }
}
