import Glibc

/// SQLite's write-ahead log, read past SQLite; https://sqlite.org/fileformat2.html#walformat.
///
/// SQLite takes the log up to its first broken frame and says nothing of the rest. Here each frame is judged by itself,
/// so that damage is noticed, and what lies behind it can still be read.
struct WriteAheadLog {
    /// The bytes of a page, by the log's header.
    let pageSize: Int
    /// Where the newest image of each page begins in the log, over all frames that are whole, up to the last commit.
    private(set) var images: [Int: Int] = [:]
    /// How many pages the database had after the last commit; 0 where there is none.
    private(set) var pageCount = 0
    /// Whether frames are broken or missing before another commit: what SQLite would not say.
    private(set) var isDamaged = false

    /// How many frames of this log cannot be read; each held the newest image of a page, mostly one message more.
    private(set) var brokenFrames = 0

    private static let headerBytes = 32
    private static let frameHeaderBytes = 24

    /// Reads a log; nil where there is none, or nothing that could be one.
    init?(_ path: String) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let header = Self.read(descriptor, at: 0, count: Self.headerBytes + Self.frameHeaderBytes)
        guard header.count == Self.headerBytes + Self.frameHeaderBytes else { return nil }
        let order = WordOrder(magic: header.word(0))
        var sum = RunningSum(order ?? .native)
        sum.add(header[0..<24])
        let isHeaderWhole =
            order != nil && sum.first == header.word(24) && sum.second == header.word(28)
            && header.word(4) == 3_007_000
        let size = Int(header.word(8))
        pageSize = size >= 512 && size <= 65_536 && size & (size - 1) == 0 ? size : SpoolSchema.pageSize
        // The first frame is always of the newest generation, so that it tells the salts where the header cannot.
        let salts = isHeaderWhole ? (header.word(16), header.word(20)) : (header.word(40), header.word(44))
        if !isHeaderWhole { sum = RunningSum(order ?? .native) }
        readFrames(descriptor, salts: salts, sum: sum, isSumKnown: isHeaderWhole)
    }

    private mutating func readFrames(
        _ descriptor: Int32, salts: (UInt32, UInt32), sum: RunningSum, isSumKnown: Bool
    ) {
        var sum = sum
        var isSumKnown = isSumKnown
        var isBroken = !isSumKnown
        var commitsBehind = 0
        var uncommitted: [Int: Int] = [:]
        var offset = Self.headerBytes
        while true {
            let frame = Self.read(descriptor, at: offset, count: Self.frameHeaderBytes + pageSize)
            guard frame.count == Self.frameHeaderBytes + pageSize else { break }
            defer { offset += frame.count }
            let isOfThisLog = (frame.word(8), frame.word(12)) == salts
            // A frame's sum begins with the sum that stands in the frame before.
            var own = sum
            own.add(frame[0..<8])
            own.add(frame[24...])
            let isWhole = isOfThisLog && own.first == frame.word(16) && own.second == frame.word(20)
            sum.set(frame.word(16), frame.word(20))
            defer { isSumKnown = true }
            guard isWhole || (isOfThisLog && !isSumKnown) else {
                isBroken = true
                guard isOfThisLog else { continue }
                brokenFrames += 1
                if frame.word(4) != 0 { commitsBehind += 1 }
                continue
            }
            uncommitted[Int(frame.word(0))] = offset + Self.frameHeaderBytes
            guard frame.word(4) != 0 else { continue }
            if isBroken { commitsBehind += 1 }
            pageCount = Int(frame.word(4))
            images.merge(uncommitted) { $1 }
            uncommitted = [:]
        }
        // One commit behind the break may be the one that a power cut tore: nobody was told that it is on disk.
        isDamaged = commitsBehind > 1
    }

    static func read(_ descriptor: Int32, at offset: Int, count: Int) -> ArraySlice<UInt8> {
        var bytes = [UInt8](repeating: 0, count: count)
        let got = pread(descriptor, &bytes, count, off_t(offset))
        return bytes.prefix(max(0, got))
    }
}

/// In which order the words of a log are summed.
private enum WordOrder {
    case big
    case little

    /// The order in which this machine would have written a log.
    static var native: WordOrder { UInt16(1).littleEndian == 1 ? .little : .big }

    init?(magic: UInt32) {
        switch magic {
        case 0x377f_0683: self = .big
        case 0x377f_0682: self = .little
        default: return nil
        }
    }
}

/// The log's own checksum.
private struct RunningSum {
    private(set) var first: UInt32 = 0
    private(set) var second: UInt32 = 0
    private let order: WordOrder

    init(_ order: WordOrder) { self.order = order }

    mutating func set(_ first: UInt32, _ second: UInt32) {
        (self.first, self.second) = (first, second)
    }

    mutating func add(_ bytes: ArraySlice<UInt8>) {
        var (a, b) = (first, second)
        bytes.withUnsafeBytes { bytes in
            for offset in stride(from: 0, to: bytes.count - 7, by: 8) {
                a &+= word(bytes, offset) &+ b
                b &+= word(bytes, offset + 4) &+ a
            }
        }
        (first, second) = (a, b)
    }

    private func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
        let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
        return order == .big ? UInt32(bigEndian: word) : UInt32(littleEndian: word)
    }
}

extension ArraySlice<UInt8> {
    /// Four bytes from an offset, the highest first.
    func word(_ offset: Int) -> UInt32 {
        self[startIndex + offset..<startIndex + offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
