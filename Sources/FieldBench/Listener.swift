internal import CMosquitto
internal import Glibc
internal import Synchronization

/// A consumer on the server that misses nothing: a session that the broker keeps, in this process, on a thread of its own.
///
/// Where a ``Subscriber`` shows what one command-line client prints, this one takes a year's messages in a minute, and
/// comes back by itself after every restart of the broker.
public final class Listener: Sendable {
    /// One message as it came.
    public struct Delivery: Sendable {
        /// The topic it was published to.
        public let topic: String
        /// Its content, exactly as it came.
        public let payload: [UInt8]
        /// The number under which the broker delivered it; a repeat by the broker itself has the same one.
        public let messageID: Int
        /// The number that the gateway gave it, its user property `seq`; nil where it has none.
        public let sequence: Int64?
        /// When it came.
        public let at: ContinuousClock.Instant
    }

    private let session: ListenerSession

    /// Connects, subscribes with QoS 1, and returns when the broker has confirmed it.
    ///
    /// - Parameter take: Called for each message, on the listener's thread; it must return at once.
    public init(
        to topics: [String], on broker: Broker, as files: Certificates.DeviceFiles? = nil, id: String = "listener",
        take: @escaping @Sendable (Delivery) -> Void
    ) async throws {
        let client: Certificates.DeviceFiles
        if let files { client = files } else { client = try await broker.certificates.consumer() }
        session = ListenerSession(topics: topics, port: Int32(broker.port), host: broker.host, id: id, take: take)
        try session.start(as: client)
        try await waitUntilSubscribed()
    }

    deinit {
        session.end()
    }

    /// Waits until the broker has confirmed all subscriptions on the connection that stands.
    public func waitUntilSubscribed(within duration: Duration = .seconds(20)) async throws {
        try await eventually("the listener is subscribed; it said: \(session.lastError)", within: duration) {
            session.isSubscribed
        }
    }
}

/// The listener's thread and what it knows; the thread holds it and not the listener, which so can end.
private final class ListenerSession: Sendable {
    private struct State {
        var confirmed = 0
        var isOver = false
        var lastError = ""
    }

    private let topics: [String]
    private let host: String
    private let port: Int32
    private let id: String
    private let take: @Sendable (Listener.Delivery) -> Void
    private let state = Mutex(State())

    init(
        topics: [String], port: Int32, host: String, id: String, take: @escaping @Sendable (Listener.Delivery) -> Void
    ) {
        (self.topics, self.port, self.host, self.id, self.take) = (topics, port, host, id, take)
    }

    var isSubscribed: Bool { state.withLock { $0.confirmed >= topics.count } }
    var lastError: String { state.withLock { $0.lastError } }

    func end() { state.withLock { $0.isOver = true } }

    func start(as files: Certificates.DeviceFiles) throws {
        mosquitto_lib_init()
        // The session is the broker's to keep: that is what the third argument of a clean start denies.
        guard let client = mosquitto_new(id, false, Unmanaged.passUnretained(self).toOpaque()) else {
            throw BenchError("the MQTT library gives no client")
        }
        mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5)
        mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1)
        mosquitto_int_option(client, MOSQ_OPT_RECEIVE_MAXIMUM, 1_000)
        guard mosquitto_tls_set(client, files.ca, nil, files.certificate, files.key, nil) == MOSQ_ERR_SUCCESS.rawValue
        else {
            mosquitto_destroy(client)
            throw BenchError("the listener's certificate cannot be used")
        }
        mosquitto_connect_v5_callback_set(client) { client, object, reason, _, _ in
            guard reason == 0, let object else { return }
            Unmanaged<ListenerSession>.fromOpaque(object).takeUnretainedValue().subscribe(client)
        }
        mosquitto_subscribe_v5_callback_set(client) { _, object, _, _, _, _ in
            guard let object else { return }
            Unmanaged<ListenerSession>.fromOpaque(object).takeUnretainedValue().state.withLock { $0.confirmed += 1 }
        }
        mosquitto_message_v5_callback_set(client) { _, object, message, properties in
            guard let object, let message = message?.pointee else { return }
            Unmanaged<ListenerSession>.fromOpaque(object).takeUnretainedValue().took(message, properties)
        }
        try run(client)
    }

    private func run(_ client: OpaquePointer) throws {
        // Its address as a number: the thread is the only one that uses the client from now on.
        let address = UInt(bitPattern: client)
        let package = Unmanaged.passRetained(ListenerThread { self.follow(address) })
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { package in
                if let package { Unmanaged<ListenerThread>.fromOpaque(package).takeRetainedValue().body() }
                return nil
            }, package.toOpaque())
        guard code == 0 else {
            package.release()
            throw BenchError("cannot start the listener's thread: \(String(cString: strerror(code)))")
        }
        pthread_detach(thread)
    }

    private func follow(_ address: UInt) {
        guard let client = OpaquePointer(bitPattern: address) else { return }
        defer { mosquitto_destroy(client) }
        var isConnected = false
        while !state.withLock({ $0.isOver }) {
            let code = isConnected ? mosquitto_loop(client, 100, 1) : connect(client)
            isConnected = code == MOSQ_ERR_SUCCESS.rawValue
            guard !isConnected else { continue }
            let words = String(cString: mosquitto_strerror(code))
            state.withLock { state in
                state.confirmed = 0
                state.lastError = words
            }
            usleep(50_000)
        }
        mosquitto_disconnect(client)
    }

    private func connect(_ client: OpaquePointer) -> Int32 {
        var properties: OpaquePointer?
        mosquitto_property_add_int32(&properties, Int32(MQTT_PROP_SESSION_EXPIRY_INTERVAL.rawValue), 86_400)
        defer { mosquitto_property_free_all(&properties) }
        return mosquitto_connect_bind_v5(client, host, port, 60, nil, properties)
    }

    private func subscribe(_ client: OpaquePointer?) {
        state.withLock { $0.confirmed = 0 }
        for topic in topics { mosquitto_subscribe_v5(client, nil, topic, 1, 0, nil) }
    }

    private func took(_ message: mosquitto_message, _ properties: OpaquePointer?) {
        let now = ContinuousClock.now
        let bytes = UnsafeRawBufferPointer(start: message.payload, count: Int(message.payloadlen))
        take(
            Listener.Delivery(
                topic: String(cString: message.topic), payload: Array(bytes), messageID: Int(message.mid),
                sequence: Self.sequence(properties), at: now))
    }

    /// The number in the user property `seq`, the only one that a gateway sends.
    private static func sequence(_ properties: OpaquePointer?) -> Int64? {
        var (name, value): (UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<CChar>?)
        let identifier = Int32(MQTT_PROP_USER_PROPERTY.rawValue)
        guard mosquitto_property_read_string_pair(properties, identifier, &name, &value, false) != nil else {
            return nil
        }
        defer {
            free(name)
            free(value)
        }
        guard let name, let value, String(cString: name) == "seq" else { return nil }
        return Int64(String(cString: value))
    }
}

private final class ListenerThread: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}
