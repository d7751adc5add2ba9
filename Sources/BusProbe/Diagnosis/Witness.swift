internal import ModbusModel

extension Evidence {
    /// What one slave did.
    public struct Witness: Sendable, Hashable {
        /// Questions that were put to it, and what became of them.
        public var asked = 0
        /// Answered whole, values or an exception.
        public var answered = 0
        /// Bytes came that are no frame.
        public var broken = 0
        /// More came than one slave says.
        public var twoVoices = 0
        /// Nothing came.
        public var silent = 0
        /// Whole answers that came only when the next question had been put.
        public var late = 0
        /// How long the answers took to begin, in order.
        public var responseTimes: [Duration] = []

        /// Broken answers that begin as the slave's do.
        var beginningRight = 0
        /// Broken answers that begin right and are longer than a whole one.
        var tooLong = 0
        /// Broken answers of the right length.
        var rightLength = 0
        /// Two answers that lie in each other.
        var interleaved = 0
        /// Broken answers that are whole with the levels exchanged.
        var inverted = 0
        /// Broken answers in which the parity of a character decides whether it came right.
        var parityShaped = 0
        /// Broken answers that came before, byte for byte.
        var repeated = 0
        private var seen: Set<[UInt8]> = []

        /// Nothing yet.
        public init() {}

        mutating func take(_ hearing: Hearing) {
            asked += 1
            late += hearing.lateFrames
            switch hearing.verdict {
            case .answers, .exception:
                answered += 1
                if let time = hearing.responseTime { responseTimes.append(time) }
            case .twoVoices: twoVoices += 1
            // A line that rests low, and nobody's answer.
            case .broken where hearing.isHeldLow: silent += 1
            case .broken: take(broken: hearing)
            case .silence, .echoOnly: silent += 1
            }
        }

        private mutating func take(broken hearing: Hearing) {
            let answer = BrokenAnswer(hearing.request, hearing.heard, hearing.setting)
            broken += 1
            beginningRight += answer.beginsRight ? 1 : 0
            tooLong += answer.beginsRight && answer.surplus > 0 ? 1 : 0
            rightLength += answer.surplus == 0 ? 1 : 0
            interleaved += answer.isInterleaved ? 1 : 0
            inverted += answer.isInverted ? 1 : 0
            parityShaped += answer.isParityShaped ? 1 : 0
            repeated += seen.insert(hearing.heard).inserted ? 0 : 1
        }
    }
}

extension Hearing {
    /// Whether only zeros came: a line that rests at the level of a start bit.
    var isHeldLow: Bool { !heard.isEmpty && heard.allSatisfy { $0 == 0 } }

    /// All whole frames that were heard after the question.
    var frames: [FoundFrame] { request.answers(in: heard) }

    /// Whole answers of the same slave to an earlier question.
    var lateFrames: Int {
        let own = (request.answers(in: before.bytes) + frames.filter { !$0.fits(request) })
        return own.filter { $0.slave == request.slave.rawValue }.count
    }
}
