internal import AgentConfiguration
internal import BrokerLink
internal import ModbusKit
internal import ModbusModel
internal import StoreForward

/// The configuration in the terms of the rooms that it configures.
extension AgentConfiguration {
    var spoolSettings: SpoolSettings {
        SpoolSettings(
            path: spool.path, maxBytes: spool.maxBytes, maxAge: spool.maxAge, minFreeDisk: spool.minFree,
            durability: durability, keepDelivered: spool.keepDelivered, memoryBytes: spool.memoryBytes)
    }

    private var durability: SpoolSettings.Durability {
        switch spool.durability {
        case .full: .full
        case .normal: .normal
        case .offlineOnly: .offlineOnly(after: spool.writeAfter)
        }
    }

    func brokerSettings(clientID: String) -> BrokerSettings {
        BrokerSettings(
            host: broker.host, port: UInt16(clamping: broker.port), clientID: clientID, caFile: broker.ca,
            certificateFile: broker.certificate, keyFile: broker.key, keepAlive: broker.keepAlive,
            window: broker.inFlight)
    }
}

extension Bus<AgentConfiguration.Slave> {
    var timing: SerialTiming { SerialTiming(baud: line.baud, format: line.format) }

    var lineSettings: LineSettings {
        switch line.way {
        case .serial(let port, let rs485): LineSettings(port: port, timing: timing, rs485: rs485)
        case .network(let endpoint, let connectTimeout):
            LineSettings(endpoint: endpoint, timing: timing, connectTimeout: connectTimeout)
        }
    }

    var polledSlaves: [PolledSlave] { slaves.map { PolledSlave($0, on: timing) } }
}

extension LineDrift {
    /// The watch over a line of the configuration; nil where nothing was measured that fits.
    init?(_ bus: Bus<AgentConfiguration.Slave>, _ baseline: LineBaseline?) {
        guard let watch = bus.line.watch, let baseline else { return nil }
        self.init(baseline, slaves: bus.slaves.map(\.id), window: watch.window)
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
            points: slave.points.map(\.definition),
            confirmed: Set(slave.points.indices.filter { slave.points[$0].isConfirmed }),
            timing: slave.maximumGap == nil ? timing : nil)
    }
}
