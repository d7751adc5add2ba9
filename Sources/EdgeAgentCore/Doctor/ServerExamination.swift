internal import AgentConfiguration
internal import ModbusKit

extension Doctor {
    /// Whether a Modbus TCP device or a serial server takes a connection; nothing is asked of it.
    static func examineServer(_ bus: Bus<AgentConfiguration.Slave>) async -> LineFinding {
        let line = ModbusLine(bus.lineSettings)
        do throws(ModbusFailure) {
            try await line.open()
            await line.close()
            return .server
        } catch {
            switch error.kind {
            case .hostUnknown: return .noServer(.nameUnknown)
            case .connectionRefused: return .noServer(.refused)
            default: return .noServer(.unreachable(error.code))
            }
        }
    }
}
