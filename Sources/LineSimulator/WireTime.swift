/// How long bytes take on a serial line.
///
/// Pure arithmetic, so that tests and benchmarks can compute the limit that no master can beat. Times are rounded up
/// to whole nanoseconds.
public struct WireTime: Sendable, Hashable {
    /// The frame around the eight data bits of one character (serial line specification V1.02, section 2.5.1).
    public enum Format: Sendable, Hashable, CaseIterable {
        /// No parity and one stop bit: 10 bits, the usual choice in the field.
        case eightN1
        /// Even parity and one stop bit: 11 bits, the default of the specification.
        case eightE1
        /// Odd parity and one stop bit: 11 bits.
        case eightO1
        /// No parity and two stop bits: 11 bits.
        case eightN2

        /// The bits of one character, start and stop bits included.
        public var bits: Int { self == .eightN1 ? 10 : 11 }
    }

    /// The speed of the line in bits per second.
    public let baud: Int
    /// The form of one character.
    public let format: Format

    /// Makes the arithmetic of one line; the speed is positive.
    public init(baud: Int, format: Format = .eightN1) {
        precondition(baud > 0, "a line needs a speed above zero")
        self.baud = baud
        self.format = format
    }

    /// The time of one character.
    public var character: Duration { frame(characters: 1) }

    /// The time that a frame of so many characters is on the wire.
    public func frame(characters: Int) -> Duration { .nanoseconds(nanoseconds(characters: characters)) }

    /// The silence between frames, t3.5 (serial line specification V1.02, section 2.5.1.1).
    ///
    /// Three and a half characters of 11 bits up to 19 200 baud, 1.75 ms above.
    public var silence: Duration { .nanoseconds(silenceNanoseconds) }

    /// The time from the end of a request to the first bit of its answer.
    ///
    /// Where none is given it is 20 ms, or t3.5 where that is longer.
    public func turnaround(_ chosen: Duration? = nil) -> Duration {
        chosen ?? max(.milliseconds(20), silence)
    }

    /// The ideal time of one exchange: request, turnaround, answer and the silence after it.
    public func exchange(requestCharacters: Int, answerCharacters: Int, turnaround: Duration? = nil) -> Duration {
        frame(characters: requestCharacters) + self.turnaround(turnaround) + frame(characters: answerCharacters)
            + silence
    }

    /// The ideal time to read so many values of a table in one exchange.
    public func read(_ table: SimulatedSlave.Table, count: Int, turnaround: Duration? = nil) -> Duration {
        let data = table.holdsBits ? (count + 7) / 8 : 2 * count
        return exchange(requestCharacters: 8, answerCharacters: 5 + data, turnaround: turnaround)
    }

    func nanoseconds(characters: Int) -> Int64 {
        (Int64(characters) * Int64(format.bits) * 1_000_000_000 + Int64(baud) - 1) / Int64(baud)
    }

    var silenceNanoseconds: Int64 {
        baud > 19_200 ? 1_750_000 : (77 * 500_000_000 + Int64(baud) - 1) / Int64(baud)
    }
}

extension Duration {
    /// The duration in whole nanoseconds.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
