import Glibc
internal import ModbusModel

/// The kernel's RS-485 mode of a port: Linux, Documentation/driver-api/serial/serial-rs485.rst.
enum KernelRS485 {
    /// A call to the port's driver, as ioctl(2); another one in tests.
    typealias Driver = (_ descriptor: Int32, _ request: UInt, _ words: UnsafeMutableRawPointer) -> Int32

    private static let get: UInt = 0x542E
    private static let set: UInt = 0x542F

    /// Sets the mode and reads it back: a driver may take the call and do something else.
    static func set(
        _ switching: RTSSwitching, on descriptor: Int32, at path: String,
        by driver: Driver = { ioctl($0, $1, $2) }
    ) throws(ModbusFailure) {
        var words = words(of: switching)
        guard driver(descriptor, set, &words) == 0 else { throw ModbusFailure(.noRS485Mode, code: errno, at: path) }
        var kept = [UInt32](repeating: 0, count: words.count)
        guard driver(descriptor, get, &kept) == 0 else { throw ModbusFailure(.noRS485Mode, code: errno, at: path) }
        guard kept[0] & enabled != 0 else { throw ModbusFailure(.noRS485Mode, at: path) }
        let differences = differences(switching, self.switching(of: kept))
        guard differences.isEmpty else { throw ModbusFailure(.otherRS485Mode(differences), at: path) }
    }

    // struct serial_rs485: flags, the two delays in milliseconds, and five words that are not used here.
    private static let enabled: UInt32 = 1 << 0
    private static let rtsOnSend: UInt32 = 1 << 1
    private static let rtsAfterSend: UInt32 = 1 << 2
    private static let receiveDuringSend: UInt32 = 1 << 4

    private static func words(of switching: RTSSwitching) -> [UInt32] {
        let flags =
            enabled | (switching.rtsOnSend ? rtsOnSend : 0) | (switching.rtsAfterSend ? rtsAfterSend : 0)
            | (switching.receivesWhileSending ? receiveDuringSend : 0)
        let delays = [switching.delayBeforeSend, switching.delayAfterSend].map { UInt32(clamping: $0) }
        return [flags] + delays + [0, 0, 0, 0, 0]
    }

    private static func switching(of words: [UInt32]) -> RTSSwitching {
        RTSSwitching(
            rtsOnSend: words[0] & rtsOnSend != 0, rtsAfterSend: words[0] & rtsAfterSend != 0,
            delayBeforeSend: Int(words[1]), delayAfterSend: Int(words[2]),
            receivesWhileSending: words[0] & receiveDuringSend != 0)
    }

    private static func differences(_ wanted: RTSSwitching, _ kept: RTSSwitching) -> String {
        let parts = [
            ("rts_on_send", "\(wanted.rtsOnSend)", "\(kept.rtsOnSend)"),
            ("rts_after_send", "\(wanted.rtsAfterSend)", "\(kept.rtsAfterSend)"),
            ("delay_before_send", "\(wanted.delayBeforeSend)ms", "\(kept.delayBeforeSend)ms"),
            ("delay_after_send", "\(wanted.delayAfterSend)ms", "\(kept.delayAfterSend)ms"),
            ("receive_while_sending", "\(wanted.receivesWhileSending)", "\(kept.receivesWhileSending)"),
        ]
        return parts.filter { $0.1 != $0.2 }.map { "\($0.0) is \($0.2) and not \($0.1)" }.joined(separator: ", ")
    }
}
