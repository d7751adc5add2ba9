import LineSimulator
import ModbusModel
import Testing

@testable import ModbusKit

/// The slaves of `LineFixture`, behind a socket.
struct NetworkFixture {
    let simulated: SimulatedLine
    let endpoint: NetworkEndpoint
    let settings: LineSettings
    let line: ModbusLine

    init(_ framing: NetworkEndpoint.Framing, slaves: Int = 1, baud: Int = 115_200, host: String = "127.0.0.1") throws {
        let face: SimulatedLineSettings.Face =
            framing == .tcp ? .tcp(host: host, port: 0) : .rtuOverTCP(host: host, port: 0)
        simulated = try SimulatedLine(
            SimulatedLineSettings(baud: baud, face: face, packetSize: 64),
            slaves: (1...slaves).map { id in
                var slave = SimulatedSlave(id: UInt8(id), turnaround: .milliseconds(4))
                for address in 0..<40 {
                    slave.set(.holdingRegisters, UInt16(address), .fixed(100 * id + address, as: .uint16))
                }
                return slave
            })
        endpoint = try NetworkEndpoint(url: simulated.path)
        settings = LineSettings(endpoint: endpoint, timing: SerialTiming(baud: baud, format: .eightN1))
        line = ModbusLine(settings)
    }

    /// Reads holding registers; the values are the truth, or it is a failure.
    func read(_ span: Range<Int>, of id: Int = 1, timeout: Duration = LineFixture.patience) async throws -> [UInt16] {
        let words = try await line.read(
            ReadBlock(table: .holding, span: span, points: []), from: LineFixture.address(id), timeout: timeout)
        #expect(words == LineFixture.truth(id, span), "a wrong value is worse than none")
        return words
    }
}

extension NetworkEndpoint.Framing {
    static let both: [NetworkEndpoint.Framing] = [.tcp, .rtuOverTCP]
}
