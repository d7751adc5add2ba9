public import ModbusModel

/// A question that the probe puts to a slave; none of them changes anything in it.
public struct ProbeRequest: Sendable, Hashable {
    /// What is asked.
    public enum Question: Sendable, Hashable {
        /// So many items of a table from a zero-based address on (Modbus V1.1b3 §6.1 to §6.4).
        case read(RegisterTable, address: UInt16, count: UInt16)
        /// Maker, product and revision: function 43, MEI type 14, basic stream (Modbus V1.1b3 §6.21).
        case deviceIdentification
        /// Whatever the maker reports of himself: function 17 (Modbus V1.1b3 §6.13).
        case reportServerID
    }

    /// Who is asked.
    public let slave: SlaveAddress

    /// What is asked.
    public let question: Question

    /// Puts a question to a slave.
    public init(_ question: Question, to slave: SlaveAddress) {
        self.question = question
        self.slave = slave
    }

    /// The question that finds out whether a slave is there: even a refusal answers it.
    public static func presence(of slave: SlaveAddress) -> ProbeRequest {
        ProbeRequest(.read(.holding, address: 0, count: 1), to: slave)
    }

    /// The function code.
    public var function: UInt8 {
        switch question {
        case .read(let table, _, _): table.readFunction
        case .deviceIdentification: 43
        case .reportServerID: 17
        }
    }

    /// The frame as it goes on the wire, checksum included.
    public var frame: [UInt8] {
        var bytes = [slave.rawValue, function]
        switch question {
        case .read(_, let address, let count):
            bytes += [UInt8(address >> 8), UInt8(address & 0xFF), UInt8(count >> 8), UInt8(count & 0xFF)]
        case .deviceIdentification: bytes += [14, 1, 0]
        case .reportServerID: break
        }
        let sum = FrameChecksum.of(bytes)
        return bytes + [sum.low, sum.high]
    }

    /// The length of a frame that answers, once so many of its bytes are known that it can be told; nil before.
    ///
    /// - Parameter start: The frame's first bytes, from the slave's address on.
    func answerLength(_ start: ArraySlice<UInt8>) -> Int? {
        let bytes = Array(start.prefix(3))
        guard bytes.count == 3 else { return nil }
        if bytes[1] == function | 0x80 { return 5 }
        switch question {
        case .read, .reportServerID: return 5 + Int(bytes[2])
        case .deviceIdentification: return Self.identificationLength(start)
        }
    }

    /// Data bytes that a right answer to a read carries; nil where the slave decides.
    var dataBytes: Int? {
        guard case .read(let table, _, let count) = question else { return nil }
        return table.holdsBits ? (Int(count) + 7) / 8 : 2 * Int(count)
    }

    /// The objects of an identification say their own lengths, one after the other.
    private static func identificationLength(_ start: ArraySlice<UInt8>) -> Int? {
        let bytes = Array(start)
        guard bytes.count >= 8 else { return nil }
        var end = 8
        for _ in 0..<bytes[7] {
            guard bytes.count > end + 1 else { return nil }
            end += 2 + Int(bytes[end + 1])
        }
        return end + 2
    }
}
