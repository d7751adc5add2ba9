internal import AgentConfiguration
internal import ExactArithmetic
internal import ModbusKit
internal import TelemetryContract

/// Makes the message of a cycle: the points that were read, in the order of the configuration.
struct MessageMaker: Sendable {
    private let mac: MACAddress
    private let lines: [[[AgentConfiguration.Point]]]

    /// The lines' names.
    let names: [String]

    init(mac: MACAddress, buses: [Bus<AgentConfiguration.Slave>]) {
        self.mac = mac
        lines = buses.map { $0.slaves.map(\.points) }
        names = buses.map(\.line.name)
    }

    /// The points' codes, line by line and slave by slave.
    var codes: [[[String]]] { lines.map { $0.map { $0.map(\.code) } } }

    /// The canonical bytes, made once and never again; nil when nothing could be read.
    func message(for cycle: GatewayCycle, stamp: Int64) throws -> [UInt8]? {
        let readings = cycle.lines.flatMap { line in
            zip(lines[line.index], line.report.slaves).flatMap { points, slave in
                zip(points, slave.results).compactMap { point, result in
                    (try? result.get()).map { Reading(code: point.code, value: $0, unit: point.unit) }
                }
            }
        }
        guard !readings.isEmpty else { return nil }
        return try TelemetryMessage(gateway: mac, timestamp: UTCSecond(clamping: stamp), readings: readings).encoded()
    }

    /// The final bytes of a message that was made before its time was known.
    func date(_ message: [UInt8], _ stamp: Int64) throws -> [UInt8] {
        let undated = try TelemetryMessage(decoding: message)
        return try TelemetryMessage(
            gateway: undated.gateway, timestamp: UTCSecond(clamping: stamp), readings: undated.readings
        ).encoded()
    }
}
