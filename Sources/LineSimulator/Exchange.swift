/// One request and what became of it.
public struct Exchange: Sendable, Equatable {
    /// The moment at which the first byte of the request was on the wire, in nanoseconds of `CLOCK_MONOTONIC`.
    public internal(set) var requestStart: Int64
    /// The moment at which the last bit of the request had left the wire.
    public internal(set) var requestEnd: Int64
    /// The moment of the first bit of the answer; none where there was no answer.
    public internal(set) var answerStart: Int64?
    /// The moment after the last bit of the answer; none where there was no answer.
    public internal(set) var answerEnd: Int64?
    /// How long after `answerEnd` the last byte was handed over: what the machine added to the line's time.
    public internal(set) var lateness: Duration?
    /// The request as it arrived, checksum included.
    public internal(set) var request: [UInt8]
    /// The slave that was asked, 0 in a broadcast.
    public internal(set) var slave: UInt8
    /// The function that was asked for.
    public internal(set) var function: UInt8
    /// The first address that was asked for; none where the function is not known.
    public internal(set) var address: UInt16?
    /// The number of bits or registers that were asked for; none where the function is not known.
    public internal(set) var count: UInt16?
    /// Every byte that went out in answer, faults and noise included.
    public internal(set) var answer: [UInt8] = []
    /// The words that the registers truly had, or were given; bits are 0 and 1.
    public internal(set) var words: [UInt16] = []
    /// The faults that struck.
    public internal(set) var faults: [Fault.Kind] = []
    /// Whether the request began before t3.5 of silence had passed.
    public internal(set) var violatedSilence = false
    /// Whether nobody heard the request: its slave is not on the line, or the settings have it ignored.
    public internal(set) var wasIgnored = false

    init(_ frame: RequestReceiver.Frame) {
        requestStart = frame.start
        requestEnd = frame.end
        request = frame.request.bytes
        slave = frame.request.slave
        function = frame.request.function
        address = frame.request.address
        count = frame.request.count
    }
}

/// What has happened on a line since it began.
public struct LineCounters: Sendable, Equatable {
    /// Whole requests with a right checksum.
    public internal(set) var requests = 0
    /// Requests that drew at least one byte of answer.
    public internal(set) var answers = 0
    /// Bytes that the master sent.
    public internal(set) var bytesFromMaster = 0
    /// Bytes that went to the master.
    public internal(set) var bytesToMaster = 0
    /// Bytes that found the master's buffer full, because nobody read; they are lost, as on a real port.
    public internal(set) var bytesOverrun = 0
    /// Requests that began before t3.5 of silence had passed since the last frame of either side.
    public internal(set) var silenceViolations = 0
    /// Requests for slaves that are not on the line.
    public internal(set) var unknownSlaves = 0
    /// Broadcasts.
    public internal(set) var broadcasts = 0
    /// Requests with a wrong checksum or cut short.
    public internal(set) var brokenRequests = 0
    /// Requests that were sent at another speed than the line's, where the settings look at it.
    public internal(set) var wrongSpeeds = 0
    /// The time that characters were on the wire, both ways together.
    public internal(set) var busyTime: Duration = .zero
    /// The longest time by which the last byte of a burst was handed over after its moment.
    ///
    /// It tells whether the machine was quiet enough for a measurement.
    public internal(set) var greatestLateness: Duration = .zero
}

/// The last exchanges, in blocks: a reader copies the list of blocks, so that the line never waits for it.
struct ExchangeLog: Sendable {
    private static let blockSize = 512
    private let limit: Int
    private var blocks: [[Exchange]] = []

    init(limit: Int) {
        self.limit = max(0, limit)
    }

    mutating func append(_ exchange: Exchange) {
        guard limit > 0 else { return }
        if blocks.isEmpty || blocks[blocks.count - 1].count == Self.blockSize {
            if (blocks.count - 1) * Self.blockSize >= limit {
                blocks.removeFirst()
            }
            var block: [Exchange] = []
            block.reserveCapacity(Self.blockSize)
            blocks.append(block)
        }
        blocks[blocks.count - 1].append(exchange)
    }

    mutating func removeAll() {
        blocks = []
    }

    var exchanges: [Exchange] { Array(blocks.joined().suffix(limit)) }
}
