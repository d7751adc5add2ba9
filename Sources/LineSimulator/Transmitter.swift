/// What goes to the master: bursts of bytes, one after the other, each byte at its absolute deadline.
struct Transmitter {
    /// Bytes that follow each other without a gap.
    struct Burst {
        enum Origin: Equatable {
            /// A slave's answer; the last burst of it makes the slave free again.
            case answer(from: UInt8, isLast: Bool)
            /// The adapter's echo, which goes out while the request is still on the wire.
            case echo
            /// Bytes that nobody asked for.
            case stray
        }

        var origin: Origin
        /// The moment of the first bit, if the line is free by then.
        var start: Int64
        var bytes: [UInt8]
        /// Whether t3.5 of silence must have passed since the burst before.
        var followsSilence = false
    }

    /// A burst on the wire.
    struct Running {
        let burst: Burst
        let start: Int64
        fileprivate(set) var sent = 0
        var end: Int64
    }

    private let wire: WireTime
    private let packetSize: Int
    /// Waiting bursts, the earliest first.
    private var waiting: [Burst] = []
    private(set) var running: Running?
    /// The end of the burst on the wire, or of the last one.
    private(set) var end = Int64.longAgo

    init(wire: WireTime, packetSize: Int) {
        self.wire = wire
        self.packetSize = packetSize
    }

    mutating func add(_ burst: Burst) {
        let index = waiting.firstIndex { $0.start > burst.start } ?? waiting.endIndex
        waiting.insert(burst, at: index)
    }

    /// The next moment at which there is something to do; `wireEnd` is the end of the master's last byte.
    func nextMoment(wireEnd: Int64) -> Int64? {
        if let running { return packetDeadline(of: running) }
        return waiting.first.map { startOfNext($0, wireEnd: wireEnd) }
    }

    /// Puts the next burst on the wire if its moment has come and the line is free.
    ///
    /// It begins at its own moment, however late the thread woke: no delay is carried on to the bytes.
    mutating func begin(now: Int64, wireEnd: Int64) -> Running? {
        guard running == nil, let burst = waiting.first else { return nil }
        let start = startOfNext(burst, wireEnd: wireEnd)
        guard start <= now else { return nil }
        waiting.removeFirst()
        end = start + wire.nanoseconds(characters: burst.bytes.count)
        running = Running(burst: burst, start: start, end: end)
        return running
    }

    /// The bytes that have arrived by now and are not delivered yet; after the last of them the line is free.
    mutating func takeDue(now: Int64) -> (bytes: ArraySlice<UInt8>, finished: Running?)? {
        guard var current = running else { return nil }
        let first = current.sent
        while current.sent < current.burst.bytes.count, packetDeadline(of: current) <= now {
            current.sent = min(current.sent + packetSize, current.burst.bytes.count)
        }
        guard current.sent > first else { return nil }
        let isFinished = current.sent == current.burst.bytes.count
        running = isFinished ? nil : current
        return (current.burst.bytes[first..<current.sent], isFinished ? current : nil)
    }

    private func startOfNext(_ burst: Burst, wireEnd: Int64) -> Int64 {
        if burst.origin == .echo { return max(burst.start, end) }
        return max(burst.start, burst.followsSilence ? end + wire.silenceNanoseconds : end, wireEnd)
    }

    private func packetDeadline(of running: Running) -> Int64 {
        let last = min(running.sent + packetSize, running.burst.bytes.count)
        return running.start + wire.nanoseconds(characters: last)
    }
}
