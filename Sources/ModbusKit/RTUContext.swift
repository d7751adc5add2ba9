internal import CModbus
import Glibc
internal import ModbusModel

/// The owner of one connected libmodbus RTU context.
///
/// Error recovery stays off: libmodbus's own would close and reopen in a loop inside a call that never returns once
/// the adapter is unplugged.
struct RTUContext: ~Copyable {
    private let context: OpaquePointer
    private let place: String

    /// The open port, for looking at the line past libmodbus.
    let descriptor: Int32

    /// Opens a serial port, which the caller has claimed.
    init(port: String, timing: SerialTiming) throws(ModbusFailure) {
        let (parity, stopBits) = timing.format.forLibmodbus
        let made = modbus_new_rtu(port, Int32(timing.baud), parity, 8, stopBits)
        let newError = errno
        guard let context = made else { throw ModbusFailure(.portLost, code: newError, at: port) }
        modbus_set_error_recovery(context, MODBUS_ERROR_RECOVERY_NONE)
        guard modbus_connect(context) == 0 else {
            let code = errno
            modbus_free(context)
            throw ModbusFailure(code == EBUSY ? .portBusy : .portLost, code: code, at: port)
        }
        self.context = context
        place = port
        descriptor = modbus_get_socket(context)
    }

    deinit {
        modbus_close(context)
        modbus_free(context)
    }

    /// Sends a request; libmodbus puts the checksum behind it.
    func send(_ request: ArraySlice<UInt8>) throws(ModbusFailure) {
        let sent = request.withUnsafeBufferPointer { bytes in
            modbus_send_raw_request(context, bytes.baseAddress, Int32(bytes.count))
        }
        guard sent > 0 else { throw ModbusFailure(.portLost, code: errno, at: place) }
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
