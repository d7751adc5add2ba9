import Glibc

/// A small file beside the spool that says what the broker took while the database could not be told so, and which
/// numbers were given meanwhile.
///
/// A full disk has no block to give, but those that a file has can still be overwritten: this one takes its blocks when
/// it is made, and never grows. Two places take turns. Each has a number that grows and a checksum, so that a write that
/// is torn leaves what the other place says, and each says all there is to say.
final class DeliveryNotes {
    /// Messages that follow each other in the order of their sequences, with the stamps of the first and the last.
    ///
    /// By the stamps it is known that the database holds these messages, and not others under the same numbers.
    struct Stretch: Equatable {
        var first: Int64
        var last: Int64
        var firstStamp: Int64
        var lastStamp: Int64
    }

    /// What was given to messages that the database did not take; 0 for nothing.
    struct Given: Equatable {
        /// The last sequence.
        var sequence: Int64 = 0
        /// The last stamp.
        var stamp: Int64 = 0
        /// The last sequence that the database had then: one that has less is another one.
        var stored: Int64 = 0
    }

    /// The bytes of the file, half of them for each place.
    static let bytes = 64 << 10
    private static let half = bytes / 2
    /// Says what the file is, and in what form: `EdSpNot1`.
    private static let signature: Int64 = 0x4564_5370_4e6f_7431
    /// Signature, number, what was given, and count stand before the stretches, and a checksum behind them.
    private static let head = 6
    /// Each stretch takes four words.
    static let most = (half / 8 - head - 1) / 4

    private let path: String
    private let descriptor: Int32
    private var number: Int64 = 0
    /// What the file says, as it was found or as it was written last.
    private(set) var stretches: [Stretch] = []
    private(set) var given = Given()
    /// Whether every byte has its block.
    private(set) var isAllocated = false

    /// Opens the file of a spool, or makes it; nil where that cannot be.
    ///
    /// Only the owner of the spool may, who has its lock.
    init?(spool path: String) {
        self.path = path
        descriptor = open(path + "-delivered", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return nil }
        let old = FileStatus(path)
        if geteuid() == 0, old.exists { _ = fchown(descriptor, old.owner, old.group) }
        let found = [0, Self.half].compactMap { Self.record(Self.read(descriptor, at: $0)) }
        if let newest = found.max(by: { $0.number < $1.number }) {
            (number, given, stretches) = newest
        }
        allocate()
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Sees to it that every byte has its block, where the file system has room for it.
    ///
    /// Bytes are written, and no room is only asked for: a block that was never written may need another one to be noted.
    func allocate() {
        guard !isAllocated else { return }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return }
        isAllocated = status.st_size >= off_t(Self.bytes) && Int(status.st_blocks) * 512 >= Self.bytes
        guard !isAllocated else { return }
        // What is there is written again as it is.
        var bytes = [UInt8](repeating: 0, count: Self.bytes)
        guard pread(descriptor, &bytes, bytes.count, 0) >= 0 else { return }
        guard pwrite(descriptor, bytes, bytes.count, 0) == bytes.count, fdatasync(descriptor) == 0 else { return }
        try? FileStatus.syncFolder(of: path, action: "making a file for deliveries")
        isAllocated = true
    }

    /// Says this instead of what was said before, synced; false where the disk does not even take that.
    ///
    /// Of more stretches than there is room for the longest are kept.
    @discardableResult
    func write(_ stretches: [Stretch], given: Given) -> Bool {
        var kept = stretches
        if kept.count > Self.most {
            kept.sort { $0.last - $0.first > $1.last - $1.first }
            kept.removeLast(kept.count - Self.most)
        }
        let bytes = Self.bytes(of: kept, given: given, number: number + 1)
        // The place that says what is older.
        let place = off_t(((number + 1) & 1) * Int64(Self.half))
        guard pwrite(descriptor, bytes, bytes.count, place) == bytes.count, fdatasync(descriptor) == 0 else {
            return false
        }
        number += 1
        self.stretches = kept
        self.given = given
        return true
    }

    // MARK: - Bytes

    private static func bytes(of stretches: [Stretch], given: Given, number: Int64) -> [UInt8] {
        var words = [signature, number, given.sequence, given.stamp, given.stored, Int64(stretches.count)]
        for stretch in stretches { words += [stretch.first, stretch.last, stretch.firstStamp, stretch.lastStamp] }
        words.append(checksum(words[...]))
        return words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }
    }

    private static func record(_ words: [Int64]) -> (number: Int64, given: Given, stretches: [Stretch])? {
        guard words.count > head, words[0] == signature, (0...Int64(most)).contains(words[head - 1]) else { return nil }
        let end = head + 4 * Int(words[head - 1])
        guard end < words.count, words[end] == checksum(words[..<end]) else { return nil }
        let stretches = stride(from: head, to: end, by: 4).map {
            Stretch(first: words[$0], last: words[$0 + 1], firstStamp: words[$0 + 2], lastStamp: words[$0 + 3])
        }
        return (words[1], Given(sequence: words[2], stamp: words[3], stored: words[4]), stretches)
    }

    /// The words of one place, as many as can be read.
    private static func read(_ descriptor: Int32, at offset: Int) -> [Int64] {
        var bytes = [UInt8](repeating: 0, count: half)
        let count = max(0, pread(descriptor, &bytes, half, off_t(offset)))
        return stride(from: 0, to: count - 7, by: 8).map { start in
            (0..<8).reduce(0) { $0 | Int64(bytes[start + $1]) << ($1 * 8) }
        }
    }

    private static func checksum(_ words: ArraySlice<Int64>) -> Int64 {
        var sum = Checksum()
        for word in words { sum.add(word) }
        return Int64(sum.value)
    }
}
