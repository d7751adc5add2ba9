import Glibc
import LineSimulator

/// A master without any library: bytes out, bytes in, and the moment of each.
final class RawMaster {
    let descriptor: Int32
    private(set) var arrivals: [Int64] = []
    private(set) var sentAt: Int64 = 0

    init(_ path: String) throws {
        descriptor = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 { throw SimulatorError.system("opening", path, errno) }
    }

    deinit {
        close(descriptor)
    }

    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    func send(_ bytes: [UInt8]) {
        sentAt = Self.now()
        write(descriptor, bytes, bytes.count)
    }

    /// So many bytes, which are sure to come; or those that come until none does for a while.
    func receive(_ count: Int = .max, patience: Duration = .seconds(30)) -> [UInt8] {
        var result: [UInt8] = []
        arrivals = []
        let milliseconds = Int32(
            patience.components.seconds * 1_000 + patience.components.attoseconds / 1_000_000_000_000_000
        )
        while result.count < count {
            var descriptors = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
            guard poll(&descriptors, 1, milliseconds) > 0 else { break }
            var buffer = [UInt8](repeating: 0, count: 512)
            let got = read(descriptor, &buffer, min(512, count - result.count))
            guard got > 0 else { break }
            let now = Self.now()
            arrivals += Array(repeating: now, count: got)
            result += buffer[..<got]
        }
        return result
    }

    /// Sends a request and takes the answer, whose length is known beforehand.
    func ask(_ body: [UInt8], for count: Int) -> [UInt8] {
        send(sealed(body))
        return receive(count)
    }
}

/// Bytes with their checksum, reckoned bit by bit as a polynomial division: another way than the simulator's own.
func sealed(_ body: [UInt8]) -> [UInt8] {
    var remainder: UInt32 = 0xFFFF
    for byte in body {
        remainder ^= UInt32(reversed(byte)) << 8
        for _ in 0..<8 {
            remainder <<= 1
            if remainder & 0x1_0000 != 0 { remainder ^= 0x1_8005 }
        }
    }
    return body + [reversed(UInt8(remainder >> 8)), reversed(UInt8(remainder & 0xFF))]
}

private func reversed(_ byte: UInt8) -> UInt8 {
    (0..<8).reduce(0) { $0 | (byte >> UInt8($1) & 1) << UInt8(7 - $1) }
}
