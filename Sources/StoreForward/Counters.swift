/// The numbers of the ledger that cannot be told from the rows.
///
/// They change rarely: what is delivered is not among them,
/// it is what is left of the consecutive sequences.
struct Counters: Equatable {
    /// The columns of the table `ledger`, in its order.
    enum Column: String, CaseIterable {
        case evictedSize = "evicted_size"
        case evictedAge = "evicted_age"
        case evictedDisk = "evicted_disk"
        case damaged
        case dropped
        case unknown
        /// Of the evicted, damaged and dropped, how many had no sequence yet.
        case undatedLost = "undated_lost"
        case resentRequested = "resent_requested"
        case resentDelivered = "resent_delivered"
        /// Up to which sequence numbers may have been given out; 0 where every number is on disk before it is given.
        case reserved
        /// In which boot that was written; 0 where numbers may have been used without a trace.
        case reservedBoot = "reserved_boot"
        /// The highest stamp that was ever given, where no row has it.
        case stamp
        /// The last good time, where no row has it.
        case goodTime = "good_time"
    }

    private var values = [Int64](repeating: 0, count: Column.allCases.count)

    /// All numbers are 0, and there was no stamp.
    init() {
        self[.stamp] = .min
        self[.goodTime] = .min
    }

    /// Takes the columns of a row and its checksum; nil when they do not fit.
    init?(_ numbers: [Int64]) {
        guard numbers.count == values.count + 1 else { return nil }
        values = Array(numbers.dropLast())
        guard numbers.last == checksum else { return nil }
    }

    subscript(column: Column) -> Int64 {
        get { values[Self.index[column] ?? 0] }
        set { values[Self.index[column] ?? 0] = newValue }
    }

    /// The row, with its checksum as the last column.
    var numbers: [Int64] { values + [checksum] }

    /// What another connection wrote, with what was counted here since `before` and is not written yet.
    func rebased(from before: Counters, onto written: Counters) -> Counters {
        var result = written
        for column in Column.allCases {
            switch column {
            case .reserved, .stamp, .goodTime: result[column] = max(written[column], self[column])
            case .reservedBoot: result[column] = self[column]
            default: result[column] += self[column] - before[column]
            }
        }
        return result
    }

    private var checksum: Int64 {
        var sum = Checksum()
        for value in values { sum.add(value) }
        return Int64(sum.value)
    }

    private static let index = Dictionary(
        uniqueKeysWithValues: Column.allCases.enumerated().map { ($1, $0) }
    )
}
