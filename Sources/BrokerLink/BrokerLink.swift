/// An MQTT 5 session with a broker over mutual TLS, that comes back for ever.
///
/// One thread of its own owns the connection. No fault ends it: each is reported as an event and means only the next
/// attempt, with files read anew. The link stores nothing: what is not acknowledged with a positive reason when a
/// session fails must be offered again by the caller.
public final class BrokerLink: Sendable {
    /// Everything that happens, for one reader.
    public let events: AsyncStream<LinkEvent>

    private let continuation: AsyncStream<LinkEvent>.Continuation
    private let mailbox = Mailbox()
    private let ended = Latch()
    private let started = Latch()
    private let thread: LinkThread

    /// Makes a link that rests until it is started.
    ///
    /// - Parameters:
    ///   - settings: The broker and our files.
    ///   - will: What the broker publishes for us if we are gone without a goodbye.
    ///   - birth: What we publish first in each session; it is made anew each time, on the link's thread.
    ///   - backoff: The waits between attempts.
    ///   - random: A number from 0 up to 1, asked for once for each wait, on the link's thread.
    public init(
        settings: BrokerSettings,
        will: RetainedMessage? = nil,
        birth: (@Sendable () -> RetainedMessage?)? = nil,
        backoff: Backoff = Backoff(),
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        let (events, continuation) = AsyncStream.makeStream(of: LinkEvent.self, bufferingPolicy: .unbounded)
        self.events = events
        self.continuation = continuation
        thread = LinkThread(
            settings: settings,
            identity: LinkIdentity(will: will, birth: birth),
            firstBackoff: backoff,
            random: random,
            mailbox: mailbox,
            report: { continuation.yield($0) },
            atEnd: { [ended] in
                continuation.yield(.stopped)
                continuation.finish()
                ended.open()
            }
        )
    }

    deinit {
        // A link that nobody holds any more must not go on in the dark.
        mailbox.requestStop()
    }

    /// Starts to connect; a second call does nothing.
    public func start() {
        guard started.openFirst() else { return }
        thread.start()
    }

    /// Starts, and returns when the link was stopped or the task is cancelled, which stops it.
    public func run() async {
        start()
        guard await ended.wait() else {
            await stop()
            return
        }
    }

    /// Hands over a message of QoS 1, or refuses it: there is no session, or the window is full.
    ///
    /// The answer comes as an event with the same token. Tokens must be unique among the messages in flight.
    public nonisolated func publish(
        token: Int64,
        topic: String,
        payload: [UInt8],
        retain: Bool = false,
        properties: [UserProperty] = []
    ) -> Bool {
        mailbox.offer(
            Mailbox.Request(token: token, topic: topic, payload: payload, retain: retain, properties: properties))
    }

    /// Asks for the messages of a topic filter at QoS 1, for this session only, or refuses: there is no session.
    ///
    /// The answer comes as an event with the same token. Messages that the broker has retained do not come.
    public nonisolated func subscribe(token: Int64, filter: String) -> Bool {
        mailbox.offer(Mailbox.Subscription(token: token, filter: filter))
    }

    /// Ends the link with a goodbye; says whether it ended in time.
    ///
    /// After a goodbye the broker does not send the will, unless it is left to it.
    ///
    /// It returns within the limit whatever the broker and the network do. A thread that the system's resolver holds up
    /// is left to itself, and ends as soon as it is let go.
    @discardableResult
    public func stop(within limit: Duration = .seconds(1), leavingWill: Bool = false) async -> Bool {
        if started.openFirst() {
            continuation.yield(.stopped)
            continuation.finish()
            ended.open()
        }
        mailbox.requestStop(leavingWill: leavingWill)
        let inTime = await ended.wait(atMost: limit)
        if !inTime {
            continuation.yield(.stopped)
            continuation.finish()
        }
        return inTime
    }
}
