internal import CMosquitto
internal import COpenSSL
import Glibc

/// What the C libraries called back about one connection.
///
/// Their callbacks only write here, and the session reads it after each call into the library: nothing is done inside
/// a callback. It is confined to the link's thread, on which both happen.
final class ConnectionRecord {
    struct Welcome {
        let reason: ReasonCode
        let receiveMaximum: UInt16?
        let text: String?
    }

    struct Verdict {
        let code: Int
        let subject: String
        let notBefore: Int64?
        let notAfter: Int64?
    }

    /// The name to ask for in the handshake, or nil if the broker is given by its address.
    let serverName: String?

    var isOpen = false
    var isHandshakeDone = false
    /// The alert that the broker sent, if it sent one.
    var alert: UInt8?
    /// Our own refusal of the broker's certificate.
    var verdict: Verdict?
    var welcome: Welcome?
    /// What the library gave as the reason for the end: the broker's reason code or an error of its own.
    var endReason: Int32?
    private var acknowledgements: [(message: Int32, reason: ReasonCode)] = []
    private var grants: [(message: Int32, reason: ReasonCode)] = []
    private(set) var trace: [String] = []

    init(serverName: String?) {
        self.serverName = serverName
    }

    func takeAcknowledgements() -> [(message: Int32, reason: ReasonCode)] {
        defer { acknowledgements.removeAll(keepingCapacity: true) }
        return acknowledgements
    }

    func takeGrants() -> [(message: Int32, reason: ReasonCode)] {
        defer { grants.removeAll() }
        return grants
    }

    func note(_ line: String) {
        if trace.count >= 12 { trace.removeFirst() }
        trace.append(line)
    }

    static func from(_ pointer: UnsafeMutableRawPointer?) -> ConnectionRecord? {
        pointer.map { Unmanaged<ConnectionRecord>.fromOpaque($0).takeUnretainedValue() }
    }
}

// MARK: libmosquitto's callbacks

extension ConnectionRecord {
    /// Has a client write here, which must keep the record alive.
    func observe(client: OpaquePointer) {
        mosquitto_connect_v5_callback_set(client) { _, user, reason, _, properties in
            guard let record = ConnectionRecord.from(user) else { return }
            var receiveMaximum: UInt16 = 0
            let hasMaximum =
                mosquitto_property_read_int16(
                    properties,
                    Int32(MQTT_PROP_RECEIVE_MAXIMUM.rawValue),
                    &receiveMaximum,
                    false
                ) != nil
            record.welcome = Welcome(
                reason: ReasonCode(rawValue: UInt8(truncatingIfNeeded: reason)),
                receiveMaximum: hasMaximum ? receiveMaximum : nil,
                text: ConnectionRecord.reasonString(properties)
            )
        }
        mosquitto_disconnect_v5_callback_set(client) { _, user, reason, _ in
            ConnectionRecord.from(user)?.endReason = reason
        }
        mosquitto_publish_v5_callback_set(client) { _, user, message, reason, _ in
            let reason = ReasonCode(rawValue: UInt8(truncatingIfNeeded: reason))
            ConnectionRecord.from(user)?.acknowledgements.append((message, reason))
        }
        mosquitto_subscribe_v5_callback_set(client) { _, user, message, count, granted, _ in
            // One filter a request, so there is one answer; with MQTT 5 the library hands its reason code through.
            guard count > 0, let granted else { return }
            let reason = ReasonCode(rawValue: UInt8(truncatingIfNeeded: granted[0]))
            ConnectionRecord.from(user)?.grants.append((message, reason))
        }
        mosquitto_log_callback_set(client) { _, user, level, text in
            guard let record = ConnectionRecord.from(user), let text else { return }
            // A line for every message of a healthy session would cost more than it tells.
            if level == MOSQ_LOG_DEBUG && record.welcome != nil { return }
            record.note(String(cString: text))
        }
    }

    private static func reasonString(_ properties: OpaquePointer?) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard
            mosquitto_property_read_string(properties, Int32(MQTT_PROP_REASON_STRING.rawValue), &text, false) != nil,
            let text
        else { return nil }
        defer { free(text) }
        return String(cString: text)
    }
}

// MARK: OpenSSL's callbacks

extension ConnectionRecord {
    /// Has a TLS context write here, whose user must keep the record alive.
    func observe(context: OpaquePointer) {
        SSL_CTX_set_ex_data(context, 0, Unmanaged.passUnretained(self).toOpaque())
        SSL_CTX_set_info_callback(context) { connection, place, value in
            guard let record = ConnectionRecord.of(connection: connection) else { return }
            if place & SSL_CB_HANDSHAKE_START != 0 {
                record.askForName(connection)
            }
            if place & SSL_CB_HANDSHAKE_DONE != 0 {
                record.isHandshakeDone = true
            }
            let description = UInt8(truncatingIfNeeded: value & 0xFF)
            if place & SSL_CB_READ_ALERT == SSL_CB_READ_ALERT, description != UInt8(SSL_AD_CLOSE_NOTIFY) {
                record.alert = description
            }
        }
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER) { isGood, store in
            if isGood == 0 {
                let connection = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx())
                ConnectionRecord.of(connection: connection.map { OpaquePointer($0) })?.judge(store)
            }
            return isGood
        }
    }

    private static func of(connection: OpaquePointer?) -> ConnectionRecord? {
        guard let connection else { return nil }
        return from(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(connection), 0))
    }

    /// Puts the broker's name into the hello, where the library put the address that we had it connect to.
    private func askForName(_ connection: OpaquePointer?) {
        let control = SSL_CTRL_SET_TLSEXT_HOSTNAME
        let kind = Int(TLSEXT_NAMETYPE_host_name)
        if let serverName {
            // OpenSSL copies the name.
            serverName.withCString { name in
                _ = SSL_ctrl(connection, control, kind, UnsafeMutableRawPointer(mutating: name))
            }
        } else {
            _ = SSL_ctrl(connection, control, kind, nil)
        }
    }

    private func judge(_ store: OpaquePointer?) {
        let code = Int(X509_STORE_CTX_get_error(store))
        let certificate = X509_STORE_CTX_get_current_cert(store)
        verdict = Verdict(
            code: code,
            subject: certificate.map { X509Reading.subject(of: $0) } ?? "",
            notBefore: certificate.flatMap { X509Reading.seconds(X509_get0_notBefore($0)) },
            notAfter: certificate.flatMap { X509Reading.seconds(X509_get0_notAfter($0)) }
        )
    }
}
