/// Why there is no session: how far the attempt came, what went wrong, and what to do about it.
public struct LinkFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// How far an attempt came before it failed.
    public enum Phase: String, Sendable, Hashable, CaseIterable {
        /// Our own certificate, key or CA file could not be used; nothing was sent.
        case credentials
        /// The broker's name could not be resolved.
        case name
        /// No TCP connection came about.
        case tcp
        /// No TLS session came about, or we refused the broker's certificate.
        case handshake
        /// The broker refused us: our certificate, or our wish to connect.
        case refused
        /// The connection came to an end.
        case lost
    }

    /// The number behind a failure, with the list that it belongs to.
    public enum Code: Sendable, Hashable, CustomStringConvertible {
        /// No number: a file that could not be used.
        case file
        /// An error of getaddrinfo.
        case lookup(Int32)
        /// An errno.
        case system(Int32)
        /// Nothing happened in time.
        case timeout
        /// OpenSSL's judgement of the broker's certificate.
        case verification(Int)
        /// A TLS alert that the broker sent.
        case alert(UInt8)
        /// A reason code that the broker sent.
        case reason(ReasonCode)
        /// An error of libmosquitto.
        case library(Int32)

        /// The number and its list.
        public var description: String {
            switch self {
            case .file: "file"
            case .lookup(let code): "getaddrinfo \(code)"
            case .system(let code): "errno \(code)"
            case .timeout: "timeout"
            case .verification(let code): "X509_V_ERR \(code)"
            case .alert(let code): "TLS alert \(code)"
            case .reason(let code): "MQTT reason \(code.rawValue)"
            case .library(let code): "MOSQ_ERR \(code)"
            }
        }
    }

    /// How far the attempt came.
    public let phase: Phase

    /// The number behind it.
    public let code: Code

    /// What went wrong, in plain words.
    public let detail: String

    /// What to do next.
    public let advice: String

    /// The last lines that the MQTT library said about it, for whoever digs deeper.
    public let trace: [String]

    /// When the broker's certificate is valid, where that is why we refused it; in seconds since 1970.
    public let brokerValidity: Validity?

    /// From when to when a certificate is valid, in seconds since 1970.
    public struct Validity: Sendable, Hashable {
        /// The first second.
        public let notBefore: Int64
        /// The last second.
        public let notAfter: Int64
    }

    /// Makes a failure.
    public init(
        phase: Phase, code: Code, detail: String, advice: String, trace: [String] = [], brokerValidity: Validity? = nil
    ) {
        self.brokerValidity = brokerValidity
        self.phase = phase
        self.code = code
        self.detail = detail
        self.advice = advice
        self.trace = trace
    }

    /// What went wrong, its number, and what to do, in one line.
    public var description: String { "\(detail) [\(phase.rawValue), \(code)]: \(advice)" }
}
