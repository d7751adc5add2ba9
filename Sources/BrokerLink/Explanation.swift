internal import CMosquitto
internal import COpenSSL
import Glibc

/// Turns what is known of a broken connection into a failure that somebody can act on.
struct Explanation {
    let settings: BrokerSettings
    let peer: String
    let record: ConnectionRecord

    /// TLS alerts by which a broker refuses our certificate, and not the manner of the handshake (RFC 8446, 6.2).
    private static let certificateAlerts: Set<Int32> = [
        SSL_AD_BAD_CERTIFICATE, SSL_AD_UNSUPPORTED_CERTIFICATE, SSL_AD_CERTIFICATE_REVOKED,
        SSL_AD_CERTIFICATE_EXPIRED, SSL_AD_CERTIFICATE_UNKNOWN, SSL_AD_UNKNOWN_CA, SSL_AD_ACCESS_DENIED,
        116,  // certificate_required, of TLS 1.3
    ]

    func failure(
        _ phase: LinkFailure.Phase,
        _ code: LinkFailure.Code,
        _ detail: String,
        _ advice: String,
        brokerValidity: LinkFailure.Validity? = nil
    ) -> LinkFailure {
        LinkFailure(
            phase: phase, code: code, detail: detail, advice: advice, trace: record.trace,
            brokerValidity: brokerValidity)
    }

    // MARK: before the handshake

    func unusable(will: RetainedMessage, _ result: Client.Result) -> LinkFailure {
        failure(
            .credentials,
            .library(result.code),
            "the will on \(will.topic) cannot be used: \(words(of: result))",
            "correct its topic: no wildcards, valid UTF-8, not empty"
        )
    }

    func notOpened(_ code: Int32) -> LinkFailure {
        let advice =
            switch code {
            case ECONNREFUSED:
                "nothing listens there: check that the broker runs, and broker.port; 8883 is usual for TLS"
            case ENETUNREACH, EHOSTUNREACH: "there is no way to that network: check the uplink and its route"
            case ETIMEDOUT: "nothing answers there: check the firewalls between, and broker.host"
            default: "check the network"
            }
        return failure(
            .tcp,
            .system(code),
            "no connection to \(settings.host) (\(peer)): \(inWords(errno: code))",
            advice
        )
    }

    /// Nothing came in the time that an attempt may take.
    func silent() -> LinkFailure {
        let time = "\(settings.connectTimeout.components.seconds) s"
        if !record.isOpen {
            return failure(
                .tcp,
                .timeout,
                "no connection to \(settings.host) (\(peer)) in the time of an attempt (\(time))",
                "nothing answers there: check the firewalls between, and broker.host"
            )
        }
        if !record.isHandshakeDone {
            return failure(
                .handshake,
                .timeout,
                "\(peer) took the connection and said nothing for \(time): no TLS handshake",
                "the broker hangs, or something else listens on port \(settings.port)"
            )
        }
        return failure(
            .lost,
            .timeout,
            "\(peer) did not answer to our CONNECT in \(time)",
            "the broker hangs, or what listens there is no MQTT broker"
        )
    }

    /// The broker owes an answer, and nothing comes.
    func unanswered() -> LinkFailure {
        failure(
            .lost,
            .timeout,
            "\(peer) owes an answer and said nothing for \(settings.answerTimeout.components.seconds) s",
            "the line is dead, or the broker hangs: check the uplink"
        )
    }

    // MARK: afterwards

    func broken(_ result: Client.Result) -> LinkFailure {
        if let verdict = record.verdict { return refusedByUs(verdict) }
        if let welcome = record.welcome, !welcome.reason.isPositive { return refusedByBroker(welcome) }
        if let alert = record.alert { return alerted(alert) }
        if !record.isHandshakeDone { return handshakeBroken(result) }
        if record.welcome != nil, result.isGood, let reason = record.endReason { return thrownOut(reason) }
        return lost(result)
    }

    private func refusedByUs(_ verdict: ConnectionRecord.Verdict) -> LinkFailure {
        let words = String(cString: X509_verify_cert_error_string(verdict.code))
        let now = secondsSince1970()
        let whose = verdict.subject.isEmpty ? "the broker's certificate" : "the broker's certificate \(verdict.subject)"
        let detail: String
        let advice: String
        var validity: LinkFailure.Validity?
        switch Int32(verdict.code) {
        case X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED:
            validity = LinkFailure.Validity(notBefore: verdict.notBefore ?? 0, notAfter: verdict.notAfter ?? 0)
        default: break
        }
        switch Int32(verdict.code) {
        case X509_V_ERR_CERT_NOT_YET_VALID:
            detail =
                "\(whose) is not yet valid: it begins at \(utc(verdict.notBefore ?? 0)), and our clock says \(utc(now))"
            advice = "waiting for the clock to be set: check NTP, or the battery of the clock"
        case X509_V_ERR_CERT_HAS_EXPIRED:
            detail = "\(whose) has expired: it ended at \(utc(verdict.notAfter ?? 0)), and our clock says \(utc(now))"
            advice = "have the broker's certificate renewed; if our clock is ahead, check NTP"
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
            detail = "\(whose) is not for \(settings.host): \(words)"
            advice = "set broker.host to a name in the certificate, or have one issued with \(settings.host) in it"
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
            X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_CERT_SIGNATURE_FAILURE:
            detail = "\(whose) was not signed by a CA in \(settings.caFile): \(words)"
            advice = "compare the issuer of the broker's certificate with that file: either may be the wrong one"
        default:
            detail = "\(whose) was refused: \(words)"
            advice = "have the broker's certificate looked at"
        }
        return failure(.handshake, .verification(verdict.code), detail, advice, brokerValidity: validity)
    }

    private func refusedByBroker(_ welcome: ConnectionRecord.Welcome) -> LinkFailure {
        let text = welcome.text.map { ": \($0)" } ?? ""
        return failure(
            .refused,
            .reason(welcome.reason),
            "the broker refused the connection: \(welcome.reason.name)\(text)",
            welcome.reason.likelyCause ?? "look at the broker's log"
        )
    }

    private func alerted(_ alert: UInt8) -> LinkFailure {
        let words = String(cString: SSL_alert_desc_string_long(Int32(alert)))
        let isAboutUs = Self.certificateAlerts.contains(Int32(alert))
        guard isAboutUs || record.isHandshakeDone else {
            return failure(
                .handshake,
                .alert(alert),
                "the broker ended the TLS handshake: \(words)",
                "compare the TLS versions and ciphers of both sides, and look at the broker's log"
            )
        }
        let advice =
            switch Int32(alert) {
            case SSL_AD_CERTIFICATE_REVOKED: "our certificate is on the broker's revocation list: issue a new one"
            case SSL_AD_CERTIFICATE_EXPIRED:
                "renew our certificate; an expired revocation list on the broker refuses everybody with the same word"
            case SSL_AD_UNKNOWN_CA: "the broker does not know the CA that signed \(settings.certificateFile)"
            default: "have \(settings.certificateFile) compared with what the broker expects; its log says more"
            }
        return failure(.refused, .alert(alert), "the broker refuses our certificate: \(words)", advice)
    }

    private func handshakeBroken(_ result: Client.Result) -> LinkFailure {
        let said = record.trace.last { $0.hasPrefix("OpenSSL Error") }?.split(separator: ":").last.map(String.init)
        if said == "wrong version number" {
            return failure(
                .handshake,
                .library(result.code),
                "\(peer) does not speak TLS",
                "port \(settings.port) is not the broker's TLS port; 8883 is usual"
            )
        }
        return failure(
            .handshake,
            result.code == 0 ? .system(result.errno) : .library(result.code),
            "\(peer) ended the connection in the TLS handshake" + (said.map { ": \($0)" } ?? ""),
            "look at the broker's log; a proxy or a firewall between may cut connections"
        )
    }

    private func thrownOut(_ code: Int32) -> LinkFailure {
        let reason = ReasonCode(rawValue: UInt8(truncatingIfNeeded: code))
        return failure(
            .lost,
            .reason(reason),
            "the broker ended the session: \(reason.name)",
            reason.likelyCause ?? "look at the broker's log"
        )
    }

    private func lost(_ result: Client.Result) -> LinkFailure {
        if result.code == MOSQ_ERR_KEEPALIVE.rawValue {
            return failure(
                .lost,
                .library(result.code),
                "\(peer) was silent for longer than the keep-alive time",
                "the line is dead, or the broker hangs: check the uplink"
            )
        }
        guard record.welcome == nil else {
            guard result.code == MOSQ_ERR_CONN_LOST.rawValue else {
                return failure(
                    .lost,
                    .library(result.code),
                    "the connection to \(peer) broke: \(words(of: result))",
                    "check the uplink and the broker, if it goes on"
                )
            }
            // Mosquitto 2.0 ends a session so for every reason: a restart, an operator, a twin with our client id.
            return failure(
                .lost,
                .library(result.code),
                "the broker closed the session without a reason",
                "it may be restarting; if this repeats, look in its log for a second client with the client id "
                    + settings.clientID
            )
        }
        return failure(
            .lost,
            .library(result.code),
            "\(peer) ended the connection before it answered to our CONNECT",
            "it may have refused our certificate: the broker's log says why"
        )
    }

    private func words(of result: Client.Result) -> String {
        switch (mosq_err_t(result.code), result.errno) {
        // The library's word for any fatal end of TLS, among them a connection cut by somebody between.
        case (MOSQ_ERR_ERRNO, EPROTO): "it ended without a goodbye"
        case (MOSQ_ERR_ERRNO, let code): inWords(errno: code)
        default: String(cString: mosquitto_strerror(result.code))
        }
    }
}

extension LinkFailure {
    /// Whether it was the broker who ended the session, and not the line.
    var isByTheBroker: Bool {
        switch code {
        case .reason: true
        case .library(let code): code == MOSQ_ERR_CONN_LOST.rawValue
        default: false
        }
    }
}
