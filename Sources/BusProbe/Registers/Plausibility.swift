import Glibc
internal import ModbusModel

/// How well words fit an encoding, judged by what meters measure.
///
/// The scores are not probabilities, but their differences mean something: one is a hint, three are nearly a proof.
enum Plausibility {
    /// Judges one place over all its readings, oldest first.
    ///
    /// Zero in every reading says nothing: each encoding writes it alike.
    static func score(_ encoding: Encoding, readings: [ArraySlice<UInt16>]) -> Double {
        guard let words = readings.last, readings.contains(where: { $0.contains { $0 != 0 } }) else { return 0 }
        guard let number = encoding.number(words) else { return -6 }
        let own = encoding.isFloat ? float(number, encoding) : integer(number, encoding, words)
        return own + motion(encoding, readings) + (encoding.type == .float64 ? halves(encoding, readings) : 0)
    }

    /// The same for a comparison of types of different width at one place: what each single word contributes.
    static func scoreOfWord(_ encoding: Encoding, readings: [ArraySlice<UInt16>]) -> Double {
        // Zeros tell nothing, and so any type that explains more than zeros comes before one that sees nothing else.
        guard readings.contains(where: { $0.contains { $0 != 0 } }) else { return -2.5 }
        return score(encoding, readings: readings) * 2 / Double(encoding.type.width)
    }

    /// Two single-precision numbers side by side often make a likely double one; its own lower half never is likely.
    private static func halves(_ encoding: Encoding, _ readings: [ArraySlice<UInt16>]) -> Double {
        let half = Encoding(.float32, .ABCD)
        let lower = readings.map { words -> Double? in
            let pattern = encoding.pattern(words)
            return half.number([UInt16(pattern >> 16 & 0xFFFF), UInt16(pattern & 0xFFFF)])
        }
        let isStrange = lower.contains { $0.map { $0 != 0 && !(0.0001..<1e9).contains(abs($0)) } ?? true }
        let isLikely = lower.contains { $0.map { (0.0001..<1e9).contains(abs($0)) } ?? false }
        return isStrange ? 3 : isLikely ? -6 : -1
    }

    /// A float is sure of itself: nearly every wrong order gives a number beyond all measuring.
    private static func float(_ number: Double, _ encoding: Encoding) -> Double {
        let size = abs(number)
        let width = Double(encoding.type.width)
        switch size {
        case 0: return 0
        case 0.01..<1_000_000: return width + 1 + (isFamiliar(size) ? 1 : 0)
        case 0.0001..<0.01, 1_000_000..<1_000_000_000: return 0.5
        default: return -4
        }
    }

    private static func integer(_ number: Double, _ encoding: Encoding, _ words: ArraySlice<UInt16>) -> Double {
        let pattern = encoding.pattern(words)
        let bits = 16 * encoding.type.width
        // Round in binary, in words or bytes: what a wrong order makes of a small number.
        if bits > 16, pattern != 0, pattern & 0xFFFF == 0 { return -4 }
        let size = abs(number)
        if encoding.type.width == 1 {
            if pattern & 0xFF == 0 { return -0.5 }
            return size < 32 ? 0.3 : size < 10_000 ? 0.8 : 0.2
        }
        // A negative number of little size in two's complement is no accident.
        if encoding.isSigned, number < 0 {
            return size < 1_000_000 ? Double(encoding.type.width) - smallness(size) : -3
        }
        // The wider the type and the fewer of its bits are used, the less an accident it can be.
        let unused = bits - significantBits(pattern)
        switch (bits, unused) {
        case (64, 24...): return 4.6 - smallness(size)
        case (64, _): return -2
        case (_, 16...): return 2.8 - smallness(size)
        case (_, 8...): return 2.2 - smallness(size)
        case (_, 4...): return -0.8
        default: return -3
        }
    }

    private static func significantBits(_ pattern: UInt64) -> Int { 64 - pattern.leadingZeroBitCount }

    /// Small numbers are commoner than great ones; it parts the orders of the bytes inside a word.
    private static func smallness(_ size: Double) -> Double { 0.1 * log2(max(size, 1)) - 1 }

    /// What moves little from reading to reading is read rightly; a wrong order makes a small step a great one.
    private static func motion(_ encoding: Encoding, _ readings: [ArraySlice<UInt16>]) -> Double {
        let numbers = readings.map { encoding.number($0) }
        guard let first = numbers.first ?? nil, let last = numbers.last ?? nil, first != last else { return 0 }
        let step = abs(last - first) / max(abs(first), abs(last))
        switch step {
        case ..<0.000_1: return 1.5
        case ..<0.02: return 1
        case ..<0.2: return 0
        default: return -2
        }
    }

    /// What makers do most often, only to part equals.
    static func habit(_ encoding: Encoding) -> Double {
        let order: Double =
            switch encoding.order {
            case .ABCD: 0.3
            case .CDAB: 0.15
            case .BADC: -0.4
            case .DCBA: -0.4
            }
        return order + (encoding.isSigned ? -0.1 : 0)
    }

    /// Mains frequency and the mains voltages of the world, in hertz and volts.
    private static func isFamiliar(_ size: Double) -> Bool {
        [49.5...50.5, 59.5...60.5, 103...140, 187...264, 360...440].contains { $0.contains(size) }
    }
}
