/// How well a line carries, slave by slave, in figures that can be compared later.
public struct QualityReport: Sendable, Hashable, Codable {
    /// One slave's figures.
    public struct Slave: Sendable, Hashable, Codable {
        /// Its address.
        public let slave: UInt8
        /// Questions put.
        public let asked: Int
        /// Answered whole, by values or by an exception.
        public let answered: Int
        /// Answers with a wrong checksum or of a wrong length.
        public let broken: Int
        /// Questions without any answer.
        public let lost: Int
        /// Half of the answers began within this time after the request, in milliseconds.
        public let medianMilliseconds: Double
        /// 95 of 100 answers began within this time, in milliseconds.
        public let p95Milliseconds: Double
        /// 99 of 100 answers began within this time, in milliseconds.
        public let p99Milliseconds: Double
        /// What to set as `timeout`, in milliseconds.
        public let proposedTimeoutMilliseconds: Int
        /// What to set as `max_gap`: a hole up to this many registers is read along faster than asked round.
        public let proposedGap: Int
        /// How long each answer took to begin, in order; not kept in a file.
        public var times: [Duration] = []

        private enum CodingKeys: CodingKey {
            case slave, asked, answered, broken, lost, medianMilliseconds, p95Milliseconds, p99Milliseconds
            case proposedTimeoutMilliseconds, proposedGap
        }

        /// The share of questions that brought no whole answer, from 0 to 1.
        public var failureShare: Double { asked == 0 ? 0 : Double(asked - answered) / Double(asked) }
    }

    /// The port's path.
    public let port: String
    /// The speed in bits per second.
    public let baud: Int
    /// The form of a character, as `8N1`.
    public let format: String
    /// When it was measured, UTC, ISO 8601 to the second.
    public let at: String
    /// The slaves, in the order in which they were asked.
    public let slaves: [Slave]
    /// Bytes that belong to no answer.
    public let strayBytes: Int
    /// What the kernel counted; nil where the port does not count.
    public let framingErrors: Int?
    /// Characters with a wrong parity bit; nil where the port does not count.
    public let parityErrors: Int?

    /// The verdict on the whole line.
    public enum Grade: String, Sendable, Codable {
        /// Nothing was lost.
        case good
        /// Some was lost, and retries make up for it: below one question in a hundred.
        case usable
        /// More was lost: mend the line.
        case bad
    }

    /// The verdict on the whole line, by its worst slave.
    public var grade: Grade {
        let worst = slaves.map(\.failureShare).max() ?? 1
        if worst == 0, strayBytes == 0 { return .good }
        return worst < 0.01 ? .usable : .bad
    }
}

extension QualityReport.Slave {
    /// Works out the figures of what one slave did.
    init(slave: UInt8, _ witness: Evidence.Witness, setting: ProbeSetting) {
        let times = witness.responseTimes.map { $0 / .milliseconds(1) }.sorted()
        self.slave = slave
        asked = witness.asked
        answered = witness.answered
        broken = witness.broken + witness.twoVoices
        lost = witness.silent
        self.times = witness.responseTimes
        medianMilliseconds = times.quantile(0.5).inTenths
        p95Milliseconds = times.quantile(0.95).inTenths
        p99Milliseconds = times.quantile(0.99).inTenths
        // Twice the slowest of a hundred, and never below what a USB adapter adds on a bad day.
        let needed = times.isEmpty ? 1000 : max(times.quantile(0.99) * 2, times.quantile(0.99) + 60)
        proposedTimeoutMilliseconds = min(max(Int((needed / 10).rounded(.up)) * 10, 80), 5000)
        let request = setting.time(ofCharacters: 13) + setting.frameSilence * 2
        let cost = request / .milliseconds(1) + times.quantile(0.5)
        proposedGap = min(124, Int(cost / (setting.time(ofCharacters: 2) / .milliseconds(1))))
    }
}

extension [Double] {
    /// The value below or at which this share of sorted numbers lies; 0 where there is none.
    fileprivate func quantile(_ share: Double) -> Double {
        guard let last else { return 0 }
        let place = Int((Double(count) * share).rounded(.up)) - 1
        return indices.contains(place) ? self[Swift.max(place, 0)] : last
    }
}

extension Double {
    fileprivate var inTenths: Double { (self * 10).rounded() / 10 }
}
