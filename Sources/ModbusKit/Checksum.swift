/// The checksum that closes every RTU frame (Modbus over serial line V1.02 §6.2.2), low byte first on the wire.
enum Checksum {
    private static let table: [UInt16] = (0..<256).map { byte in
        (0..<8).reduce(UInt16(byte)) { register, _ in register & 1 == 1 ? register >> 1 ^ 0xA001 : register >> 1 }
    }

    /// The checksum of some bytes.
    static func of(_ bytes: some Sequence<UInt8>) -> UInt16 {
        table.withUnsafeBufferPointer { table in
            bytes.reduce(0xFFFF) { register, byte in
                register >> 8 ^ table[Int(UInt8(truncatingIfNeeded: register) ^ byte)]
            }
        }
    }

    /// Some bytes with their checksum behind them.
    static func sealed(_ bytes: some Collection<UInt8>) -> [UInt8] {
        let checksum = of(bytes)
        var frame: [UInt8] = []
        frame.reserveCapacity(bytes.count + 2)
        frame += bytes
        frame.append(UInt8(checksum & 0xFF))
        frame.append(UInt8(checksum >> 8))
        return frame
    }

    /// Whether the last two bytes are the checksum of those before them.
    static func isRight(_ frame: ArraySlice<UInt8>) -> Bool { frame.count >= 4 && of(frame) == 0 }
}
