import AgentConfiguration
import EdgeAgentCore
import ExactArithmetic
import LineSimulator
import ModbusModel

extension SimulatedLine {
    /// Makes a line that a configuration describes.
    ///
    /// - Parameter face: How the master reaches it.
    convenience init(
        _ bus: Bus<SimulationConfiguration.Slave>, face: SimulatedLineSettings.Face
    ) throws(AgentFault) {
        var settings = SimulatedLineSettings(baud: bus.line.baud, face: face)
        settings.format =
            switch bus.line.format {
            case .eightN1: .eightN1
            case .eightE1: .eightE1
            case .eightO1: .eightO1
            case .eightN2: .eightN2
            }
        do throws(SimulatorError) {
            try self.init(settings, slaves: bus.slaves.map(SimulatedSlave.init(playing:)))
        } catch {
            throw AgentFault(.inputOutput, "the line cannot be simulated: \(error)")
        }
    }
}

extension SimulatedLineSettings.Face {
    /// Listens where a master will connect to.
    init(_ endpoint: NetworkEndpoint) {
        switch endpoint.framing {
        case .tcp: self = .tcp(host: endpoint.host, port: endpoint.port)
        case .rtuOverTCP: self = .rtuOverTCP(host: endpoint.host, port: endpoint.port)
        }
    }
}

extension SimulatedSlave {
    /// Makes a slave whose registers hold what the points read.
    fileprivate init(playing slave: SimulationConfiguration.Slave) {
        self.init(
            id: slave.id.rawValue, turnaround: slave.turnaround,
            maximumRegisters: slave.maximumRegisters < 125 ? slave.maximumRegisters : nil)
        var fields: [RegisterAddress: UInt64] = [:]
        for point in slave.points {
            let definition = point.definition
            if let bits = definition.bits {
                // Several bit fields may share a register: each adds its bits to what the others put there.
                let value = UInt64(clamping: Int64(point.rawValue ?? 1)) << UInt64(bits.lowerBound)
                fields[definition.address, default: 0] |= value
                set(
                    Table(definition.address.table), definition.address.offset,
                    .fixed(
                        fields[definition.address] ?? 0, as: definition.type.simulated,
                        order: definition.order.simulated))
            } else {
                set(Table(definition.address.table), definition.address.offset, point.signal)
            }
        }
    }
}

extension SimulationConfiguration.Point {
    /// The value at the beginning as the register holds it; nil for a point that says nothing about it.
    fileprivate var rawValue: Double? {
        switch behaviour {
        case .fixed(let value), .counts(let value, _), .waves(let value, _, _): definition.raw(value)
        case nil: nil
        }
    }

    fileprivate var signal: Signal {
        let (type, order) = (definition.type.simulated, definition.order.simulated)
        if definition.address.table.holdsBits { return .bit((rawValue ?? 1) != 0) }
        switch behaviour ?? usual {
        case .fixed(let value):
            return definition.type.isFloat
                ? .fixed(definition.raw(value), as: type, order: order)
                : .fixed(Int64(definition.raw(value).rounded()), as: type, order: order)
        case .counts(let from, let perSecond):
            let rate = definition.raw(perSecond) - definition.raw(.zero)
            guard rate != 0 else { return .fixed(definition.raw(from), as: type, order: order) }
            return .counting(
                from: Int64(definition.raw(from).rounded()), by: rate < 0 ? -1 : 1,
                per: .every(.seconds(1 / abs(rate))), as: type, order: order)
        case .waves(let from, let to, let period):
            return .waving(
                from: definition.raw(from), to: definition.raw(to), period: period, as: type, order: order)
        }
    }

    /// How a value of this unit usually moves.
    private var usual: Behaviour {
        switch unit {
        case "°C", "C": .waves(from: ExactDecimal(18), to: ExactDecimal(24), period: .seconds(120))
        case "V": .waves(from: ExactDecimal(218), to: ExactDecimal(231), period: .seconds(60))
        case "A": .waves(from: ExactDecimal(1), to: ExactDecimal(9), period: .seconds(45))
        case "Hz": .fixed(ExactDecimal(60))
        default: .counts(from: ExactDecimal(100), perSecond: definition.scale)
        }
    }
}

extension PointDefinition {
    /// The register value that reads as this engineering value.
    fileprivate func raw(_ value: ExactDecimal) -> Double {
        (value.approximation - offset.approximation) / scale.approximation
    }
}

extension ExactDecimal {
    /// The nearest binary number: good enough for a meter that does not exist.
    fileprivate var approximation: Double { Double(plainText) ?? 0 }
}

extension ValueType {
    fileprivate var isFloat: Bool { self == .float32 || self == .float64 }

    fileprivate var simulated: Signal.ValueType {
        switch self {
        case .bool, .uint16: .uint16
        case .int16: .int16
        case .uint32: .uint32
        case .int32: .int32
        case .uint64: .uint64
        case .int64: .int64
        case .float32: .float32
        case .float64: .float64
        }
    }
}

extension WordOrder {
    fileprivate var simulated: Signal.WordOrder {
        switch self {
        case .ABCD: .abcd
        case .CDAB: .cdab
        case .BADC: .badc
        case .DCBA: .dcba
        }
    }
}

extension SimulatedSlave.Table {
    fileprivate init(_ table: RegisterTable) {
        switch table {
        case .coil: self = .coils
        case .discrete: self = .discreteInputs
        case .input: self = .inputRegisters
        case .holding: self = .holdingRegisters
        }
    }
}
