/// The simulator's end of the way to the master: a pseudo-terminal, or a listening socket.
protocol MasterPort: AnyObject {
    /// One of them is readable when the master has something to say.
    var descriptors: [Int32] { get }
    /// What a master program opens, or connects to.
    var path: String { get }

    /// The master's bytes since the last look, as RTU frames.
    func read() -> [UInt8]
    /// Hands bytes to the master; the number that found room.
    func write(_ bytes: ArraySlice<UInt8>) -> Int
    /// Whether the master has set this speed; where a speed cannot be seen, it has.
    func hasSpeed(_ baud: Int) -> Bool

    /// Whether the master program has set odd parity.
    var hasOddParity: Bool { get }
    /// What goes around the answer to the next request that was read, in the order of the requests.
    func nextEnvelope() -> Envelope
    /// Cuts the connection, where there is one.
    func reset()
    /// Called while nothing happens.
    func tidy()
}

extension MasterPort {
    func hasSpeed(_ baud: Int) -> Bool { true }

    var hasOddParity: Bool { false }
    func nextEnvelope() -> Envelope { .rtu }
    func reset() {}
    func tidy() {}
}

/// What goes around a slave's address, function and data.
enum Envelope: Sendable {
    /// A checksum behind (serial line specification V1.02, section 2.5.1.2).
    case rtu
    /// A header before, with the number of the request (Modbus on TCP/IP V1.0b, section 3.1.3).
    case tcp(transaction: UInt16)

    func sealed(_ body: [UInt8]) -> [UInt8] {
        switch self {
        case .rtu: CRC16.sealed(body)
        case .tcp(let transaction):
            [
                UInt8(transaction >> 8), UInt8(transaction & 0xFF), 0, 0, UInt8(body.count >> 8),
                UInt8(body.count & 0xFF),
            ] + body
        }
    }

    /// A sealed frame with one byte of its body exchanged, and sealed again.
    func resealed(_ frame: [UInt8], _ byte: UInt8, at index: Int) -> [UInt8] {
        switch self {
        case .rtu:
            var body = Array(frame.dropLast(2))
            body[index] = byte
            return CRC16.sealed(body)
        case .tcp:
            var frame = frame
            frame[6 + index] = byte
            return frame
        }
    }
}
