/// RTU frames through a serial server, which passes bytes between a connection and its own serial port.
///
/// Frames bear no number here, as on a serial line, and everything holds that holds there. Only time is not what it is
/// on a wire: the network delays, joins and parts the bytes.
final class RTUOverTCP: LineTransport {
    private let connection: Connection

    let numbersRequests = false

    var descriptor: Int32 { connection.descriptor }

    var isUsable: Bool { connection.isOpen }

    init(_ connection: consuming Connection) { self.connection = connection }

    func lost(_ code: Int32) -> ModbusFailure { connection.lost(code) }

    func receive(into buffer: UnsafeMutableRawBufferPointer) -> Int { connection.receive(into: buffer) }

    func send(_ request: ArraySlice<UInt8>) throws(ModbusFailure) { try connection.send(Checksum.sealed(request)) }
}
