public import AgentConfiguration
internal import BrokerLink
public import ModbusKit

/// A trial of everything that the agent needs from outside: the port, and the broker phase by phase.
public struct Trial: Sendable {
    private let configuration: AgentConfiguration
    private let identity: Identity

    /// How long the broker may take to welcome us.
    private static let patience: Duration = .seconds(25)

    /// Prepares a trial; nothing is opened yet.
    public init(_ configuration: AgentConfiguration, identity: Identity) {
        self.configuration = configuration
        self.identity = identity
    }

    /// A step that went well, or advice on the way.
    public enum Step: Sendable, Hashable {
        /// The port of this path opens, and nobody else has it.
        case port(String)
        /// The device or serial server at this URL takes a connection.
        case server(String)
        /// The adapter could be quicker.
        case advice(PortAdvice)
        /// The broker of this address welcomes us, over TLS of this kind.
        case broker(String, security: String)
    }

    /// Opens the port and connects to the broker; `report` is given each step that went well.
    ///
    /// The trial connects under a client id of its own, so that a running agent is not thrown off the broker.
    public func run(report: (Step) -> Void) async throws(AgentFault) {
        for bus in configuration.buses { try await open(bus, report: report) }
        let link = BrokerLink(
            settings: configuration.brokerSettings(clientID: "\(identity.mac)-check"), will: nil, birth: nil)
        link.start()
        let outcome = await firstOutcome(of: link)
        await link.stop(within: .milliseconds(400))
        switch outcome {
        case .connected(let connection):
            report(.broker("\(connection.peer)", security: "\(connection.security)"))
        case .failed(let failure, _): throw AgentFault(failure)
        default:
            throw AgentFault(
                .unavailable, "the broker gave no answer within \(Self.patience)", cause: .silence(Self.patience))
        }
    }

    private func open(
        _ bus: Bus<AgentConfiguration.Slave>, report: (Step) -> Void
    ) async throws(AgentFault) {
        let line = ModbusLine(bus.lineSettings)
        let advice: PortAdvice?
        do throws(ModbusFailure) {
            try await line.open()
            advice = await line.advice
            await line.close()
        } catch {
            throw AgentFault(error)
        }
        switch bus.line.way {
        case .serial(let port, _): report(.port(port))
        case .network(let endpoint, _): report(.server("\(endpoint)"))
        }
        if let advice { report(.advice(advice)) }
    }

    private func firstOutcome(of link: BrokerLink) async -> LinkEvent? {
        let events = link.events
        return await withTaskGroup(of: LinkEvent?.self) { group in
            group.addTask { await events.first { _ in true } }
            group.addTask {
                try? await Task.sleep(for: Self.patience)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }
}
