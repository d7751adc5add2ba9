internal import LineSimulator
internal import ModbusKit
internal import ModbusModel

/// The slaves of the matrix: every register of the line has values of its own, and another one at each reading.
public struct FieldMap: Sendable {
    /// What the table calls it.
    public let name: String
    let slaves: Int
    /// The first addresses of blocks of four registers: requests of one length everywhere.
    let blocks: [Int]
    /// Whether the slaves have the registers besides the blocks.
    let isDense: Bool
    /// Whether the values rest for a while, as meters' do, and do not move with each reading.
    let isSlow: Bool

    /// The maps on which every fault is tried.
    public static let all = [
        FieldMap(name: "4 slaves, 3 like blocks", slaves: 4, blocks: [0, 100, 200], isDense: true, isSlow: false),
        FieldMap(name: "4 slaves, only the blocks", slaves: 4, blocks: [0, 100, 200], isDense: false, isSlow: true),
        FieldMap(name: "1 slave, 1 block", slaves: 1, blocks: [0], isDense: true, isSlow: true),
    ]

    var addresses: [Int] { blocks.flatMap { $0..<$0 + 4 } }

    func simulated() -> [SimulatedSlave] {
        (1...slaves).map { id in
            var slave = SimulatedSlave(id: UInt8(id), turnaround: .microseconds(700))
            for address in isDense ? Array(0..<(blocks.max() ?? 0) + 8) : addresses {
                let start = Int64(id * 8_000 + address * 31)
                slave.set(
                    .holdingRegisters, UInt16(address),
                    .counting(from: start, per: isSlow ? .every(.milliseconds(40)) : .read, as: .uint16))
            }
            return slave
        }
    }

    func polled() throws -> [PolledSlave] {
        try (1...slaves).compactMap { id in
            guard let address = SlaveAddress(id) else { return nil }
            return PolledSlave(
                address: address, timeout: FaultCase.timeout, limits: ReadLimits(maximumGap: 8),
                points: try addresses.map {
                    try PointDefinition(address: RegisterAddress(.holding, UInt16($0)), type: .uint16)
                })
        }
    }
}
