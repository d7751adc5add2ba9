/// The master's bytes on the wire: a write hands them over at once, the wire takes its time.
struct RequestReceiver {
    /// A frame that the master has sent, and when it was on the wire.
    struct Frame {
        let request: Request
        let start: Int64
        let end: Int64
    }

    private let wire: WireTime
    private var bytes: [UInt8] = []
    /// The moment at which each byte has left the wire.
    private var ends: [Int64] = []
    private var frameStart: Int64 = 0
    /// After a broken frame the rest is of no use until the line has been silent.
    private var isDeaf = false
    private var brokenFrames = 0
    /// The end of the last byte that the master sent.
    private(set) var wireEnd = Int64.longAgo

    init(wire: WireTime) {
        self.wire = wire
    }

    /// Takes bytes that have arrived; they follow what is still on the wire.
    mutating func receive(_ chunk: [UInt8], at arrival: Int64) {
        let start = max(arrival, wireEnd)
        if arrival - wireEnd >= wire.silenceNanoseconds {
            endOfFrame()
        }
        if bytes.isEmpty {
            frameStart = start
        }
        bytes += chunk
        ends += (1...chunk.count).map { start + wire.nanoseconds(characters: $0) }
        wireEnd = start + wire.nanoseconds(characters: chunk.count)
    }

    /// The moment at which silence ends a frame of unknown length; none while no such frame is open.
    var silenceDeadline: Int64? {
        !isDeaf && Request.endsBySilence(bytes) ? wireEnd + wire.silenceNanoseconds : nil
    }

    /// The next whole frame; it may still be on the wire.
    mutating func next(now: Int64) -> Frame? {
        if isDeaf {
            bytes = []
            ends = []
            return nil
        }
        if let deadline = silenceDeadline {
            guard now >= deadline else { return nil }
            return take(bytes.count)
        }
        guard let length = Request.length(of: bytes), bytes.count >= length else { return nil }
        return take(length)
    }

    /// The number of frames since the last look that made no sense: a wrong checksum, or cut short.
    mutating func takeBrokenFrames() -> Int {
        defer { brokenFrames = 0 }
        return brokenFrames
    }

    /// Forgets what is on the wire.
    mutating func reset() {
        bytes = []
        ends = []
        isDeaf = false
        wireEnd = .longAgo
    }

    private mutating func take(_ length: Int) -> Frame? {
        let frame = Array(bytes[..<length])
        guard CRC16.isIntact(frame) else {
            brokenFrames += 1
            isDeaf = true
            bytes = []
            ends = []
            return nil
        }
        let result = Frame(request: Request(bytes: frame), start: frameStart, end: ends[length - 1])
        frameStart = result.end
        bytes.removeFirst(length)
        ends.removeFirst(length)
        return result
    }

    private mutating func endOfFrame() {
        if !bytes.isEmpty {
            brokenFrames += 1
            bytes = []
            ends = []
        }
        isDeaf = false
    }
}
