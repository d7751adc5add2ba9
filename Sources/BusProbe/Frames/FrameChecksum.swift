/// The checksum of an RTU frame (Modbus over serial line V1.02 §6.2.2).
enum FrameChecksum {
    /// The checksum of some bytes, as it stands on the wire: low byte first.
    static func of(_ bytes: some Sequence<UInt8>) -> (low: UInt8, high: UInt8) {
        var register: UInt16 = 0xFFFF
        for byte in bytes {
            register ^= UInt16(byte)
            for _ in 0..<8 {
                register = register & 1 == 1 ? (register >> 1) ^ 0xA001 : register >> 1
            }
        }
        return (UInt8(register & 0xFF), UInt8(register >> 8))
    }

    /// Whether the last two bytes are the checksum of those before them.
    static func fits(_ frame: some BidirectionalCollection<UInt8>) -> Bool {
        guard frame.count >= 4 else { return false }
        let sum = of(frame.dropLast(2))
        return Array(frame.suffix(2)) == [sum.low, sum.high]
    }
}
