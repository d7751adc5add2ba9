import Glibc

/// Where a damaged file goes: beside the spool, under its name and the date, for whoever wants to look at it.
struct PutAside {
    /// How many are kept; beyond it the oldest is deleted, so that a dying card does not fill up with them.
    static let most = 4

    /// The name that the file will have.
    let path: String

    /// Names a file after the time of day, with a number where the clock says the same twice.
    init(for spool: String, at second: Int) {
        let name = "\(spool)-damaged-\(Self.text(second))"
        let last = Self.all(of: spool).last { $0.hasPrefix(name) }
        path = last.map { "\(name)-\(Self.number($0) + 1)" } ?? name
    }

    /// Takes a spool and its log out of the way.
    ///
    /// An empty file is nothing to keep.
    func take(_ spool: String, action: String) throws(SpoolFailure) {
        // The log first: beside another file it would be taken for that file's.
        if FileStatus(spool + "-wal").exists {
            try FileStatus.rename(spool + "-wal", to: path + "-wal", action: action)
        }
        unlink(spool + "-shm")
        if FileStatus(spool).size > 0 { try FileStatus.rename(spool, to: path, action: action) }
        // Also where the clock was set back, the newest is not the one to go.
        for old in Self.all(of: spool).filter({ $0 != path }).dropLast(Self.most - 1) {
            unlink(old)
            unlink(old + "-wal")
        }
    }

    /// The damaged files beside a spool, the oldest first.
    static func all(of spool: String) -> [String] {
        let folder = FileStatus.folder(of: spool)
        let prefix = (spool.split(separator: "/").last.map(String.init) ?? spool) + "-damaged-"
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: Set<String> = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.hasPrefix(prefix) else { continue }
            names.insert(name.hasSuffix("-wal") ? String(name.dropLast(4)) : name)
        }
        return names.sorted { (date($0), number($0)) < (date($1), number($1)) }.map { "\(folder)/\($0)" }
    }

    private static func date(_ name: String) -> Substring {
        let parts = name.split(separator: "-")
        return parts.last { $0.hasSuffix("Z") } ?? ""
    }

    /// The number behind the date, 1 where there is none.
    private static func number(_ path: String) -> Int {
        path.split(separator: "-").last.flatMap { Int($0) } ?? 1
    }

    /// The date as in `20261121T150501Z`, which no file system minds.
    private static func text(_ second: Int) -> String {
        var moment = time_t(second)
        var parts = tm()
        gmtime_r(&moment, &parts)
        let numbers = [parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec].map { number in
            number < 10 ? "0\(number)" : "\(number)"
        }
        return "\(parts.tm_year + 1_900)\(numbers[0])\(numbers[1])T\(numbers[2...].joined())Z"
    }
}
