public import BrokerLink

extension Doctor {
    /// What the way to the broker is like, phase by phase.
    public enum BrokerFinding: Sendable, Hashable {
        /// Its name has an address.
        case nameFound(host: String)
        /// It took our connection.
        case reached(host: String, port: Int)
        /// The TLS session stands; the version and the cipher where they are known.
        case encrypted(String?)
        /// The broker's certificate is valid, and so is ours; the end of the broker's where it is known.
        case certificateValid(until: Int64?, days: Int64?)
        /// The broker's certificate is valid, and soon no more.
        case certificateEndsSoon(until: Int64, days: Int64)
        /// It welcomed us, under this client id.
        case welcomed(client: String)
        /// The attempt came so far, and no further.
        case failed(Phase, LinkFailure)
        /// No name server answered, and the attempt was given up.
        case nameTooSlow(host: String)
        /// It took a message of ours, and somebody listens.
        case published(topic: String)
        /// It took a message of ours, and nobody listens.
        case unheard(topic: String)
        /// It refused a message of ours.
        case publishDenied(topic: String, ReasonCode)
        /// It granted the subscription.
        case subscribed(filter: String)
        /// It refused the subscription.
        case subscribeDenied(filter: String, ReasonCode)
        /// An earlier phase failed.
        case notTried(Phase)
        /// It was not asked, as was wished.
        case offline(Phase)
    }

    /// The phases of the way to the broker, in their order.
    public enum Phase: String, Sendable, Hashable, CaseIterable {
        /// Its name becomes an address.
        case name
        /// It takes a connection.
        case tcp
        /// A TLS session comes about.
        case tls
        /// The certificates of both sides are valid.
        case certificate
        /// It welcomes us.
        case welcome
        /// It takes a message.
        case publish
        /// It grants a subscription.
        case subscribe
    }
}

extension Doctor.BrokerFinding: Observation {
    /// The phase that it is about.
    public var phase: Doctor.Phase {
        switch self {
        case .nameFound, .nameTooSlow: .name
        case .reached: .tcp
        case .encrypted: .tls
        case .certificateValid, .certificateEndsSoon: .certificate
        case .welcomed: .welcome
        case .published, .unheard, .publishDenied: .publish
        case .subscribed, .subscribeDenied: .subscribe
        case .failed(let phase, _), .notTried(let phase), .offline(let phase): phase
        }
    }

    var check: String { "broker.\(phase.rawValue)" }

    var verdict: Doctor.Verdict {
        switch self {
        case .nameFound, .reached, .encrypted, .certificateValid, .welcomed, .published, .subscribed: .ok
        case .certificateEndsSoon, .unheard: .warning
        case .failed(_, let failure): .fault(AgentFault(failure).status)
        case .nameTooSlow: .fault(.unknownHost)
        case .publishDenied, .subscribeDenied: .fault(.notPermitted)
        case .notTried, .offline: .skipped
        }
    }
}

extension Doctor.Phase {
    /// The phase that an attempt failed in.
    init(of failure: LinkFailure) {
        self =
            switch failure.phase {
            case .name: .name
            case .tcp: .tcp
            case .credentials, .handshake: .tls
            // The broker judges our certificate after the handshake is over for us.
            case .refused: failure.cause.isAboutOurCertificate ? .certificate : .welcome
            case .lost: .welcome
            }
    }
}

extension LinkFailure.Cause {
    /// Whether the broker refuses our certificate, and not our session.
    fileprivate var isAboutOurCertificate: Bool {
        switch self {
        case .revoked, .expired, .authorityUnknown, .certificateRefused: true
        default: false
        }
    }
}
