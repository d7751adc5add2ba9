internal import AgentConfiguration
internal import ExactArithmetic
internal import ModbusKit
internal import TelemetryContract

/// Makes the message of a cycle: the points that were read, in the order of the configuration.
struct MessageMaker: Sendable {
    private let mac: MACAddress
    private let slaves: [[AgentConfiguration.Point]]

    init(mac: MACAddress, slaves: [AgentConfiguration.Slave]) {
        self.mac = mac
        self.slaves = slaves.map(\.points)
    }

    /// The points' codes, slave by slave.
    var codes: [[String]] { slaves.map { $0.map(\.code) } }

    /// The canonical bytes, made once and never again; nil when nothing could be read.
    func message(for cycle: CycleReport, stamp: Int64) throws -> [UInt8]? {
        let readings = zip(slaves, cycle.slaves).flatMap { points, slave in
            zip(points, slave.results).compactMap { point, result in
                (try? result.get()).map { Reading(code: point.code, value: $0, unit: point.unit) }
            }
        }
        guard !readings.isEmpty else { return nil }
        return try TelemetryMessage(gateway: mac, timestamp: UTCSecond(clamping: stamp), readings: readings).encoded()
    }
}
