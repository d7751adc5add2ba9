import LineSimulator
import ModbusModel
import Testing

@testable import ModbusKit

/// A real libmodbus master and simulated slaves at the two ends of one pseudo-terminal.
struct LineFixture {
    let simulated: SimulatedLine
    let line: ModbusLine
    let settings: LineSettings

    /// How long an answer that is sure to come is waited for: no thread is held up for so long, however busy the machine.
    static let patience: Duration = .seconds(10)

    /// An answer comes in packets as an adapter hands them over, so that none is torn where the simulator is held up.
    ///
    /// Each slave holds 100·id + address in its first forty holding registers: no two registers of the line are alike.
    init(slaves: Int = 1, baud: Int = 115_200, packetSize: Int = 64, enforcesSilence: Bool = false) throws {
        simulated = try SimulatedLine(
            SimulatedLineSettings(baud: baud, packetSize: packetSize, enforcesSilence: enforcesSilence),
            slaves: (1...slaves).map { id in
                var slave = SimulatedSlave(id: UInt8(id), turnaround: .milliseconds(4))
                for address in 0..<40 {
                    slave.set(.holdingRegisters, UInt16(address), .fixed(100 * id + address, as: .uint16))
                }
                return slave
            })
        settings = LineSettings(port: simulated.path, timing: SerialTiming(baud: baud, format: .eightN1))
        line = ModbusLine(settings)
    }

    func block(_ span: Range<Int>, _ table: RegisterTable = .holding) -> ReadBlock {
        ReadBlock(table: table, span: span, points: [])
    }

    static func truth(_ slave: Int, _ span: Range<Int>) -> [UInt16] { span.map { UInt16(100 * slave + $0) } }

    static func address(_ id: Int) throws -> SlaveAddress { try #require(SlaveAddress(id)) }

    /// A slave with points of one register each at the given addresses.
    static func polled(_ id: Int, _ addresses: [Int], gap: Int = 0, timeout: Duration = patience) throws
        -> PolledSlave
    {
        PolledSlave(
            address: try address(id), timeout: timeout, limits: ReadLimits(maximumGap: gap),
            points: try addresses.map {
                try PointDefinition(address: RegisterAddress(.holding, UInt16($0)), type: .uint16)
            })
    }
}
