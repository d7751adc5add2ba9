public import AgentConfiguration
internal import ExactArithmetic
public import ModbusKit
internal import ModbusModel
internal import StoreForward
public import TelemetryContract

/// What a configuration will cost: on the line, on the link and on the disk.
public struct PlanSummary: Sendable, Encodable {
    /// One line's part of a cycle.
    public struct Line: Sendable, Encodable {
        /// The line's name.
        public let name: String
        /// The port's path, or the URL.
        public let place: String
        /// Requests in a cycle in which everything answers.
        public let requests: Int
        /// Milliseconds that the wire is busy in one cycle, silences included and the slaves' turnaround not.
        public let wireMilliseconds: Double
    }

    /// One slave's part of a cycle.
    public struct Slave: Sendable, Encodable {
        /// The name of its line.
        public let line: String
        /// The slave's address.
        public let id: Int
        /// How many points it has.
        public let points: Int
        /// The blocks that are read, as first address and number of registers or bits.
        public let requests: [String]
        /// Of each block: the points that share it, what its holes cost, and why it ends where it does.
        public let reasons: [String]
        /// The same as values, for whoever says it in another language.
        public let blocks: [BlockReasons]
        /// Characters on the wire, requests and answers, in one cycle.
        public let characters: Int

        private enum CodingKeys: CodingKey {
            case line, id, points, requests, reasons, characters
        }
    }

    /// The lines in the order of the configuration.
    public let lines: [Line]

    /// The slaves in the order of the configuration.
    public let slaves: [Slave]

    /// Requests in a cycle in which everything answers.
    public let requestsPerCycle: Int

    /// Milliseconds that the wire of the busiest line is busy in one cycle: the lines are polled side by side.
    public let wireMilliseconds: Double

    /// Bytes of one message, estimated with typical values.
    public let messageBytes: Int

    /// Megabytes (10^6) in 30 days, the overhead of MQTT, TLS and TCP included.
    public let megabytesPerMonth: Double

    /// How many days of messages the spool holds while the broker is away.
    public let spoolDays: Double

    /// Works out the costs of a configuration for a gateway.
    public init(_ configuration: AgentConfiguration, mac: MACAddress) {
        let parts = configuration.buses.map(Self.part)
        lines = parts.map(\.line)
        slaves = parts.flatMap(\.slaves)
        requestsPerCycle = lines.reduce(0) { $0 + $1.requests }
        wireMilliseconds = lines.map(\.wireMilliseconds).max() ?? 0
        messageBytes = Self.typicalMessage(configuration, mac).count
        let cyclesPerDay = Duration.seconds(86_400) / configuration.poll.interval
        let bytesPerCycle = Double(messageBytes + Topics(mac).telemetry.utf8.count + Self.overhead)
        megabytesPerMonth = 30 * cyclesPerDay * bytesPerCycle / 1_000_000
        spoolDays =
            Double(configuration.spool.maxBytes) / Double(Spool.estimatedBytes(payload: messageBytes)) / cyclesPerDay
    }

    private static func part(_ bus: Bus<AgentConfiguration.Slave>) -> (line: Line, slaves: [Slave]) {
        let timing = bus.timing
        let slaves = bus.slaves.map { slave in
            let polled = PolledSlave(slave, on: timing)
            let plan = polled.plan
            let blocks = polled.reasons(on: timing)
            return Slave(
                line: bus.line.name, id: Int(slave.id.rawValue), points: slave.points.count,
                requests: plan.map(\.description), reasons: blocks.map(\.description), blocks: blocks,
                characters: plan.reduce(0) { $0 + $1.charactersOnWire })
        }
        let requests = slaves.reduce(0) { $0 + $1.requests.count }
        let characters = slaves.reduce(0) { $0 + $1.characters }
        // Two silences an exchange: the slave keeps one before it answers, the master one before it asks again.
        let busy = timing.time(ofCharacters: characters) + timing.frameSilence * (2 * requests)
        let line = Line(
            name: bus.line.name, place: bus.line.place, requests: requests,
            wireMilliseconds: busy / .milliseconds(1))
        return (line, slaves)
    }

    /// Bytes that a PUBLISH and its PUBACK cost beyond topic and payload: MQTT 5 headers, two TLS 1.3 records, and
    /// TCP and IP headers of both and of the last acknowledgement.
    private static let overhead = (8 + 22 + 52) + (6 + 22 + 52) + 52

    /// A message as the configuration would make it from registers that hold ordinary values.
    private static func typicalMessage(_ configuration: AgentConfiguration, _ mac: MACAddress) -> [UInt8] {
        let readings = configuration.slaves.flatMap(\.points).map { point in
            Reading(code: point.code, value: typicalValue(point.definition), unit: point.unit)
        }
        // Codes are unique and there is at least one point: the configuration has seen to both.
        let message = try? TelemetryMessage(
            gateway: mac, timestamp: UTCSecond(clamping: 1_800_000_000), readings: readings)
        return message?.encoded() ?? []
    }

    private static func typicalValue(_ point: PointDefinition) -> CanonicalNumber {
        switch point.type {
        case .bool: CanonicalNumber(counted: .one)
        case .uint16, .int16: CanonicalNumber(counted: ExactDecimal(12345) * point.scale + point.offset)
        case .uint32, .int32, .uint64, .int64:
            CanonicalNumber(counted: ExactDecimal(12_345_678) * point.scale + point.offset)
        case .float32, .float64:
            CanonicalNumber(measured: (ExactDecimal(shortest: 230.12 as Float) ?? .one) * point.scale + point.offset)
        }
    }
}
