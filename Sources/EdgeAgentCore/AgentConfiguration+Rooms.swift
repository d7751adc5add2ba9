internal import AgentConfiguration
internal import BrokerLink
internal import ModbusKit
internal import ModbusModel

/// The configuration in the terms of the rooms that it configures.
extension AgentConfiguration {
    var timing: SerialTiming { SerialTiming(baud: line.baud, format: line.format) }

    var lineSettings: LineSettings {
        LineSettings(port: line.port, timing: timing, rs485: line.rs485 == .kernel ? .kernel : .none)
    }

    var polledSlaves: [PolledSlave] { slaves.map { PolledSlave($0, on: timing) } }

    func brokerSettings(clientID: String) -> BrokerSettings {
        BrokerSettings(
            host: broker.host, port: UInt16(clamping: broker.port), clientID: clientID, caFile: broker.ca,
            certificateFile: broker.certificate, keyFile: broker.key, keepAlive: broker.keepAlive,
            window: broker.inFlight)
    }
}

extension PolledSlave {
    /// A slave as the configuration describes it; where no gap is given, the break-even gap of the line is taken.
    init(_ slave: AgentConfiguration.Slave, on timing: SerialTiming) {
        self.init(
            address: slave.id, timeout: slave.timeout,
            limits: ReadLimits(
                maximumRegisters: slave.maximumRegisters,
                maximumGap: slave.maximumGap ?? ReadLimits.breakEvenGap(timing)),
            points: slave.points.map(\.definition))
    }
}
