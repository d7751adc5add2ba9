internal import CMosquitto
internal import COpenSSL
import Glibc

/// One client of libmosquitto, for one connection only; it is destroyed with its owner.
///
/// A new connection gets a new client, because an old one would send again by itself what the caller offers again.
/// It belongs to the link's thread from beginning to end.
struct Client: ~Copyable {
    private static let isLibraryReady = mosquitto_lib_init() == MOSQ_ERR_SUCCESS.rawValue

    private let pointer: OpaquePointer
    /// The callbacks write there without keeping it alive: we do.
    private let record: ConnectionRecord

    private init(_ pointer: OpaquePointer, _ record: ConnectionRecord) {
        self.pointer = pointer
        self.record = record
        mosquitto_user_data_set(pointer, Unmanaged.passUnretained(record).toOpaque())
        record.observe(client: pointer)
    }

    static func make(
        _ settings: BrokerSettings,
        _ context: borrowing TLSContext,
        _ record: ConnectionRecord
    ) throws(LinkFailure) -> Client {
        // Asked before the library is: where it refuses an id (2.0.11), it closes descriptor 0, whoever that belongs to.
        let id = settings.clientID
        let length = id.utf8.count
        guard (1...65_535).contains(length), mosquitto_validate_utf8(id, Int32(length)) == MOSQ_ERR_SUCCESS.rawValue
        else {
            throw LinkFailure(
                phase: .credentials,
                code: .library(MOSQ_ERR_INVAL.rawValue),
                detail: "the client id '\(id)' cannot be used: it is empty, too long, or has control characters",
                advice: "use the gateway's MAC"
            )
        }
        // It also has the process ignore SIGPIPE, as writing to a closed connection must not end it.
        guard isLibraryReady, let pointer = mosquitto_new(id, true, nil) else {
            let code = errno
            throw LinkFailure(
                phase: .credentials,
                code: .system(code),
                detail: "the MQTT library gives no client: \(inWords(errno: code))",
                advice: "the machine is out of memory or descriptors"
            )
        }
        let client = Client(pointer, record)
        guard client.configure(settings, context) else {
            // Without our context it would connect in the clear.
            throw LinkFailure(
                phase: .credentials,
                code: .library(MOSQ_ERR_NOT_SUPPORTED.rawValue),
                detail: "the MQTT library was built without TLS",
                advice: "install Debian's libmosquitto1"
            )
        }
        return client
    }

    private func configure(_ settings: BrokerSettings, _ context: borrowing TLSContext) -> Bool {
        // We drive it from one thread only, but so it writes nothing on its own account: a CONNECT that it sent before we
        // looked at the line could fail, and with it would go the alert that says why we are refused.
        mosquitto_threaded_set(pointer, true)
        let options: [(mosq_opt_t, Int32)] = [
            (MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5),
            // Its own limit is 20, however large our window is; the broker's receive maximum replaces it.
            (MOSQ_OPT_SEND_MAXIMUM, Int32(settings.boundedWindow)),
            (MOSQ_OPT_TCP_NODELAY, 1),
            (MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 0),
        ]
        for (option, value) in options {
            guard mosquitto_int_option(pointer, option, value) == MOSQ_ERR_SUCCESS.rawValue else { return false }
        }
        return mosquitto_void_option(pointer, MOSQ_OPT_SSL_CTX, UnsafeMutableRawPointer(context.pointer))
            == MOSQ_ERR_SUCCESS.rawValue
    }

    deinit {
        mosquitto_destroy(pointer)
    }

    /// The connection, or -1 where there is none.
    var socket: Int32 { mosquitto_socket(pointer) }

    /// Whether there is something to write that did not fit.
    var wantsToWrite: Bool { mosquitto_want_write(pointer) }

    private var connection: OpaquePointer? { mosquitto_ssl_get(pointer).map { OpaquePointer($0) } }

    /// Whether the handshake waits for the line to take more; what the library says of it is not to be trusted, as it
    /// goes on wanting to write after it has written, and polling for that spins.
    var isHandshakeWriting: Bool { connection.map { SSL_want($0) == SSL_WRITING } ?? false }

    /// Whether bytes were decrypted that nobody has read yet: poll knows nothing of them.
    var hasDecrypted: Bool { connection.map { SSL_pending($0) > 0 } ?? false }

    /// Whether the line has taken anything at all, as only an open one does.
    var hasSent: Bool { connection.map { BIO_number_written(SSL_get_wbio($0)) > 0 } ?? false }

    var security: String {
        guard let connection else { return "" }
        let cipher = SSL_CIPHER_get_name(SSL_get_current_cipher(connection)).map { String(cString: $0) } ?? ""
        return String(cString: SSL_get_version(connection)) + " " + cipher
    }

    var certificateEnds: Int64? {
        guard let connection, let certificate = SSL_get1_peer_certificate(connection) else { return nil }
        defer { X509_free(certificate) }
        return X509Reading.seconds(X509_get0_notAfter(certificate))
    }

    func setWill(_ will: RetainedMessage) -> Result {
        Result(mosquitto_will_set_v5(pointer, will.topic, Int32(will.payload.count), will.payload, 1, true, nil))
    }

    /// Begins to connect to an address, and does not wait for it.
    func connect(to address: String, _ settings: BrokerSettings) -> Result {
        let keepAlive = min(max(settings.keepAlive.components.seconds, 5), 65_535)
        return Result(
            mosquitto_connect_bind_async(pointer, address, Int32(settings.port), Int32(keepAlive), nil)
        )
    }

    func read() -> Result {
        Result(mosquitto_loop_read(pointer, 1))
    }

    func write() -> Result {
        Result(mosquitto_loop_write(pointer, 1))
    }

    /// Asks for a sign of life where it is time, or gives the peer up.
    func keepAlive() -> Result {
        Result(mosquitto_loop_misc(pointer))
    }

    /// Hands a message over, and gives the number by which it will be acknowledged.
    func publish(
        _ topic: String,
        _ payload: [UInt8],
        retain: Bool,
        properties: [UserProperty] = []
    ) -> (message: Int32, Result) {
        guard payload.count <= 268_435_455 else { return (0, Result(code: MOSQ_ERR_PAYLOAD_SIZE.rawValue, errno: 0)) }
        // The library copies them into the packet.
        var list: OpaquePointer?
        defer { mosquitto_property_free_all(&list) }
        for property in properties {
            let code = mosquitto_property_add_string_pair(
                &list, Int32(MQTT_PROP_USER_PROPERTY.rawValue), property.name, property.value)
            guard code == MOSQ_ERR_SUCCESS.rawValue else { return (0, Result(code)) }
        }
        var message: Int32 = 0
        let code = mosquitto_publish_v5(pointer, &message, topic, Int32(payload.count), payload, 1, retain, list)
        return (message, Result(code))
    }

    /// Subscribes, and gives the number by which the broker will answer.
    func subscribe(_ filter: String) -> (message: Int32, Result) {
        var message: Int32 = 0
        let options = Int32(MQTT_SUB_OPT_SEND_RETAIN_NEVER.rawValue)
        let code = mosquitto_subscribe_v5(pointer, &message, filter, 1, options, nil)
        return (message, Result(code))
    }

    /// Says goodbye; the broker sends the will only where it is told to.
    func disconnect(leavingWill: Bool) {
        let reason = leavingWill ? MQTT_RC_DISCONNECT_WITH_WILL_MSG : MQTT_RC_NORMAL_DISCONNECTION
        mosquitto_disconnect_v5(pointer, Int32(reason.rawValue), nil)
    }
}

extension Client {
    /// What the library answered, with the errno of that moment.
    struct Result {
        let code: Int32
        let errno: Int32

        var isGood: Bool { code == MOSQ_ERR_SUCCESS.rawValue }
        var isSystemError: Bool { code == MOSQ_ERR_ERRNO.rawValue }

        init(_ code: Int32) {
            errno = Glibc.errno
            self.code = code
        }

        init(code: Int32, errno: Int32) {
            self.code = code
            self.errno = errno
        }

        /// The fault that lies in a message itself and not in the connection, as the broker would have said it.
        var messageFault: ReasonCode? {
            switch mosq_err_t(code) {
            case MOSQ_ERR_OVERSIZE_PACKET, MOSQ_ERR_PAYLOAD_SIZE: .packetTooLarge
            case MOSQ_ERR_INVAL, MOSQ_ERR_MALFORMED_UTF8: .topicNameInvalid
            case MOSQ_ERR_QOS_NOT_SUPPORTED: .qosNotSupported
            default: nil
            }
        }
    }
}

extension BrokerSettings {
    var boundedWindow: Int { min(max(window, 1), 65_535) }
}
