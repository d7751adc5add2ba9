/// One sparse table of a slave: an address is there or it is not.
struct RegisterMap: Sendable {
    private enum Cell: Sendable {
        case word(UInt16)
        case part(of: UInt16, index: Int)
    }

    private struct Source: Sendable {
        let signal: Signal
        var reads: Int64 = 0
    }

    private var cells: [UInt16: Cell] = [:]
    /// The signals that move, by the address of their first word.
    private var sources: [UInt16: Source] = [:]

    mutating func place(_ signal: Signal, at address: UInt16) {
        remove(sourceAt: address)
        if case .raw(let words) = signal.behaviour {
            precondition(Int(address) + words.count <= 65_536, "the last register has the address 65535")
            for (offset, word) in words.enumerated() {
                cells[address + UInt16(offset)] = .word(word)
            }
        } else {
            precondition(Int(address) + signal.registerCount <= 65_536, "the last register has the address 65535")
            sources[address] = Source(signal: signal)
            for offset in 0..<signal.registerCount {
                cells[address + UInt16(offset)] = .part(of: address, index: offset)
            }
        }
    }

    mutating func remove(_ addresses: ClosedRange<UInt16>) {
        for address in addresses {
            cells[address] = nil
        }
    }

    func contains(_ addresses: Range<Int>) -> Bool {
        addresses.upperBound <= 65_536 && addresses.allSatisfy { cells[UInt16($0)] != nil }
    }

    /// The words of a range that is there: each signal is asked once, so that its words belong together.
    mutating func read(_ addresses: Range<Int>, at elapsed: Int64) -> [UInt16] {
        var sampled: [UInt16: [UInt16]] = [:]
        let words = addresses.map { address -> UInt16 in
            switch cells[UInt16(address)] {
            case .word(let word):
                return word
            case .part(let first, let index):
                if let words = sampled[first] { return words[index] }
                guard let source = sources[first] else { return 0 }
                let words = source.signal.words(at: elapsed, reads: source.reads)
                sampled[first] = words
                return words[index]
            case nil:
                return 0
            }
        }
        for first in sampled.keys {
            sources[first]?.reads += 1
        }
        return words
    }

    /// Writes words to addresses that are there; what moved there rests from now on.
    mutating func write(_ words: [UInt16], at address: UInt16) {
        for (offset, word) in words.enumerated() {
            cells[address + UInt16(offset)] = .word(word)
        }
    }

    private mutating func remove(sourceAt address: UInt16) {
        guard let old = sources.removeValue(forKey: address) else { return }
        for offset in 0..<old.signal.registerCount {
            if case .part(of: address, _) = cells[address + UInt16(offset)] {
                cells[address + UInt16(offset)] = nil
            }
        }
    }
}
