/// A whole request frame whose checksum is right.
struct Request: Sendable, Equatable {
    /// All bytes, from the slave's address to the checksum.
    let bytes: [UInt8]

    var slave: UInt8 { bytes[0] }
    var function: UInt8 { bytes[1] }
    var isBroadcast: Bool { slave == 0 }

    /// The first address that the request names, where its function is known.
    var address: UInt16? { Self.length(of: bytes) == bytes.count ? word(at: 2) : nil }

    /// The number of bits or registers, where the function is known.
    var count: UInt16? {
        guard address != nil else { return nil }
        return function == 5 || function == 6 ? 1 : word(at: 4)
    }

    /// The value of functions 5 and 6.
    var value: UInt16 { word(at: 4) }

    /// The data of functions 15 and 16.
    var payload: [UInt8] { bytes.count > 9 ? Array(bytes[7..<bytes.count - 2]) : [] }

    /// The table that the request reads; none where it writes.
    var tableToRead: SimulatedSlave.Table? {
        switch function {
        case 1: .coils
        case 2: .discreteInputs
        case 3: .holdingRegisters
        case 4: .inputRegisters
        default: nil
        }
    }

    private func word(at index: Int) -> UInt16 { UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1]) }

    /// The length of the frame that begins so: none while too little of it is there or the function is not known.
    static func length(of bytes: [UInt8]) -> Int? {
        guard bytes.count >= 2 else { return nil }
        switch bytes[1] {
        case 1...6: return 8
        case 15, 16: return bytes.count >= 7 ? 9 + Int(bytes[6]) : nil
        default: return nil
        }
    }

    /// Whether only silence tells where the frame of this function ends.
    static func endsBySilence(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 2 && !SimulatedSlave.allFunctions.contains(bytes[1])
    }
}
