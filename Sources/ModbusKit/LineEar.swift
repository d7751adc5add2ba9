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

    /// What is the same for every request of a line; in nanoseconds.
    struct Pace: Sendable {
        /// The time of one character.
        let character: Int64
        /// A longer silence inside a frame ends it.
        let byteGap: Int64
        /// The longest time beyond the timeout that bytes may keep coming.
        let patience: Int64

        init(_ settings: LineSettings) {
            let timing = settings.timing
            character = timing.time(ofCharacters: 1).wholeNanoseconds
            byteGap = max(settings.longestPause, timing.time(ofCharacters: 20)).wholeNanoseconds
            patience = (timing.time(ofCharacters: 512) + .milliseconds(200)).wholeNanoseconds
        }
    }

    let pace: Pace
    /// When the last bit of the request has left the wire.
    let requestEnd: Moment
    /// Until when the answer may begin.
    let latest: Moment
    /// How long the slave takes as a rule: the answer is waited for no longer once something else has come.
    let usual: ResponseTimes

    /// The longest time without a look at what has come, in nanoseconds.
    static let longestSleep: Int64 = 20_000_000

    /// When the first byte came; nil as long as none did.
    private(set) var firstByte: Moment?
    private(set) var lastByte: Moment?

    /// Listens for the answer to a request that ends at a moment.
    init(requestEnd: Moment, timeout: Duration, usual: ResponseTimes, pace: Pace) {
        self.pace = pace
        self.requestEnd = requestEnd
        latest = requestEnd + timeout.wholeNanoseconds
        self.usual = usual
    }

    /// From the end of the request to the answer's first byte.
    var responseTime: Duration { firstByte.map { .nanoseconds($0 - requestEnd) } ?? .zero }

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
        // Whether the rest of a frame is due: then it is fetched without asking first whether it is there.
        var isDue = false
        // How long it was listened to after the time was up. A thread that was held up has not listened meanwhile.
        var overtime: Int64 = 0
        var lastLook = latest
        while true {
            let now = Moment.now
            if now > latest {
                overtime += min(now - max(lastLook, latest), pace.byteGap)
                guard overtime < pace.patience else { return .babble }
            }
            lastLook = now
            if !isDue {
                // Even when the time is up: what has come meanwhile, as this thread slept, has come in time.
                let left = max(end(receiver) - now, 0)
                var wanted = pollfd(fd: transport.descriptor, events: Int16(POLLIN), revents: 0)
                let ready = poll(&wanted, 1, left == 0 ? 0 : Int32(clamping: left / 1_000_000 + 1))
                if ready == -1, errno == EINTR { continue }
                if ready == 0 {
                    if left == 0 { return .silence }
                    continue
                }
            }
            let count = transport.receive(into: buffer)
            // A port without a byte says the same as one that has gone; only poll(2) tells the two apart.
            if count < 0 ? errno == EINTR || errno == EAGAIN : count == 0 && isDue {
                isDue = false
                continue
            }
            guard count > 0 else { return .gone(count < 0 ? errno : 0) }
            lastByte = .now
            firstByte = firstByte ?? lastByte
            if let answer = receiver.take(buffer.prefix(count)) { return .answer(answer) }
            // The answer is on its way at a known speed: one wake-up when it is here, not one for each byte. It may
            // turn out to be an exception, which is shorter.
            let missing = receiver.missing
            if let missing { Self.sleep(min(pace.character * Int64(missing), Self.longestSleep)) }
            isDue = missing != nil
        }
    }

    /// Until when listening makes sense, by what has come so far.
    private func end(_ receiver: some LineReceiver) -> Moment {
        guard let lastByte else { return latest }
        let pause = lastByte + pace.byteGap
        if receiver.rubbish == .brokenAnswer { return pause }
        return max(pause, usual.patience.map { min(latest, requestEnd + $0.wholeNanoseconds) } ?? latest)
    }

    /// Blocks the thread, which blocks all signals: the sleep is never cut short.
    static func sleep(_ nanoseconds: Int64) {
        guard nanoseconds > 0 else { return }
        var time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        nanosleep(&time, nil)
    }
}
