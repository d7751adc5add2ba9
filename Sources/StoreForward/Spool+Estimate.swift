extension Spool {
    /// What one message costs on disk, for telling how many days a spool holds.
    ///
    /// It follows SQLite's file format for pages filled in order, as appending does: a message's row, the page shared
    /// with its neighbours, and the pages of its own where it is larger than one.
    public static func estimatedBytes(payload: Int) -> Int {
        estimatedBytes(payload: payload, pageSize: SpoolSchema.pageSize)
    }

    static func estimatedBytes(payload: Int, pageSize page: Int) -> Int {
        // Each page costs its parent a pointer, a key and the cell's address.
        let leaf = page + 16
        // The header of the record (its own length, the sequence that is elsewhere, the kinds of the other five), the
        // stamp, the checksum and the payload; around it its size, a sequence below two million and the cell's address.
        let record = 6 + varintBytes(12 + 2 * payload) + 4 + 6 + payload
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
