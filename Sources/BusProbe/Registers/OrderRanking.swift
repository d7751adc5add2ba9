internal import ExactArithmetic
internal import ModbusModel

/// What a place would hold under one encoding.
public struct Interpretation: Sendable, Hashable {
    /// The first register's zero-based address.
    public let address: Int
    /// Type and order.
    public let encoding: Encoding
    /// The value as a message would carry it, without scale; nil where it is no number.
    public let value: String?
    /// How plausible it is beside the others of its place; the higher, the better.
    public let score: Double
}

/// Finds out how a meter writes its numbers, from words that hold something sensible.
///
/// A meter writes all its numbers in one way, or in few. So each way is judged over the whole range first, and that
/// judgement counts at every single place.
public struct OrderRanking: Sendable {
    /// The ways of writing, the most plausible first, with the sum of what speaks for each.
    public let encodings: [(encoding: Encoding, score: Double)]

    private let readings: [[UInt16]]
    private let start: Int
    private let scores: [Encoding: Double]

    /// Judges a range of registers that was read once or several times.
    ///
    /// - Parameters:
    ///   - readings: The words of each reading, oldest first, all of one length.
    ///   - start: The zero-based address of the first word.
    public init(_ readings: [[UInt16]], from start: Int) {
        self.readings = readings
        self.start = start
        let length = readings.map(\.count).min() ?? 0
        var judged: [(Encoding, Double)] = []
        for encoding in Encoding.all {
            judged.append((encoding, Self.sum(encoding, readings, length)))
        }
        encodings = judged.enumerated()
            .sorted { ($0.element.1, -$0.offset) > ($1.element.1, -$1.offset) }
            .map { (encoding: $0.element.0, score: $0.element.1) }
        scores = Dictionary(uniqueKeysWithValues: judged)
    }

    /// A run whose judgement is taken together with that of others.
    init(_ readings: [[UInt16]], from start: Int, scores: [Encoding: Double]) {
        self.readings = readings
        self.start = start
        self.scores = scores
        encodings = Encoding.all.enumerated()
            .sorted { (scores[$0.element] ?? 0, -$0.offset) > (scores[$1.element] ?? 0, -$1.offset) }
            .map { (encoding: $0.element, score: scores[$0.element] ?? 0) }
    }

    /// Whether an address is in the run.
    func contains(_ address: Int) -> Bool {
        (start..<start + (readings.map(\.count).min() ?? 0)).contains(address)
    }

    /// The best alignment's sum over all places, for each word of the range once.
    private static func sum(_ encoding: Encoding, _ readings: [[UInt16]], _ length: Int) -> Double {
        let width = encoding.type.width
        guard length >= width else { return 0 }
        let sums = (0..<width).map { offset in
            // A range is mostly read from where a value begins.
            stride(from: offset, through: length - width, by: width).reduce(offset == 0 ? 0 : -3.0) { sum, place in
                sum + Plausibility.score(encoding, readings: readings.map { $0[place..<place + width] })
            }
        }
        return (sums.max() ?? 0) + 2 * Plausibility.habit(encoding)
    }

    /// What the place at an address can mean, the most plausible first.
    public func interpretations(at address: Int) -> [Interpretation] {
        let place = address - start
        let length = readings.map(\.count).min() ?? 0
        let best = max(scores.values.max() ?? 1, 1)
        return Encoding.all.enumerated().compactMap { rank, encoding -> (Int, Interpretation)? in
            let width = encoding.type.width
            guard place >= 0, place + width <= length, let words = readings.last?[place..<place + width]
            else { return nil }
            let own = Plausibility.scoreOfWord(encoding, readings: readings.map { $0[place..<place + width] })
            // Single registers also fit the halves of everything wider: their sum is worth less.
            let whole = (width == 1 ? 2 : 3) * (scores[encoding] ?? 0) / best
            return (
                rank,
                Interpretation(
                    address: address, encoding: encoding, value: Self.text(words, encoding),
                    score: own + Plausibility.habit(encoding) + max(whole, -3))
            )
        }
        .sorted { ($0.1.score, -$0.0) > ($1.1.score, -$1.0) }
        .map(\.1)
    }

    /// The places at which values most likely begin: together they cover the range without overlapping.
    public var likelyPlaces: Set<Int> {
        let length = readings.map(\.count).min() ?? 0
        var best = [Double](repeating: 0, count: length + 1)
        var width = [Int](repeating: 0, count: length + 1)
        for place in stride(from: length - 1, through: 0, by: -1) {
            best[place] = best[place + 1]
            guard let likeliest = interpretations(at: start + place).first else { continue }
            let next = place + likeliest.encoding.type.width
            guard likeliest.score + best[next] > best[place] else { continue }
            best[place] = likeliest.score + best[next]
            width[place] = likeliest.encoding.type.width
        }
        var places: Set<Int> = []
        var place = 0
        while place < length {
            if width[place] > 0 { places.insert(start + place) }
            place += max(width[place], 1)
        }
        return places
    }

    private static func text(_ words: ArraySlice<UInt16>, _ encoding: Encoding) -> String? {
        guard
            let point = try? PointDefinition(
                address: RegisterAddress(.holding, 0), type: encoding.type, order: encoding.order)
        else { return nil }
        return (try? point.value(of: words))?.text
    }
}
