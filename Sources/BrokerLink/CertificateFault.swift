/// What is wrong with a certificate, a key or a CA file, and what to do about it.
public struct CertificateFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of fault.
    public enum Problem: Sendable, Hashable {
        /// There is no such file.
        case missing
        /// The file is there but could not be read; the errno.
        case unreadable(Int32)
        /// The file holds no certificate or key in PEM form.
        case notPEM
        /// The key is encrypted, and an agent has nobody to ask for a password.
        case keyEncrypted
        /// The key belongs to another certificate.
        case keyDoesNotFit
        /// The key file is open to every user of the machine.
        case keyOpenToAll
        /// The certificate has no common name or no readable time of validity.
        case incomplete

        var words: String {
            switch self {
            case .missing: "there is no such file"
            case .unreadable(let code): "cannot be read: \(inWords(errno: code))"
            case .notPEM: "holds nothing in PEM form that fits"
            case .keyEncrypted: "the private key is encrypted"
            case .keyDoesNotFit: "the private key does not belong to the certificate"
            case .keyOpenToAll: "the private key is open to every user of this machine"
            case .incomplete: "the certificate has no common name or no readable time of validity"
            }
        }
    }

    /// The file at fault.
    public let file: String

    /// What is wrong with it.
    public let problem: Problem

    /// What to do next.
    public let advice: String

    /// The file, what is wrong, and what to do, in one line.
    public var description: String { "\(file): \(problem.words); \(advice)" }
}
