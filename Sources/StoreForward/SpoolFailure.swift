/// What went wrong in a spool, doing what, to which file, and what to do next.
public struct SpoolFailure: Error, Equatable, Sendable {
    /// What went wrong, for a caller that has to choose.
    public let kind: Kind
    /// The code of the library or the system that reported it, where one did.
    public let code: Code?
    /// What was being done, as in "appending a message".
    public let action: String
    /// The file or folder that it was done to.
    public let path: String
    /// The words of whoever reported it.
    public let detail: String

    init(_ kind: Kind, code: Code? = nil, action: String, path: String, detail: String) {
        self.kind = kind
        self.code = code
        self.action = action
        self.path = path
        self.detail = detail
    }
}

extension SpoolFailure {
    /// What went wrong.
    @nonexhaustive public enum Kind: Equatable, Sendable {
        /// The file is not a spool: it is no SQLite database, or one of another program.
        case notOurs
        /// The spool was written by a later release; the number is that of its schema.
        case newerVersion(found: Int)
        /// The spool was written by an earlier release, and only the agent may bring it to this one's schema.
        case olderVersion(found: Int)
        /// Another process, or another spool of this one, has the file open.
        case inUse
        /// The folder that should hold the spool does not exist or is not a folder.
        case directoryMissing
        /// There is no spool to look into.
        case fileMissing
        /// The system forbids this user to open the file or to make it.
        case notPermitted
        /// The file system has no room left.
        case diskFull
        /// The file system or the file can only be read.
        case readOnly
        /// The disk or the driver failed.
        case ioError
        /// The file is damaged.
        case corrupt
        /// The stamp is not above the last one.
        case stampNotIncreasing(last: Int64, given: Int64)
        /// What is imported is more than fits without something being evicted.
        case noRoom
        /// The payload is empty, or alone larger than the spool may be.
        case payloadSize(bytes: Int)
        /// The spool was closed before.
        case closed
        /// SQLite reported something that should not happen; the code says what.
        case unexpected
    }

    /// How far the failure reaches, which decides what the caller does.
    public enum Scope: Equatable, Sendable {
        /// This one message was refused; the spool is well.
        case message
        /// The spool is of no use for now; go on without it and tell someone.
        case store
        /// Nothing will work until a person changes the configuration or the machine.
        case configuration
    }

    /// A code by its own name and number, so that it can be looked up.
    public struct Code: Equatable, Sendable, CustomStringConvertible {
        /// The name in SQLite's or the system's documentation, such as `SQLITE_IOERR_FSYNC` or `ENOENT`.
        public let name: String
        /// The number, with SQLite's extension where there is one.
        public let number: Int32

        /// The name and the number, as they are logged.
        public var description: String { "\(name) \(number)" }
    }
}

extension SpoolFailure {
    /// How far the failure reaches.
    public var scope: Scope {
        switch kind {
        case .stampNotIncreasing, .payloadSize, .noRoom: .message
        case .diskFull, .ioError, .corrupt, .readOnly, .closed, .unexpected: .store
        case .notOurs, .newerVersion, .olderVersion, .inUse, .directoryMissing, .fileMissing, .notPermitted:
            .configuration
        }
    }

    /// What to do next, in words for a person.
    public var advice: String {
        switch kind {
        case .notOurs: "name another file for the spool, or move this one away; it was not touched"
        case .newerVersion(let found):
            "install the release that wrote it (schema \(found), this one knows \(SpoolSchema.version)); it was not touched"
        case .olderVersion: "start the agent once: it brings the file to its schema, and every message stays"
        case .inUse: "stop the other process, or give each its own spool"
        case .directoryMissing: "make the folder, owned by the user that the agent runs as"
        case .fileMissing: "check the path; the agent makes the spool when it first runs"
        case .notPermitted: "give the folder and the file to the user that the agent runs as"
        case .diskFull: "free some space or lower the limit of the spool; what it holds is safe"
        case .readOnly: "remount the file system for writing; after an error the kernel remounts it read-only by itself"
        case .ioError: "check the disk and the kernel's log; an SD card that fails once is near its end"
        case .corrupt: "nothing to do at once: it is put aside and what can be read of it is kept; look after the disk"
        case .stampNotIncreasing(let last, _): "give a stamp above \(last)"
        case .noRoom: "raise spool.max_bytes, or import fewer at a time while the agent sends; nothing was taken"
        case .payloadSize: "give at least one byte, and less than the limit of the spool"
        case .closed: "open the spool again"
        case .unexpected: "report it with its code"
        }
    }
}

extension SpoolFailure: CustomStringConvertible {
    /// One line for the log: what was being done, where, why it failed and what to do.
    public var description: String {
        let source = code.map { " (\($0))" } ?? ""
        return "\(action) failed at \(path): \(detail)\(source); \(advice)"
    }
}
