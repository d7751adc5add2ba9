internal import CModbus
import Glibc
internal import ModbusModel

/// The owner of one libmodbus context on an open, claimed serial port.
///
/// Error recovery stays off: libmodbus's own would close and reopen in a loop inside a call that never returns once
/// the adapter is unplugged.
struct RTUHandle: ~Copyable {
    private let context: OpaquePointer
    private let port: String
    private let claim: PortClaim

    /// The open port, for looking at the line past libmodbus.
    let descriptor: Int32

    init(_ settings: LineSettings) throws(ModbusFailure) {
        let port = settings.port
        let claim = try PortClaim(path: port)
        let (parity, stopBits) = settings.timing.format.forLibmodbus
        let made = modbus_new_rtu(port, Int32(settings.timing.baud), parity, 8, stopBits)
        let newError = errno
        guard let context = made else { throw ModbusFailure(.portLost, code: newError, at: port) }
        modbus_set_error_recovery(context, MODBUS_ERROR_RECOVERY_NONE)
        guard modbus_connect(context) == 0 else {
            let code = errno
            modbus_free(context)
            throw ModbusFailure(code == EBUSY ? .portBusy : .portLost, code: code, at: port)
        }
        if settings.rs485 == .kernel, modbus_rtu_set_serial_mode(context, MODBUS_RTU_RS485) != 0 {
            let code = errno
            modbus_close(context)
            modbus_free(context)
            throw ModbusFailure(.noRS485Mode, code: code, at: port)
        }
        claim.exclude()
        self.context = context
        self.port = port
        self.claim = claim
        descriptor = modbus_get_socket(context)
    }

    deinit {
        modbus_close(context)
        modbus_free(context)
    }

    /// Sends one read request and waits for its answer.
    ///
    /// - Parameters:
    ///   - responseTimeout: From the write to the answer's first byte; the request's own time on the wire included.
    ///   - byteTimeout: Between two bytes of the answer.
    /// - Returns: One word per register; for a bit table one word per bit, 0 or 1.
    func read(
        _ block: ReadBlock, from slave: SlaveAddress, responseTimeout: Duration, byteTimeout: Duration
    ) throws(ModbusFailure) -> [UInt16] {
        modbus_set_slave(context, Int32(slave.rawValue))
        // libmodbus refuses a million microseconds or more in the second argument.
        let (seconds, microseconds) = responseTimeout.secondsAndMicroseconds
        modbus_set_response_timeout(context, seconds, microseconds)
        let (byteSeconds, byteMicroseconds) = byteTimeout.secondsAndMicroseconds
        modbus_set_byte_timeout(context, byteSeconds, byteMicroseconds)

        let address = Int32(block.span.lowerBound)
        let count = Int32(block.span.count)
        var words: [UInt16] = []
        var code: Int32 = 0
        if block.table.holdsBits {
            var bits = [UInt8](repeating: 0, count: block.span.count)
            let read =
                block.table == .coil
                ? modbus_read_bits(context, address, count, &bits)
                : modbus_read_input_bits(context, address, count, &bits)
            code = read == count ? 0 : errno
            words = bits.map(UInt16.init)
        } else {
            words = [UInt16](repeating: 0, count: block.span.count)
            let read =
                block.table == .holding
                ? modbus_read_registers(context, address, count, &words)
                : modbus_read_input_registers(context, address, count, &words)
            code = read == count ? 0 : errno
        }
        guard code == 0 else {
            let kind = ModbusFailure.Kind(errno: code)
            throw ModbusFailure(kind, code: code, at: kind == .portLost ? port : "slave \(slave), \(block)")
        }
        return words
    }
}

extension ModbusFailure.Kind {
    /// Translates what libmodbus leaves in errno after a read.
    fileprivate init(errno code: Int32) {
        switch code {
        case ETIMEDOUT: self = .timeout
        case cmodbus_EMBBADCRC: self = .badChecksum
        case cmodbus_EMBBADDATA, cmodbus_EMBBADSLAVE, cmodbus_EMBBADEXC, cmodbus_EMBMDATA: self = .unexpectedAnswer
        case cmodbus_EMBXILFUN...cmodbus_EMBXGTAR: self = .exception(UInt8(code - MODBUS_ENOBASE))
        default: self = .portLost
        }
    }
}

extension SerialFormat {
    /// Parity letter and stop bits as `modbus_new_rtu` takes them.
    fileprivate var forLibmodbus: (parity: CChar, stopBits: Int32) {
        switch self {
        case .eightN1: (CChar(UInt8(ascii: "N")), 1)
        case .eightE1: (CChar(UInt8(ascii: "E")), 1)
        case .eightO1: (CChar(UInt8(ascii: "O")), 1)
        case .eightN2: (CChar(UInt8(ascii: "N")), 2)
        }
    }
}

extension Duration {
    /// The whole seconds and the microseconds that remain, for C interfaces that want them apart.
    fileprivate var secondsAndMicroseconds: (UInt32, UInt32) {
        let (seconds, attoseconds) = components
        return (UInt32(clamping: seconds), UInt32(clamping: attoseconds / 1_000_000_000_000))
    }
}
