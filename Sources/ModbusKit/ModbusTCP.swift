import Glibc

/// Modbus TCP on one connection (Modbus on TCP/IP V1.0b §3.1.3), in our own framing.
///
/// libmodbus 3.1.6 takes an answer with a wrong protocol identifier, a wrong length or from a wrong unit, and after one
/// late answer every later request fails, because each finds the answer before it. Here an answer is taken only if
/// all of the header fits, and one to an older request is passed over while the right one is waited for.
final class ModbusTCP: LineTransport {
    private let connection: Connection
    private var transaction = UInt16.random(in: .min ... .max)
    private var received: [UInt8] = []
    private var isInStep = true

    let numbersRequests = true

    var descriptor: Int32 { connection.descriptor }

    var isUsable: Bool { isInStep && connection.isOpen }

    init(_ connection: consuming Connection) { self.connection = connection }

    func lost(_ code: Int32) -> ModbusFailure { connection.lost(code) }

    func send(_ request: ArraySlice<UInt8>) throws(ModbusFailure) {
        transaction &+= 1
        try connection.send(Self.bytes(Int(transaction)) + [0, 0] + Self.bytes(request.count) + request)
    }

    func receive(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 8) { chunk in
            let count = connection.receive(into: chunk)
            received += chunk.prefix(max(count, 0))
            return count
        }
        guard count > 0 else { return count }
        while let frame = nextFrame() {
            // An answer to a request that was given up, or one that the network has brought twice.
            guard frame.transaction == transaction else { continue }
            let sealed = Checksum.sealed(frame.body)
            buffer.copyBytes(from: sealed.prefix(buffer.count))
            return min(sealed.count, buffer.count)
        }
        // Whoever has lost step hears a connection that has ended.
        guard isInStep else { return 0 }
        errno = EAGAIN
        return -1
    }

    /// Takes the next whole frame out of what has been received; segments may have split or joined frames.
    private func nextFrame() -> (transaction: UInt16, body: [UInt8])? {
        guard received.count >= 6 else { return nil }
        let length = Int(received[4]) << 8 | Int(received[5])
        // The unit, a function and at least a byte; 254 is the unit and the longest body (§4.1). What breaks this rule
        // is not Modbus TCP, and nobody knows where the next frame begins: the connection is of no more use.
        guard received[2] == 0, received[3] == 0, (3...254).contains(length) else {
            isInStep = false
            return nil
        }
        guard received.count >= 6 + length else { return nil }
        defer { received.removeFirst(6 + length) }
        return (UInt16(received[0]) << 8 | UInt16(received[1]), Array(received[6..<6 + length]))
    }

    private static func bytes(_ word: Int) -> [UInt8] { [UInt8(word >> 8 & 0xFF), UInt8(word & 0xFF)] }
}
