import Glibc

/// Why something on a line did not work, and how far the damage reaches.
public struct ModbusFailure: Error, Sendable, Hashable {
    /// How far a failure reaches, so that no caller has to guess from a code.
    public enum Scope: String, Sendable {
        /// These registers fail; the slave is well and the cycle goes on.
        case register
        /// The slave's points fail; it is tried again later, the others go on.
        case slave
        /// Nothing can be read until the port is opened again.
        case line
    }

    /// What happened.
    public enum Kind: Sendable, Hashable {
        /// The slave gave no answer in time.
        case timeout
        /// An answer came and its checksum was wrong.
        case badChecksum
        /// An answer began and broke off.
        case truncated
        /// Something came that does not answer the request: noise, or a frame of another length, function or slave.
        case unexpectedAnswer
        /// An answer came that equals, byte for byte, the one to another request: a copy, as far as anybody can tell.
        case copy
        /// The slave answered with an exception (Modbus V1.1b3 §7).
        case exception(UInt8)
        /// The slave was not asked: it is offline and its next probe is not due.
        case offline
        /// The slave was not asked: an answer to an older request may still come and be mistaken for this one's.
        case unsettled
        /// The slave was not asked again: the cycle's time was up.
        case cycleOver
        /// The registers hold NaN or an infinity.
        case notANumber
        /// Of three readings no two that followed each other were equal, and the point asks for that.
        case unconfirmed
        /// Bytes kept coming although nothing was asked: another master, or a babbling slave.
        case neverSilent
        /// There is no such port.
        case portMissing
        /// Another program has the port.
        case portBusy
        /// The port is lent to a probe.
        case portLent
        /// This user may not open the port.
        case portNotPermitted
        /// The path names something that is no serial port.
        case notASerialPort
        /// The adapter does not know the kernel's RS-485 mode.
        case noRS485Mode
        /// The adapter's driver keeps the RS-485 mode in another way than it was told; which parts differ.
        case otherRS485Mode(String)
        /// The port went away or failed while in use.
        case portLost
        /// The name of the device or serial server has no address.
        case hostUnknown
        /// No connection could be made in time, or the network has no way there.
        case unreachable
        /// The host answers, and nothing listens on the port.
        case connectionRefused
        /// The connection was closed or reset while in use.
        case connectionLost
    }

    /// What happened.
    public let kind: Kind

    /// The number the C library or the kernel gave (errno), 0 where there is none.
    public let code: Int32

    /// Where it happened: the port's path, or the slave and the registers asked for.
    public let place: String

    init(_ kind: Kind, code: Int32 = 0, at place: String) {
        self.kind = kind
        self.code = code
        self.place = place
    }

    /// How far the failure reaches.
    public var scope: Scope {
        switch kind {
        case .exception(let code): Self.meansLater(code) ? .slave : .register
        case .notANumber, .unconfirmed: .register
        case .timeout, .badChecksum, .truncated, .unexpectedAnswer, .copy, .offline, .unsettled, .cycleOver: .slave
        case .neverSilent, .portMissing, .portBusy, .portLent, .portNotPermitted, .notASerialPort, .noRS485Mode,
            .otherRS485Mode,
            .portLost, .hostUnknown, .unreachable, .connectionRefused, .connectionLost:
            .line
        }
    }

    /// Whether the slave has answered, if only to refuse.
    var isAnswer: Bool { if case .exception = kind { true } else { false } }

    /// Whether asking again at once makes sense: something came, so the slave is there.
    var isWorthRepeating: Bool {
        switch kind {
        case .badChecksum, .truncated, .unexpectedAnswer, .copy: true
        default: false
        }
    }

    /// Whether a line that could not be opened may open later by itself.
    public var mayPass: Bool {
        switch kind {
        case .portMissing, .portBusy, .portLent, .portLost, .hostUnknown, .unreachable, .connectionRefused,
            .connectionLost:
            true
        default: false
        }
    }

    /// Whether the network failed and not a port of this machine.
    public var isOfNetwork: Bool {
        switch kind {
        case .hostUnknown, .unreachable, .connectionRefused, .connectionLost: true
        default: false
        }
    }

    /// Exceptions that ask for patience: acknowledge (5), busy (6), and a gateway whose target did not answer (10, 11).
    static func meansLater(_ code: UInt8) -> Bool { [5, 6, 10, 11].contains(code) }
}

extension ModbusFailure: CustomStringConvertible {
    /// What happened, where, and what to do about it.
    public var description: String { "\(place): \(words)" }

    private var words: String {
        switch kind {
        case .timeout:
            "no answer in time; check the slave's power, its id, the wires A and B, baud and parity"
        case .badChecksum:
            "an answer with a wrong checksum; check baud and parity, termination and bias, and that no two slaves share an id"
        case .truncated:
            "an answer that broke off; check the wiring, and that nobody else sends at the same time"
        case .unexpectedAnswer:
            "something came that is no answer to the request; it was thrown away"
        case .copy:
            "the same bytes answered another request; it was not taken, since it may be a copy"
        case .exception(let code):
            "exception \(code), \(Self.exceptionName(code))"
        case .offline:
            "offline; it is probed again later"
        case .unsettled:
            "not asked, because an answer to an older request may still come and be taken for this one's"
        case .cycleOver:
            "the cycle ended before it could be tried again"
        case .notANumber:
            "the register holds NaN or an infinity, which is no value"
        case .unconfirmed:
            "it never read the same twice running; confirm: true is for values that stand still from one request to the next"
        case .neverSilent:
            "the line never falls silent; is there another master, or a slave that babbles?"
        case .portMissing:
            "no such port; is the adapter plugged in? ls /dev/serial/by-id shows the adapters that are"
        case .portBusy:
            "another program has the port; fuser -v names it"
        case .portLent:
            "the port is lent to a probe; polling goes on when it is done"
        case .portNotPermitted:
            "this user may not open the port; serial ports belong to the group dialout"
        case .notASerialPort:
            "this is no serial port"
        case .noRS485Mode:
            "this adapter does not know the kernel's RS-485 mode; set line.rs485 to none if it switches by itself"
        case .otherRS485Mode(let parts):
            "this adapter's driver does not keep the RS-485 mode as configured: \(parts); change line.rs485 to what it can"
        case .portLost:
            "the port failed (errno \(code)); was the adapter unplugged?"
        case .hostUnknown:
            "the host's name has no address (\(String(cString: gai_strerror(code)))); check the name and the name server, "
                + "or write the address"
        case .unreachable:
            "no connection (\(String(cString: strerror(code)))); is the serial server on, are its address and the way there right?"
        case .connectionRefused:
            "connection refused; is the serial server's service on, and is the port right?"
        case .connectionLost:
            "the connection was closed by the other side; does the serial server admit one master only, or has it restarted?"
        }
    }

    private static func exceptionName(_ code: UInt8) -> String {
        switch code {
        case 1: "illegal function: the slave does not have this table"
        case 2: "illegal data address: the slave does not have (all of) these registers"
        case 3: "illegal data value: the slave does not take a request of this length"
        case 4: "slave device failure"
        case 5: "acknowledge: the slave needs longer"
        case 6: "slave device busy"
        case 8: "memory parity error"
        case 10: "gateway path unavailable"
        case 11: "gateway target device failed to respond"
        default: "not in the specification"
        }
    }
}
