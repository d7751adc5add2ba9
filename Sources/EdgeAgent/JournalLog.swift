import EdgeAgentCore
import Glibc
import Logging

/// Writes the log to standard error, as systemd's journal or a person reads it.
///
/// Under systemd a line begins with its priority, `<4>`, and bears no time, because the journal has both. Elsewhere it
/// begins with the time in UTC and the level.
struct JournalLog: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    private let isJournal = getenv("JOURNAL_STREAM") != nil

    init(logLevel: Logger.Level) { self.logLevel = logLevel }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let time = WallClock.system.now().utc
        let head = isJournal ? "<\(event.level.journalPriority)>" : "\(time) \(event.level.rawValue) "
        let merged = metadata.merging(event.metadata ?? [:]) { $1 }
        let tail = merged.sorted { $0.key < $1.key }.map { " \($0.key)=\(Self.quoted("\($0.value)"))" }.joined()
        Terminal.write("\(head)\(event.message)\(tail)\n", to: STDERR_FILENO)
    }

    /// Values with spaces are quoted, and a line break never makes two lines of one.
    private static func quoted(_ value: String) -> String {
        guard value.utf8.contains(where: { $0 <= 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "=") }) else {
            return value
        }
        var text = "\""
        for character in value.unicodeScalars {
            switch character {
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(character)
            }
        }
        return text + "\""
    }
}

extension Logger.Level {
    /// The priority of syslog(3) that the journal files a line under.
    fileprivate var journalPriority: Int {
        switch self {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}
