/// A set of sequences, kept as ranges: messages are delivered almost in order, so that a year's backlog is a few of them.
struct SequenceSet: Equatable {
    /// The stretches without a gap, the lowest first.
    private(set) var ranges: [ClosedRange<Int64>] = []
    private(set) var count = 0

    var isEmpty: Bool { ranges.isEmpty }

    /// The sequences, the lowest first.
    var sequences: [Int64] { ranges.flatMap { Array($0) } }

    func contains(_ sequence: Int64) -> Bool {
        let index = index(above: sequence)
        return index > 0 && ranges[index - 1].contains(sequence)
    }

    /// Adds a sequence; false when it was there.
    @discardableResult
    mutating func insert(_ sequence: Int64) -> Bool {
        guard !contains(sequence) else { return false }
        count += 1
        let index = index(above: sequence)
        let joinsBelow = index > 0 && ranges[index - 1].upperBound == sequence - 1
        let joinsAbove = index < ranges.count && ranges[index].lowerBound == sequence + 1
        switch (joinsBelow, joinsAbove) {
        case (true, true):
            ranges[index - 1] = ranges[index - 1].lowerBound...ranges[index].upperBound
            ranges.remove(at: index)
        case (true, false): ranges[index - 1] = ranges[index - 1].lowerBound...sequence
        case (false, true): ranges[index] = sequence...ranges[index].upperBound
        case (false, false): ranges.insert(sequence...sequence, at: index)
        }
        return true
    }

    mutating func removeAll() {
        self = SequenceSet()
    }

    /// The place of the first range that begins above a sequence.
    private func index(above sequence: Int64) -> Int {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].lowerBound <= sequence { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
