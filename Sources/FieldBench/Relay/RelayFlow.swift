internal import Glibc

/// One way of one connection: what was read from one socket and is on its way to the other.
struct RelayFlow {
    private struct Chunk {
        var bytes: [UInt8]
        var sent = 0
        let due: ContinuousClock.Instant
    }

    let source: Int32
    let sink: Int32

    private var chunks: [Chunk] = []
    private var queued = 0
    /// When the throttled wire has room for the next byte.
    private var free: ContinuousClock.Instant
    private var isBlocked = false
    /// The source has hung up.
    private var hasEnded = false
    /// The sink has been told so, or never will be.
    private(set) var isOver = false
    /// Bytes were swallowed: what comes later makes no sense to the sink.
    private var isTorn = false
    private(set) var delivered = 0
    private(set) var swallowed = 0

    /// What a kernel would hold for a connection whose other end does not read.
    private static let mostQueued = 4 << 20
    private static let mostAtOnce = 65_536

    init(from source: Int32, to sink: Int32, now: ContinuousClock.Instant) {
        self.source = source
        self.sink = sink
        free = now
    }

    func wantsToRead(_ way: WireConditions.Way, at now: ContinuousClock.Instant) -> Bool {
        guard !hasEnded, way.passage != .held, queued < Self.mostQueued else { return false }
        return way.bytesPerSecond == nil || free <= now
    }

    func wantsToWrite(_ way: WireConditions.Way) -> Bool { isBlocked && way.passage == .open }

    /// When there is something to do without anybody's doing; nil where there is nothing.
    func due(_ way: WireConditions.Way, at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        let reading = way.bytesPerSecond != nil && !hasEnded && way.passage != .held && free > now ? free : nil
        let writing = way.passage == .open && !isBlocked ? chunks.first?.due : nil
        return [reading, writing].compactMap { $0 }.min()
    }

    /// Reads what is there; false if the connection has to be reset.
    mutating func read(_ way: WireConditions.Way, at now: ContinuousClock.Instant, _ buffer: inout [UInt8]) -> Bool {
        let most = way.bytesPerSecond.map { min(max($0 / 20, 64), Self.mostAtOnce) } ?? Self.mostAtOnce
        let count = recv(source, &buffer, most, Int32(MSG_DONTWAIT))
        if count < 0, errno == EAGAIN || errno == EINTR { return true }
        if way.passage == .swallowed {
            isTorn = true
            swallowed += max(count, 0)
            if count <= 0 { hasEnded = true }
            return true
        }
        guard count >= 0, !isTorn else { return false }
        guard count > 0 else {
            hasEnded = true
            return true
        }
        if let speed = way.bytesPerSecond { free = max(free, now) + .seconds(1) * count / max(speed, 1) }
        // A delay that was shortened must not let bytes overtake others.
        let due = max((way.bytesPerSecond == nil ? now : free) + way.delay, chunks.last?.due ?? now)
        chunks.append(Chunk(bytes: Array(buffer[..<count]), due: due))
        queued += count
        return true
    }

    /// Hands on what is due; false if the connection has to be reset.
    mutating func write(_ way: WireConditions.Way, at now: ContinuousClock.Instant) -> Bool {
        switch way.passage {
        case .held: return true
        case .swallowed:
            if !chunks.isEmpty { isTorn = true }
            swallowed += queued
            chunks = []
            queued = 0
            return true
        case .open: break
        }
        isBlocked = false
        while let chunk = chunks.first, chunk.due <= now {
            let count = chunk.bytes.withUnsafeBytes { bytes in
                let rest = UnsafeRawBufferPointer(rebasing: bytes[chunk.sent...])
                return send(sink, rest.baseAddress, rest.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
            }
            if count < 0, errno == EAGAIN || errno == EINTR {
                isBlocked = true
                return true
            }
            guard count >= 0 else { return false }
            delivered += count
            queued -= count
            if chunk.sent + count == chunk.bytes.count { chunks.removeFirst() } else { chunks[0].sent += count }
        }
        if hasEnded, chunks.isEmpty, !isOver {
            guard !isTorn else { return false }
            shutdown(sink, Int32(SHUT_WR))
            isOver = true
        }
        return true
    }
}
