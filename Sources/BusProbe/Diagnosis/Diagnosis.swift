internal import SerialPorts

/// An opinion on evidence: what is most likely wrong first.
///
/// Faults that look alike from the master's end of the cable are all named, the likelier first.
public struct Diagnosis: Sendable, Hashable {
    /// What may be wrong, and how much speaks for it from 0 to 1; `fine` stands alone.
    public let findings: [Opinion]

    /// One finding and its weight.
    public struct Opinion: Sendable, Hashable {
        /// What may be wrong.
        public let finding: Finding
        /// How much speaks for it, from 0 to 1.
        public let weight: Double
    }

    /// Weighs the evidence.
    public init(_ evidence: Evidence) {
        var weights: [Finding: Double] = [:]
        var order: [Finding] = []
        for (finding, weight) in Self.opinions(evidence) where weight > 0 {
            if weights[finding] == nil { order.append(finding) }
            weights[finding] = min(1, max(weight, weights[finding] ?? 0))
        }
        let opinions = order.map { Opinion(finding: $0, weight: weights[$0] ?? 0) }
        let sorted = opinions.enumerated()
            .sorted { ($0.element.weight, -$0.offset) > ($1.element.weight, -$1.offset) }
            .map(\.element)
        findings = sorted.isEmpty ? [Opinion(finding: .fine, weight: 1)] : sorted
    }

    /// Every rule in turn; the order decides between equals.
    private static func opinions(_ evidence: Evidence) -> [(Finding, Double)] {
        guard evidence.masterAsks.isEmpty else { return [(.anotherMaster(asks: evidence.masterAsks), 1)] }
        let opinions = setting(evidence) + adapter(evidence)
        let sum = evidence.sum
        if sum.answered + sum.twoVoices + sum.broken + sum.late == 0 {
            return opinions + (evidence.otherSettings.isEmpty ? silence(evidence) : [])
        }
        return opinions + cable(evidence) + slaves(evidence)
    }

    private static func setting(_ evidence: Evidence) -> [(Finding, Double)] {
        evidence.otherSettings.flatMap { other -> [(Finding, Double)] in
            let isSpeed = other.setting.baud != evidence.setting.baud
            let speed = Finding.wrongSpeed(other.setting, slaves: other.slaves)
            let parity = Finding.wrongParity(other.setting, slaves: other.slaves)
            return isSpeed ? [(speed, 1), (parity, 0.3)] : [(parity, 1), (speed, 0.3)]
        }
    }

    private static func adapter(_ evidence: Evidence) -> [(Finding, Double)] {
        var opinions: [(Finding, Double)] = []
        if evidence.echoes > 0 { opinions.append((.echo, 0.9)) }
        let portions = evidence.portionGaps.sorted().middle ?? 0
        let pause = evidence.pauses.sorted().middle ?? 0
        if let timer = evidence.latencyTimer {
            if timer > 2 { opinions.append((.latency(milliseconds: timer), 0.85)) }
        } else if portions > 5 || pause > 10 {
            opinions.append((.latency(milliseconds: Int(max(portions, pause).rounded())), 0.85))
        }
        return opinions
    }

    /// Nobody answers, whatever is tried.
    private static func silence(_ evidence: Evidence) -> [(Finding, Double)] {
        if !evidence.otherSlaves.isEmpty { return [(.otherAddress(evidence.otherSlaves), 1)] }
        let isNoisy = !evidence.idleBytes.isEmpty
        let isHeldLow = evidence.isHeldLow
        let looksFloating = evidence.idleBytes.looksFloating
        return [
            (.swappedWires, isHeldLow ? 0.95 : 0.6),
            (.noBias, isNoisy ? (isHeldLow ? 0.5 : looksFloating ? 0.8 : 0.55) : 0),
            (.disturbance, isNoisy && !isHeldLow ? (looksFloating ? 0.5 : 0.7) : 0),
            (.nothingConnected, isNoisy ? 0.45 : 0.7),
        ]
    }

    /// Somebody is heard, but not cleanly.
    private static func cable(_ evidence: Evidence) -> [(Finding, Double)] {
        let sum = evidence.sum
        var opinions: [(Finding, Double)] = []
        if sum.inverted > 0 || (sum.answered == 0 && evidence.isHeldLow) { opinions.append((.swappedWires, 1)) }
        let idle = evidence.idleBytes.count
        if evidence.fringeBytes + idle > 0 {
            let isFloating = evidence.fringeBytes >= idle || evidence.idleBytes.looksFloating
            opinions += [(.noBias, isFloating ? 0.8 : 0.6), (.disturbance, isFloating ? 0.6 : 0.8)]
        }
        guard sum.broken > 0 else { return opinions }
        let isMixed = sum.answered * 4 > sum.broken
        if isMixed || (sum.rightLength * 2 > sum.broken && sum.beginningRight > 0) {
            // One slave alone is its own fault; several are the cable's.
            let noisy = evidence.witnesses.values.count { $0.broken > 0 }
            if noisy > 1 || evidence.witnesses.count == 1 {
                opinions += [(.termination, opinions.isEmpty ? 0.75 : 0.65), (.disturbance, 0.5)]
            }
        } else {
            // All that comes is broken, and not even its length is right: nobody was understood.
            opinions += [
                (.swappedWires, 0.85), (.wrongSpeed(nil, slaves: evidence.misheard), 0.8),
                (.wrongParity(nil, slaves: evidence.misheard), 0.5), (.termination, 0.45),
            ]
        }
        return opinions
    }

    private static func slaves(_ evidence: Evidence) -> [(Finding, Double)] {
        let elsewhere = Set(evidence.otherSettings.flatMap(\.slaves))
        let isSingled = evidence.witnesses.count > 1 && evidence.witnesses.values.count { $0.broken > 0 } == 1
        return evidence.witnesses.sorted { $0.key < $1.key }.flatMap { slave, witness -> [(Finding, Double)] in
            var opinions: [(Finding, Double)] = []
            let double = witness.doubleness
            if double > 0 { opinions.append((.twoSlaves(slave), double)) }
            if witness.broken > 1, witness.answered == 0, witness.parityShaped * 2 > witness.broken {
                opinions.append((.wrongParity(nil, slaves: [slave]), 0.9))
            }
            if isSingled, witness.broken > 0 {
                opinions += [(.termination, 0.7), (.twoSlaves(slave), 0.6)]
            }
            let heard = witness.answered + witness.broken + witness.twoVoices + witness.late
            if heard == 0, !elsewhere.contains(slave) { opinions.append((.slaveSilent(slave), 0.9)) }
            if witness.late > 0, witness.late <= witness.silent {
                opinions.append((.slow(slave, milliseconds: Int(Examination.wait / .milliseconds(1))), 0.9))
            } else if heard > 0, witness.silent > 0 {
                opinions.append((.losesAnswers(slave), 0.7))
            }
            if let slowest = witness.responseTimes.max(), slowest > .milliseconds(150) {
                opinions.append((.slow(slave, milliseconds: Int(slowest / .milliseconds(1))), 0.6))
            }
            return opinions
        }
    }
}

extension Evidence {
    /// All slaves together.
    fileprivate var sum: Witness {
        witnesses.values.reduce(into: Witness()) { sum, witness in
            sum.answered += witness.answered
            sum.twoVoices += witness.twoVoices
            sum.broken += witness.broken
            sum.late += witness.late
            sum.rightLength += witness.rightLength
            sum.beginningRight += witness.beginningRight
            sum.inverted += witness.inverted
        }
    }

    /// The slaves of which nothing whole was heard.
    fileprivate var misheard: [UInt8] { witnesses.filter { $0.value.answered == 0 }.keys.sorted() }

    /// Whether the line rests at the level of a start bit: zeros without end, or breaks.
    fileprivate var isHeldLow: Bool {
        if let errors, errors.breaks > 0 { return true }
        return !idleBytes.isEmpty && idleBytes.allSatisfy { $0 == 0 }
    }
}

extension Evidence.Witness {
    /// How much speaks for two slaves with this address, 0 to 1.
    fileprivate var doubleness: Double {
        if twoVoices + interleaved > 0 || late > silent { return 0.95 }
        guard broken > 1, answered * 4 <= broken, beginningRight * 2 >= broken else { return 0 }
        // Who speaks over somebody else makes more bytes; in step with him, the same wrong bytes each time.
        if tooLong * 2 >= broken { return 0.95 }
        return repeated * 2 >= broken ? 0.85 : 0
    }
}

extension [UInt8] {
    /// Whether most are what a line makes that drifts over the threshold once in a character, and not noise.
    fileprivate var looksFloating: Bool {
        let edges = count { byte in
            let ones = byte.nonzeroBitCount
            return byte.leadingZeroBitCount + ones == 8 || byte.trailingZeroBitCount + ones == 8
        }
        return edges * 10 >= count * 8
    }
}

extension [Double] {
    /// The middle one of numbers in order; nil where there is none.
    fileprivate var middle: Double? { isEmpty ? nil : self[count / 2] }
}
