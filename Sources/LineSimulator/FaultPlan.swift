/// The faults that are in force on a line, and the numbers that decide when they strike.
struct FaultPlan: Sendable {
    private struct Entry: Sendable {
        let slave: UInt8?
        let kind: Fault.Kind
        var frequency: Fault.Frequency
    }

    private var entries: [Entry] = []
    private(set) var generator: SplitMix64

    init(seed: UInt64) {
        generator = SplitMix64(state: seed)
    }

    mutating func inject(_ fault: Fault, on slave: UInt8?) {
        entries.append(Entry(slave: slave, kind: fault.kind, frequency: fault.frequency))
    }

    mutating func clear(on slave: UInt8?) {
        entries.removeAll { slave == nil || $0.slave == slave }
    }

    /// The faults that strike a request, in the order in which they were injected.
    mutating func draw(for request: Request, hasPrevious: Bool) -> [Fault.Kind] {
        guard !entries.isEmpty else { return [] }
        var struck: [Fault.Kind] = []
        for index in entries.indices {
            let entry = entries[index]
            guard entry.slave == nil || entry.slave == request.slave,
                entry.kind.concerns(request, hasPrevious: hasPrevious)
            else { continue }
            switch entry.frequency {
            case .always:
                break
            case .next(let remaining):
                guard remaining > 0 else { continue }
                entries[index].frequency = .next(remaining - 1)
            case .probability(let probability):
                guard generator.unit() < probability else { continue }
            }
            struck.append(entry.kind)
        }
        entries.removeAll { $0.frequency == .next(0) }
        return struck
    }

    /// A byte whose bits are set with this probability in a thousand.
    mutating func flips(perThousand share: Int) -> UInt8 {
        (0..<8).reduce(0) { byte, bit in generator.unit() * 1000 < Double(share) ? byte | 1 << bit : byte }
    }

    mutating func noise(_ count: Int) -> [UInt8] {
        (0..<max(0, count)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    }
}

extension Fault.Kind {
    /// Whether the fault can strike this request at all; where it cannot, a count is not used up.
    fileprivate func concerns(_ request: Request, hasPrevious: Bool) -> Bool {
        switch self {
        case .stale:
            return hasPrevious
        case .refused(let table, let refused):
            guard request.tableToRead == table, let first = request.address, let count = request.count, count > 0
            else { return false }
            return Int(first) <= Int(refused.upperBound) && Int(refused.lowerBound) < Int(first) + Int(count)
        default:
            return true
        }
    }
}

/// The generator SplitMix64 of Steele, Lea and Flood (2014): small, and the same numbers on every machine.
struct SplitMix64: RandomNumberGenerator, Sendable {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to below 1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}
