/// The rows on one leaf page of a table, read past SQLite; https://sqlite.org/fileformat2.html#b_tree_pages.
///
/// Nothing on the page is believed: every number is held against the page's bounds.
struct TableLeaf {
    /// A row: its number, and its columns from the first on.
    struct Row {
        let number: Int64
        let columns: [Column]
    }

    /// What a column holds, as far as a spool uses it.
    enum Column: Equatable {
        case null
        case integer(Int64)
        case blob([UInt8])
        case other
    }

    /// The rows that could be read, in the page's order.
    private(set) var rows: [Row] = []
    /// How many cells could not.
    private(set) var lost = 0

    /// Whether a page says that it is a leaf of a table.
    static func isLeaf(_ page: [UInt8], number: Int) -> Bool {
        let start = number == 1 ? 100 : 0
        return page[start] == 0x0d && Int(page[...].half(start + 3)) <= page.count / 4
    }

    /// Whether a page says that it is an inner node of a table.
    static func isInner(_ page: [UInt8], number: Int) -> Bool {
        page[number == 1 ? 100 : 0] == 0x05
    }

    /// Reads a leaf; `overflow` gives the pages on which a long row goes on.
    init(_ page: [UInt8], number: Int, overflow: (Int) -> [UInt8]?) {
        let start = number == 1 ? 100 : 0
        let count = Int(page[...].half(start + 3))
        for index in 0..<count {
            let pointer = start + 8 + 2 * index
            guard pointer + 2 <= page.count else { break }
            read(page, at: Int(page[...].half(pointer)), overflow)
        }
    }

    private mutating func read(_ page: [UInt8], at offset: Int, _ overflow: (Int) -> [UInt8]?) {
        var reader = ByteReader(page[...].dropFirst(offset))
        guard let told = reader.varint(), let number = reader.varint(), number > 0 else { return lost += 1 }
        guard told > 0, told < 1 << 26 else { return lost += 1 }
        let length = Int(told)
        // How much of a row stays on its page: the format's numbers U, X, M and K.
        let most = page.count - 35
        let least = (page.count - 12) * 32 / 255 - 23
        let fitting = least + (length - least) % (page.count - 4)
        let local = length <= most ? length : fitting <= most ? fitting : least
        guard var record = reader.bytes(local) else { return lost += 1 }
        if local < length {
            guard let first = reader.bytes(4) else { return lost += 1 }
            var next = Int(first[...].word(0))
            while record.count < length {
                guard let more = overflow(next) else { return lost += 1 }
                record += more[4...].prefix(length - record.count)
                next = Int(more[...].word(0))
            }
        }
        guard let columns = Self.columns(record) else { return lost += 1 }
        rows.append(Row(number: number, columns: columns))
    }

    private static func columns(_ record: [UInt8]) -> [Column]? {
        var header = ByteReader(record[...])
        guard let length = header.varint(), length >= 1, length <= record.count else { return nil }
        var body = ByteReader(record[...].dropFirst(Int(length)))
        var columns: [Column] = []
        while header.position < Int(length) {
            guard let kind = header.varint() else { return nil }
            switch kind {
            case 0: columns.append(.null)
            case 1...6:
                let width = kind < 5 ? Int(kind) : kind == 5 ? 6 : 8
                guard let bytes = body.bytes(width) else { return nil }
                let first = Int64(Int8(bitPattern: bytes[0]))
                columns.append(.integer(bytes.dropFirst().reduce(first) { $0 << 8 | Int64($1) }))
            case 8: columns.append(.integer(0))
            case 9: columns.append(.integer(1))
            case 12... where kind % 2 == 0:
                guard let bytes = body.bytes((Int(clamping: kind) - 12) / 2) else { return nil }
                columns.append(.blob(bytes))
            case 7, 13...:
                guard body.bytes(kind == 7 ? 8 : (Int(clamping: kind) - 13) / 2) != nil else { return nil }
                columns.append(.other)
            default: return nil
            }
        }
        return columns
    }
}

/// Takes bytes from the front of a slice; nil where it has no more.
private struct ByteReader {
    private var rest: ArraySlice<UInt8>
    private let count: Int

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
        count = bytes.count
    }

    /// How many bytes were taken.
    var position: Int { count - rest.count }

    /// SQLite's number of one to nine bytes.
    mutating func varint() -> Int64? {
        var value: UInt64 = 0
        for index in 0..<9 {
            guard let byte = rest.popFirst() else { return nil }
            if index == 8 { return Int64(bitPattern: value << 8 | UInt64(byte)) }
            value = value << 7 | UInt64(byte & 0x7f)
            if byte & 0x80 == 0 { return Int64(bitPattern: value) }
        }
        return nil
    }

    mutating func bytes(_ count: Int) -> [UInt8]? {
        guard count >= 0, count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }
}

extension ArraySlice<UInt8> {
    /// Two bytes from an offset, the higher first.
    fileprivate func half(_ offset: Int) -> UInt16 {
        UInt16(self[startIndex + offset]) << 8 | UInt16(self[startIndex + offset + 1])
    }
}
