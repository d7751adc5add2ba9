/// What is wrong with a gateway, by the evidence; empty where the guarantee held.
public struct Verdict: Sendable {
    /// A way in which the guarantee can be broken.
    public enum Fault: String, Sendable, CaseIterable {
        case lost, duplicated, reordered, misstamped = "mis-stamped", wrongBytes = "wrong bytes", ended
    }

    /// One violation.
    public struct Finding: Sendable, Equatable, CustomStringConvertible {
        /// Which one.
        public let fault: Fault
        /// Of what, and what was seen.
        public let detail: String
        /// The finding in one line.
        public var description: String { "\(fault.rawValue): \(detail)" }
    }

    /// All violations.
    public private(set) var findings: [Finding] = []
    /// Messages that had to arrive.
    public let promised: Int
    /// Different messages that arrived.
    public let delivered: Int
    /// Messages that were in the spool when the run ended.
    public let kept: Int
    /// Second and later arrivals that the gateway sent, allowed or not.
    public let duplicates: Int
    /// The most of them after one reconnect.
    public let mostAtOnce: Int
    /// Second arrivals that the broker sent by itself.
    public let brokerRepeats: Int
    /// Readings that a full or damaged disk took.
    public let excused: Int

    /// Judges the evidence.
    public init(of evidence: Evidence) {
        let promise = Promise(evidence)
        let arrivals = Arrivals(evidence)
        findings += arrivals.wrong.map { Finding(fault: .wrongBytes, detail: $0) }

        let missing = promise.readings.subtracting(arrivals.readings).subtracting(promise.kept)
        let excusable = missing.intersection(evidence.damaged)
        findings += missing.subtracting(excusable).sorted().map {
            Finding(fault: .lost, detail: promise.story(of: $0, in: evidence))
        }
        let explanation = Repeats(arrivals.repeats, reconnects: evidence.reconnects, window: evidence.window)
        findings += explanation.unexplained.map {
            Finding(fault: .duplicated, detail: "reading \($0.reading) again, and no break of the link explains it")
        }
        findings += Order.violations(arrivals.firsts.map(\.reading), streams: evidence.streams).map {
            Finding(fault: .reordered, detail: "reading \($0.reading) came after reading \($0.after)")
        }
        findings += Stamps.faults(arrivals.firsts, evidence).map { Finding(fault: .misstamped, detail: $0) }
        findings += evidence.ends.map { Finding(fault: .ended, detail: $0) }

        promised = promise.readings.count
        delivered = arrivals.readings.count
        kept = promise.kept.subtracting(arrivals.readings).count
        duplicates = arrivals.repeats.count
        mostAtOnce = explanation.mostAtOnce
        brokerRepeats = arrivals.brokerRepeats
        excused = excusable.count + promise.neverStored
    }

    /// How many findings of a kind there are.
    public func count(_ fault: Fault) -> Int { findings.count { $0.fault == fault } }
}
