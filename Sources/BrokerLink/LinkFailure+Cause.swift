internal import COpenSSL
import Glibc

extension LinkFailure {
    /// What is behind a failure, one case for each thing that somebody would do about it.
    public enum Cause: Sendable, Hashable {
        /// Our own files cannot be used.
        case files
        /// The name is known nowhere.
        case nameUnknown
        /// No name server answers.
        case noNameServer
        /// Nothing listens on that port.
        case portRefused
        /// There is no way to that network.
        case noRoute
        /// Nothing answers at that address.
        case addressSilent
        /// Another fault of the network.
        case network
        /// The broker's certificate begins in the future of our clock.
        case brokerNotYetValid
        /// The broker's certificate has ended.
        case brokerExpired
        /// The broker's certificate names another host.
        case otherHost
        /// The broker's certificate was signed by an authority that we do not know.
        case otherAuthority
        /// The broker's certificate was refused for something else.
        case brokerCertificate
        /// What listens there does not speak TLS.
        case notTLS
        /// The connection stands, and no handshake came about.
        case handshake
        /// Our certificate is on the broker's list of revoked ones.
        case revoked
        /// Our certificate, or the broker's list of revoked ones, has expired.
        case expired
        /// The broker does not know the authority that signed our certificate.
        case authorityUnknown
        /// The broker refuses our certificate for something else.
        case certificateRefused
        /// The broker refuses the session.
        case refused(ReasonCode)
        /// The broker ended the session.
        case thrownOut(ReasonCode)
        /// The broker owes an answer, and none comes.
        case silent
        /// The connection broke.
        case lost
    }

    /// What is behind it.
    public var cause: Cause {
        switch (phase, code) {
        case (.credentials, _): .files
        case (.name, .lookup(EAI_NONAME)): .nameUnknown
        case (.name, _): .noNameServer
        case (.tcp, .system(ECONNREFUSED)): .portRefused
        case (.tcp, .system(ENETUNREACH)), (.tcp, .system(EHOSTUNREACH)): .noRoute
        case (.tcp, .system(ETIMEDOUT)), (.tcp, .timeout): .addressSilent
        case (.tcp, _): .network
        case (.handshake, .verification(let code)): Self.cause(verification: Int32(clamping: code))
        case (.handshake, _): trace.contains { $0.hasSuffix("wrong version number") } ? .notTLS : .handshake
        case (.refused, .alert(let alert)): Self.cause(alert: Int32(alert))
        case (.refused, .reason(let reason)): .refused(reason)
        case (.refused, _): .certificateRefused
        case (.lost, .reason(let reason)): .thrownOut(reason)
        case (.lost, .timeout): .silent
        case (.lost, _): .lost
        }
    }

    private static func cause(verification code: Int32) -> Cause {
        switch code {
        case X509_V_ERR_CERT_NOT_YET_VALID: .brokerNotYetValid
        case X509_V_ERR_CERT_HAS_EXPIRED: .brokerExpired
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH: .otherHost
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
            X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_CERT_SIGNATURE_FAILURE:
            .otherAuthority
        default: .brokerCertificate
        }
    }

    private static func cause(alert: Int32) -> Cause {
        switch alert {
        case SSL_AD_CERTIFICATE_REVOKED: .revoked
        case SSL_AD_CERTIFICATE_EXPIRED: .expired
        case SSL_AD_UNKNOWN_CA: .authorityUnknown
        default: .certificateRefused
        }
    }
}
