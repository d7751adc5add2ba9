import Glibc
internal import ModbusModel
internal import SerialPorts

/// A serial port that is claimed and open.
final class SerialPort: LineTransport {
    // Given back in this order: libmodbus closes the port before the claim on it ends.
    private let rtu: RTUContext
    private let claim: PortClaim
    private let path: String

    let advice: PortAdvice?
    let numbersRequests = false
    let isUsable = true

    var descriptor: Int32 { rtu.descriptor }

    var portErrors: PortErrors? { PortErrors(of: claim.descriptor) }

    /// A path may come to name another device, however alive the old one looks.
    var isInPlace: Bool { claim.isStill(at: path) }

    /// Claims and opens the port.
    init(path: String, rs485: RS485Mode, timing: SerialTiming, sysfs: String) throws(ModbusFailure) {
        var claim = try Self.claim(path)
        rtu = try RTUContext(port: path, timing: timing)
        claim.exclude()
        if case .kernel(let switching) = rs485 { try KernelRS485.set(switching, on: claim.descriptor, at: path) }
        self.claim = claim
        self.path = path
        advice = PortAdvice(port: path, sysfs: sysfs)
    }

    private static func claim(_ path: String) throws(ModbusFailure) -> PortClaim {
        do {
            return try PortClaim(path: path)
        } catch {
            throw ModbusFailure(ModbusFailure.Kind(error.reason), code: error.code, at: path)
        }
    }

    func lost(_ code: Int32) -> ModbusFailure { ModbusFailure(.portLost, code: code, at: path) }

    /// libmodbus opens its ports so that nobody ever waits in them.
    func receive(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        read(descriptor, buffer.baseAddress, buffer.count)
    }

    func send(_ request: ArraySlice<UInt8>) throws(ModbusFailure) { try rtu.send(request) }
}

extension ModbusFailure.Kind {
    /// A port that cannot be had, as a failure of the line.
    init(_ reason: PortRefusal.Reason) {
        self =
            switch reason {
            case .missing: .portMissing
            case .busy: .portBusy
            case .notPermitted: .portNotPermitted
            case .notASerialPort: .notASerialPort
            case .failed: .portLost
            }
    }
}
