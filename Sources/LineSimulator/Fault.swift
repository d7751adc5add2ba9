/// Something that goes wrong with a slave's answers, and how often.
///
/// A fault is drawn when a request arrives. All faults that are drawn for one request act together: first what the slave
/// says, then what it sends, then when.
public struct Fault: Sendable, Hashable {
    /// What goes wrong.
    public enum Kind: Sendable, Hashable {
        /// The slave neither carries out the request nor answers.
        case dead
        /// The answer begins so much later than the turnaround.
        case slow(by: Duration)
        /// The answer begins so long after the end of the request, or when the line is free again.
        ///
        /// Meanwhile the slave keeps further requests, and answers them one after the other.
        case late(after: Duration)
        /// The two bytes of the checksum are wrong.
        case badCRC
        /// So many bytes are missing from the middle of the frame, or from its end.
        case lostBytes(Int, from: Part)
        /// So many bytes of noise come directly before the frame.
        case noiseBefore(Int)
        /// So many bytes of noise come directly after the frame.
        case noiseAfter(Int)
        /// The adapter gives the master its own request back while it is on the wire.
        case echo
        /// The slave refuses with this exception and does not carry out the request.
        case exception(UInt8)
        /// The slave refuses with exception 6, server device busy.
        case busy
        /// Exception 2 for any read of this table that covers one of the addresses.
        case refused(SimulatedSlave.Table, ClosedRange<UInt16>)
        /// The answer names another slave; its checksum is right.
        case wrongSlave(UInt8)
        /// The answer names another function; its checksum is right.
        case wrongFunction(UInt8)
        /// The answer is sent again after t3.5 of silence.
        case duplicated
        /// The answer is sent again so long after its end, whatever has been asked meanwhile.
        case copied(after: Duration)
        /// The frame of the slave's previous answer is sent in place of this one.
        case stale
        /// Another slave with the same address answers too, so many characters later and something else.
        ///
        /// Where both speak, each bit that one of them holds low is low.
        case secondVoice(lag: Int)
        /// Every bit of the answer is turned round, as behind swapped wires that somehow carry it.
        case inverted
        /// Each bit of the answer turns round with this probability in a thousand, as reflections do it.
        case flippedBits(perThousand: Int)
        /// Only the first bytes of the frame are sent; with 0 a request is carried out and its answer is lost.
        case truncated(to: Int)
        /// The answer comes in two halves, with so much time between them.
        case split(pause: Duration)
        /// The answer is kept back and goes out in one piece with the slave's next one.
        case joined
        /// The answer bears the number of another request; only Modbus TCP has such numbers.
        case wrongTransaction
        /// The connection is reset in place of an answer; only a network has connections.
        case reset
    }

    /// A part of a frame.
    public enum Part: Sendable, Hashable {
        /// Around the middle.
        case middle
        /// The last bytes.
        case end
    }

    /// How often a fault strikes.
    public enum Frequency: Sendable, Hashable {
        /// Each time, until it is cleared.
        case always
        /// The next so many times, then never again.
        case next(Int)
        /// Each time with this probability, 0 to 1, until it is cleared.
        case probability(Double)
    }

    /// What goes wrong.
    public var kind: Kind
    /// How often it strikes.
    public var frequency: Frequency

    /// Makes a fault that strikes until it is cleared, unless told otherwise.
    public init(_ kind: Kind, _ frequency: Frequency = .always) {
        self.kind = kind
        self.frequency = frequency
    }
}
