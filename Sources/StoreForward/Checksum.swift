/// The CRC-32 of Ethernet and zlib, taken piece by piece.
///
/// SQLite has no checksum of its own, so a flipped bit in a payload would be sent as if it had been measured.
struct Checksum {
    private var register: UInt32 = 0xffff_ffff

    /// The sum over everything that was added.
    var value: UInt32 { ~register }

    mutating func add(_ bytes: [UInt8]) {
        var register = register
        table.withUnsafeBufferPointer { table in
            bytes.withUnsafeBufferPointer { bytes in
                for byte in bytes { register = table[Int(UInt8(truncatingIfNeeded: register) ^ byte)] ^ register >> 8 }
            }
        }
        self.register = register
    }

    /// Adds a number as its eight bytes, the lowest first.
    mutating func add(_ number: Int64) {
        add((0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) })
    }
}

/// The remainders of all bytes, by the polynomial 0x04C11DB7 with its bits turned round.
private let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { remainder, _ in remainder & 1 == 1 ? remainder >> 1 ^ 0xedb8_8320 : remainder >> 1 }
}
