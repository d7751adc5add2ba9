/// The checksum that closes every RTU frame (Modbus serial line specification V1.02, section 6.2.2).
///
/// Polynomial 0xA001 (0x8005 reflected), starting value 0xFFFF, sent low byte first.
enum CRC16 {
    static func checksum(of bytes: some Sequence<UInt8>) -> UInt16 {
        var register: UInt16 = 0xFFFF
        for byte in bytes {
            register ^= UInt16(byte)
            for _ in 0..<8 {
                register = register & 1 == 1 ? (register >> 1) ^ 0xA001 : register >> 1
            }
        }
        return register
    }

    /// The bytes with their checksum behind them.
    static func sealed(_ bytes: [UInt8]) -> [UInt8] {
        let checksum = checksum(of: bytes)
        return bytes + [UInt8(truncatingIfNeeded: checksum), UInt8(truncatingIfNeeded: checksum >> 8)]
    }

    /// Whether the last two bytes are the checksum of those before them.
    static func isIntact(_ frame: [UInt8]) -> Bool {
        // Over a frame with its own checksum the register ends at zero.
        frame.count >= 4 && checksum(of: frame) == 0
    }
}
