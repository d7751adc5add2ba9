import Glibc
internal import ModbusModel

/// What an ear hands the bytes to, and asks whether more is to come.
protocol LineReceiver {
    /// Takes what has arrived; gives the answer as soon as it is whole.
    mutating func take(_ chunk: some Sequence<UInt8>) -> AnswerReceiver.Answer?

    /// How many bytes the answer still lacks; nil where that is not known.
    var missing: Int? { get }

    /// What came instead, when nothing more will come.
    var rubbish: AnswerReceiver.Rubbish { get }
}

/// Listens on a port for the answer to one request, for as long as it may be expected and no longer.
struct LineEar {
    /// How listening ended.
    enum End: Equatable {
        /// With the slave's answer.
        case answer(AnswerReceiver.Answer)
        /// With silence.
        case silence
        /// Bytes keep coming.
        case babble
        /// The port is gone; the kernel's number, 0 for a hang-up.
        case gone(Int32)
    }

    /// When the last bit of the request has left the wire.
    let requestEnd: ContinuousClock.Instant
    /// How long the answer may take to begin.
    let timeout: Duration
    /// How long it is waited for once something else has come: the slave's usual time, where that is known.
    let usual: Duration?
    /// A longer silence inside a frame ends it.
    let byteGap: Duration
    /// The time of one character.
    let character: Duration
    /// The longest time beyond the timeout that bytes may keep coming.
    let patience: Duration

    /// The longest time without a look at what has come.
    static let longestSleep: Duration = .milliseconds(20)

    /// When the first byte came; nil as long as none did.
    private(set) var firstByte: ContinuousClock.Instant?
    private(set) var lastByte: ContinuousClock.Instant?

    init(
        requestEnd: ContinuousClock.Instant, timeout: Duration, usual: Duration?, timing: SerialTiming,
        longestPause: Duration
    ) {
        self.requestEnd = requestEnd
        self.timeout = timeout
        self.usual = usual
        byteGap = max(longestPause, timing.time(ofCharacters: 20))
        character = timing.time(ofCharacters: 1)
        patience = timing.time(ofCharacters: 512) + .milliseconds(200)
    }

    /// Listens until the answer is there or can no longer come.
    mutating func listen(on transport: any LineTransport, into receiver: inout some LineReceiver) -> End {
        // The longest frame fits.
        withUnsafeTemporaryAllocation(byteCount: 256, alignment: 8) { buffer in
            listen(on: transport, into: &receiver, by: buffer)
        }
    }

    private mutating func listen(
        on transport: any LineTransport, into receiver: inout some LineReceiver,
        by buffer: UnsafeMutableRawBufferPointer
    ) -> End {
        while true {
            let now = ContinuousClock.now
            guard now < requestEnd + timeout + patience else { return .babble }
            // Even when the time is up: what has come meanwhile, as this thread slept, has come in time.
            let left = max(now.duration(to: end(receiver)), .zero)
            var wanted = pollfd(fd: transport.descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&wanted, 1, left == .zero ? 0 : Int32(clamping: Int64(left / .milliseconds(1)) + 1))
            if ready == -1, errno == EINTR { continue }
            if ready == 0 {
                if left == .zero { return .silence }
                continue
            }
            let count = transport.receive(into: buffer)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count > 0 else { return .gone(count < 0 ? errno : 0) }
            lastByte = .now
            firstByte = firstByte ?? lastByte
            if let answer = receiver.take(buffer.prefix(count)) { return .answer(answer) }
            // The answer is on its way at a known speed: one wake-up when it is here, not one for each byte. It may
            // turn out to be an exception, which is shorter.
            if let missing = receiver.missing { Self.sleep(min(character * missing, Self.longestSleep)) }
        }
    }

    /// Until when listening makes sense, by what has come so far.
    private func end(_ receiver: some LineReceiver) -> ContinuousClock.Instant {
        let latest = requestEnd + timeout
        guard let lastByte else { return latest }
        if receiver.rubbish == .brokenAnswer { return lastByte + byteGap }
        return max(lastByte + byteGap, min(latest, requestEnd + (usual ?? timeout)))
    }

    /// Blocks the thread, which blocks all signals: the sleep is never cut short.
    static func sleep(_ time: Duration) {
        let (seconds, attoseconds) = time.components
        guard seconds >= 0, attoseconds > 0 else { return }
        var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
        nanosleep(&time, nil)
    }
}
