public import AgentConfiguration
internal import ModbusKit
public import ModbusModel

/// One request of a cycle in which everything answers.
public struct PlannedRequest: Sendable, Hashable {
    /// The slave that is asked.
    public let slave: SlaveAddress
    /// The table that is read.
    public let table: RegisterTable
    /// The registers or bits, counted from 0.
    public let span: Range<Int>

    /// What the agent asks of the slaves of a line, in order.
    public static func all(of bus: Bus<AgentConfiguration.Slave>) -> [PlannedRequest] {
        bus.polledSlaves.flatMap { slave in
            slave.plan.map { PlannedRequest(slave: slave.address, table: $0.table, span: $0.span) }
        }
    }
}
