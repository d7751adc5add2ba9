public import ModbusModel

/// Finds out what a slave is: by what it says of itself, and by what its registers plausibly hold.
public struct Identification: Sendable {
    /// What is known of a slave.
    public struct Result: Sendable, Hashable {
        /// What it reports by function 43, maker, product and revision; empty where it does not.
        public internal(set) var objects: [String] = []
        /// What it reports by function 17, as text; nil where it does not.
        public internal(set) var serverID: String?
        /// The models it fits, the best first; models that nothing speaks for are left out.
        public internal(set) var matches: [Match] = []
    }

    private let line: ProbeLine
    private let slave: SlaveAddress
    private let progress: @Sendable (Double) -> Void

    /// Between the two readings of what can only grow.
    static let pause: Duration = .seconds(1)

    /// The values of a model that are looked at, the most telling first.
    static let mostTraits = 16

    /// Prepares to identify a slave on a line that has its setting.
    public init(
        _ line: ProbeLine, slave: SlaveAddress, progress: @escaping @Sendable (Double) -> Void = { _ in }
    ) {
        self.line = line
        self.slave = slave
        self.progress = progress
    }

    /// Asks, reads and compares.
    public func run(_ candidates: [Candidate]) async throws(ProbeFault) -> Result {
        var result = Result()
        let device = try await line.ask(ProbeRequest(.deviceIdentification, to: slave), wait: RegisterReader.wait)
        if case .answers(let frame) = device.verdict { result.objects = Self.objects(frame.data) }
        let server = try await line.ask(ProbeRequest(.reportServerID, to: slave), wait: RegisterReader.wait)
        if case .answers(let frame) = server.verdict { result.serverID = Self.text(frame.data.dropFirst()) }
        let first = RegisterCache(line, slave)
        for (number, candidate) in candidates.enumerated() where !Task.isCancelled {
            try await first.fetch(candidate)
            progress(Double(number + 1) / Double(candidates.count))
        }
        try? await Task.sleep(for: Self.pause)
        let second = RegisterCache(line, slave)
        let hopeful = candidates.filter { Self.judge($0, first, nil, result).score > 0 }
        for candidate in hopeful where !Task.isCancelled { try await second.fetch(candidate) }
        result.matches = Self.ranked(hopeful.map { Self.judge($0, first, second, result) })
        return result
    }

    /// What one model comes to.
    private static func judge(
        _ candidate: Candidate, _ first: RegisterCache, _ second: RegisterCache?, _ result: Result
    ) -> Match {
        var (score, plausible, read, refused) = (0.0, 0, 0, 0)
        for trait in candidate.telling(Identification.mostTraits) {
            guard let value = first.value(of: trait.definition) else {
                refused += 1
                score -= 1.5
                continue
            }
            read += 1
            guard let number = value.number else { continue }
            if trait.absent.map({ value.raw == $0 }) ?? false { continue }
            let fits = trait.plausible.contains { $0.lowest <= number && number <= $0.highest }
            if fits { plausible += 1 }
            // A zero fits everything and tells nothing.
            score += fits ? (number == 0 ? 0.1 : Double(trait.weight)) : -1.5 * Double(max(trait.weight, 1))
            if trait.grows, let later = second?.value(of: trait.definition)?.number, later < number { score -= 3 }
        }
        for mark in candidate.marks {
            guard let words = first.words(mark.span, of: mark.address.table) else { continue }
            score += mark.isProven(words) ? 10 : -10
        }
        let said = (result.objects + [result.serverID ?? ""]).joined(separator: " ").lowercased()
        if candidate.words.contains(where: { !$0.isEmpty && said.contains($0.lowercased()) }) { score += 8 }
        return Match(
            name: candidate.name, score: score, confidence: 0, plausible: plausible, read: read, refused: refused,
            alike: candidate.alike)
    }

    /// The best first, each with its share of all that speaks for any.
    private static func ranked(_ matches: [Match]) -> [Match] {
        let sorted = matches.filter { $0.score > 0 && $0.plausible > 0 }.sorted {
            ($0.score, $1.name) > ($1.score, $0.name)
        }
        guard let best = sorted.first else { return [] }
        // Three points of difference are nearly a proof: each halves what is left for the runner-up.
        let shares = sorted.map { match in match.alike.contains(best.name) ? 0 : power(0.5, best.score - match.score) }
        let sum = max(shares.reduce(0, +), 1)
        return zip(sorted, shares).map { match, share in
            let evidence = min(1, match.score / 8)
            return Match(
                name: match.name, score: match.score,
                confidence: (max(share, 0) / sum * evidence * 100).rounded() / 100,
                plausible: match.plausible, read: match.read, refused: match.refused, alike: match.alike)
        }
    }

    private static func power(_ base: Double, _ exponent: Double) -> Double {
        var result = 1.0
        for _ in 0..<Int(exponent.rounded()) { result *= base }
        return result
    }

    /// The texts of an identification's objects (Modbus V1.1b3 §6.21).
    private static func objects(_ data: [UInt8]) -> [String] {
        guard data.count > 6 else { return [] }
        var texts: [String] = []
        var place = 6
        while place + 1 < data.count {
            let length = Int(data[place + 1])
            guard place + 2 + length <= data.count else { break }
            texts.append(text(data[place + 2..<place + 2 + length]))
            place += 2 + length
        }
        return texts
    }

    private static func text(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.map { (32...126).contains($0) ? $0 : 32 }, as: UTF8.self).trimmed
    }
}

extension Candidate {
    /// The most telling values, those that tell much first.
    func telling(_ most: Int) -> [Trait] {
        Array(
            traits.enumerated().sorted { ($0.element.weight, $1.offset) > ($1.element.weight, $0.offset) }
                .map(\.element).prefix(most))
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        while text.first == " " { text.removeFirst() }
        return String(text)
    }
}
