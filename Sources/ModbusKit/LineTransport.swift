import Glibc
internal import ModbusModel
internal import SerialPorts

/// An open way to the slaves of a line: all that `ModbusLine` knows of ports and connections.
///
/// Whatever travels outside, the line speaks RTU frames to it and hears RTU frames from it. A class, so that the line can
/// hold any of them; whoever lets go of it gives the port or the connection back.
protocol LineTransport: AnyObject {
    /// The open port or connection; readable when there is something to receive.
    var descriptor: Int32 { get }

    /// Whether each answer says which request it belongs to.
    ///
    /// Where it does not, silence parts the frames, and whatever nobody asked for has to be thrown away.
    var numbersRequests: Bool { get }

    /// Whether the way still stands as far as can be told without asking a slave.
    var isUsable: Bool { get }

    /// Whether the line's settings still lead here: asked where no slave answers.
    var isInPlace: Bool { get }

    /// What the kernel has counted on the port; nil where there are no such counters.
    var portErrors: PortErrors? { get }

    /// What slows the port down and can be mended; nil for nothing.
    var advice: PortAdvice? { get }

    /// The failure of this way while it is in use.
    func lost(_ code: Int32) -> ModbusFailure

    /// Sends one RTU request, given without its checksum; the answer is for the line to find.
    func send(_ request: ArraySlice<UInt8>) throws(ModbusFailure)

    /// Takes what has arrived, as RTU frames, without waiting; as read(2), with EAGAIN where it was nothing for us.
    func receive(into buffer: UnsafeMutableRawBufferPointer) -> Int
}

extension LineTransport {
    var isInPlace: Bool { true }
    var portErrors: PortErrors? { nil }
    var advice: PortAdvice? { nil }

}

extension LineSettings {
    /// Opens the line's port, or connects to its server.
    ///
    /// - Parameter patience: The most time that a connection may take to be made; a port never takes any.
    func openTransport(within patience: Duration) throws(ModbusFailure) -> any LineTransport {
        switch way {
        case .serial(let path, let rs485):
            return try SerialPort(path: path, rs485: rs485, timing: timing, sysfs: sysfs)
        case .network(let endpoint, let connectTimeout):
            let connection = try Connection(to: endpoint, within: min(patience, connectTimeout))
            switch endpoint.framing {
            case .tcp: return ModbusTCP(connection)
            case .rtuOverTCP: return RTUOverTCP(connection)
            }
        }
    }
}
