public import AgentConfiguration
public import BrokerLink
public import ModbusKit
public import StoreForward

/// How a command ends, as sysexits.h has it, so that a script can tell what kind of thing went wrong.
public enum ExitStatus: Int32, Sendable {
    /// EX_USAGE: the command line is wrong.
    case usage = 64
    /// EX_DATAERR: a file has the wrong content.
    case wrongData = 65
    /// EX_NOINPUT: a file or a port is missing.
    case missingInput = 66
    /// EX_NOHOST: the broker's name is unknown.
    case unknownHost = 68
    /// EX_UNAVAILABLE: the broker cannot be reached.
    case unavailable = 69
    /// EX_CANTCREAT: a file cannot be made.
    case cannotCreate = 73
    /// EX_IOERR: the disk or the port failed.
    case inputOutput = 74
    /// EX_TEMPFAIL: it may work later: a port that is busy, a clock that is not set.
    case temporary = 75
    /// EX_PROTOCOL: the broker was reached and its certificate was not trusted.
    case wrongProtocol = 76
    /// EX_NOPERM: something is not allowed, to this user or to this certificate.
    case notPermitted = 77
    /// EX_CONFIG: the configuration or a certificate is wrong.
    case configuration = 78
}

/// A fault that ends a command: what is wrong, what to do, and the status to end with.
public struct AgentFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// What a fault comes from, for whoever says it in another language.
    public enum Cause: Sendable, Hashable {
        /// Whoever noticed it has said it.
        case said
        /// The configuration.
        case configuration(ConfigurationFaults)
        /// A file of the certificate; the place that names it, to begin with.
        case certificate(CertificateFault, at: String)
        /// What the certificate says; the place that names it, to begin with.
        case identity(Doctor.IdentityFinding, at: String)
        /// A line.
        case line(ModbusFailure)
        /// The link to the broker.
        case link(LinkFailure)
        /// The broker gave no answer within this time.
        case silence(Duration)
    }

    /// The status to end with.
    public let status: ExitStatus

    /// What is wrong, where, and what to do about it, as whoever noticed it has said it, and else in English.
    public let description: String

    /// What it comes from.
    public let cause: Cause

    /// Describes a fault.
    public init(_ status: ExitStatus, _ description: String, cause: Cause = .said) {
        self.status = status
        self.description = description
        self.cause = cause
    }

    /// Takes over a failure of the line.
    public init(_ failure: ModbusFailure) {
        let status: ExitStatus =
            switch failure.kind {
            case .portMissing: .missingInput
            case .portBusy: .temporary
            case .portNotPermitted: .notPermitted
            case .notASerialPort, .noRS485Mode, .otherRS485Mode: .configuration
            case .hostUnknown: .unknownHost
            case .unreachable, .connectionRefused, .connectionLost: .unavailable
            default: .inputOutput
            }
        self.init(status, "\(failure.isOfNetwork ? "line.url" : "line.port"): \(failure)", cause: .line(failure))
    }

    /// Takes over a failure of the link.
    public init(_ failure: LinkFailure) {
        let status: ExitStatus =
            switch failure.phase {
            case .credentials: .configuration
            case .name: .unknownHost
            case .tcp, .lost: .unavailable
            case .handshake: .wrongProtocol
            case .refused: .notPermitted
            }
        self.init(status, "broker: \(failure)", cause: .link(failure))
    }

    /// Takes over a fault of a certificate, a key or a CA file; `place` says where the configuration names the file.
    public init(_ fault: CertificateFault, at place: String) {
        let status: ExitStatus =
            switch fault.problem {
            case .missing: .missingInput
            case .unreadable, .keyOpenToAll: .notPermitted
            case .notPEM, .keyEncrypted, .keyDoesNotFit, .incomplete: .configuration
            }
        self.init(status, "\(place)\(fault)", cause: .certificate(fault, at: place))
    }

    /// Takes over everything that is wrong in a configuration file.
    public init(_ faults: ConfigurationFaults) {
        self.init(
            faults.kind == .unreadable ? .missingInput : .configuration, "\(faults)", cause: .configuration(faults))
    }

    /// Takes over a failure of the spool.
    public init(_ failure: SpoolFailure) {
        let status: ExitStatus =
            switch failure.kind {
            case .notOurs, .newerVersion, .corrupt: .wrongData
            case .olderVersion, .payloadSize: .wrongData
            case .noRoom: .cannotCreate
            case .fileMissing: .missingInput
            case .inUse: .temporary
            case .directoryMissing: .cannotCreate
            case .notPermitted: .notPermitted
            default: .inputOutput
            }
        self.init(status, "spool.path: \(failure)")
    }
}
