import Glibc

/// The pages of a database as they would be after its log was written back, damaged as they may be.
final class DatabaseImage {
    let pageSize: Int
    /// How many pages there should be, by whoever says the most.
    let pageCount: Int
    private let database: Int32
    private let logFile: Int32
    private let log: WriteAheadLog?

    /// Opens a database and its log for reading; either may be missing.
    init(_ path: String, action: String) throws(SpoolFailure) {
        log = WriteAheadLog(path + "-wal")
        logFile = open(path + "-wal", O_RDONLY | O_CLOEXEC)
        database = open(path, O_RDONLY | O_CLOEXEC)
        guard database >= 0 || logFile >= 0 else { throw SpoolFailure(system: errno, action: action, path: path) }
        let size = FileStatus(path).size
        let header = WriteAheadLog.read(database, at: 0, count: 100)
        pageSize = log?.pageSize ?? Self.pageSize(header)
        let told = header.count == 100 ? Int(header.word(28)) : 0
        let limit = size / pageSize + (log?.images.count ?? 0) + 1_000_000
        pageCount = max(log?.pageCount ?? 0, (size + pageSize - 1) / pageSize, told <= limit ? told : 0)
    }

    deinit {
        if database >= 0 { close(database) }
        if logFile >= 0 { close(logFile) }
    }

    /// How many images of pages in the log cannot be read.
    var brokenFrames: Int { log?.brokenFrames ?? 0 }

    /// A page by its number, counted from 1; nil where the files do not have all of it.
    func page(_ number: Int) -> [UInt8]? {
        guard number >= 1, number <= pageCount else { return nil }
        let bytes: ArraySlice<UInt8>
        if let offset = log?.images[number] {
            bytes = WriteAheadLog.read(logFile, at: offset, count: pageSize)
        } else {
            bytes = WriteAheadLog.read(database, at: (number - 1) * pageSize, count: pageSize)
        }
        return bytes.count == pageSize ? Array(bytes) : nil
    }

    /// The pages that the database does not use: what lies on them was deleted.
    func freePages() -> Set<Int> {
        var free: Set<Int> = []
        guard let first = page(1) else { return free }
        var trunk = Int(first[...].word(32))
        while trunk != 0, !free.contains(trunk), let page = page(trunk) {
            free.insert(trunk)
            let count = Int(page[...].word(4))
            guard count <= pageSize / 4 - 2 else { break }
            for index in 0..<count { free.insert(Int(page[...].word(8 + 4 * index))) }
            trunk = Int(page[...].word(0))
        }
        return free
    }

    private static func pageSize(_ header: ArraySlice<UInt8>) -> Int {
        guard header.count == 100 else { return SpoolSchema.pageSize }
        let size = Int(header.word(16) >> 16)
        return size >= 512 && size & (size - 1) == 0 ? size : SpoolSchema.pageSize
    }
}
