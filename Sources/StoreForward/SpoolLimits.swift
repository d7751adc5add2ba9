/// How much a spool may hold before it evicts the oldest messages.
public struct SpoolLimits: Equatable, Sendable {
    /// The bytes of the messages as ``Spool/estimatedBytes(payload:)`` counts them.
    ///
    /// The log beside the file comes on top: 2 MiB as a rule, 4 MiB after a large removal. The file keeps the largest
    /// size it ever had, and uses it again.
    public let maxBytes: Int

    /// Makes limits; a message that alone is above them is refused, so a limit of zero refuses everything.
    public init(maxBytes: Int) {
        self.maxBytes = maxBytes
    }
}

extension Spool {
    /// What one message costs on disk, for telling how many days a spool holds.
    ///
    /// It follows SQLite's file format for pages filled in order, as appending does: a message's row, the page shared
    /// with its neighbours, and the pages of its own where it is larger than one.
    public static func estimatedBytes(payload: Int) -> Int {
        let page = SpoolSchema.pageSize
        // Each page costs its parent a pointer, a key and the cell's address.
        let leaf = page + 16
        // The header of the record (its own length, the sequence that is elsewhere, the kinds of stamp and payload), the
        // stamp and the payload; around it its size, a sequence below two million and the cell's address.
        let record = 3 + varintBytes(12 + 2 * payload) + 8 + payload
        let frame = varintBytes(record) + 3 + 2
        if record <= page - 35 {
            return roundedUp(leaf, by: max(1, (page - 8) / (record + frame)))
        }
        // Beyond that, SQLite keeps the beginning on the page and chains the rest; https://sqlite.org/fileformat2.html.
        let least = (page - 12) * 32 / 255 - 23
        let fitting = least + (record - least) % (page - 4)
        let local = fitting <= page - 35 ? fitting : least
        let chained = roundedUp(record - local, by: page - 4)
        return roundedUp(leaf, by: max(1, (page - 8) / (local + frame + 4))) + chained * page
    }

    /// SQLite writes seven bits of a number into a byte.
    private static func varintBytes(_ number: Int) -> Int {
        max(1, roundedUp(Int.bitWidth - number.leadingZeroBitCount, by: 7))
    }

    private static func roundedUp(_ dividend: Int, by divisor: Int) -> Int {
        (dividend + divisor - 1) / divisor
    }
}
