import WriteRecorder

/// What SQLite did to the files of a spool, in order, and what a power cut between any two of these steps can leave.
///
/// What was not synced may be there, may be missing, may be there in part (by sectors of 512 bytes), in any mixture.
struct Recording {
    struct Event {
        let kind: UInt32
        let name: String
        let offset: Int
        let size: Int
        let bytes: [UInt8]
    }

    /// How much of what was not synced is there after the cut.
    enum Remainder: Equatable {
        case nothing
        case everything
        case some(seed: UInt64)
    }

    /// The files before the first event, all of them safe.
    let before: [String: [UInt8]]
    private(set) var events: [Event] = []

    /// Takes over what a watch has recorded, and ends it.
    init(before: [String: [UInt8]], watch: Int32, folder: String) {
        self.before = before
        for index in 0..<recorder_count(watch) {
            let event = recorder_event_at(watch, index)
            let path = String(cString: event.path)
            events.append(
                Event(
                    kind: UInt32(event.kind), name: String(path.dropFirst(folder.utf8.count + 1)),
                    offset: Int(event.offset), size: Int(event.size),
                    bytes: event.bytes.map { Array(UnsafeBufferPointer(start: $0, count: Int(event.size))) } ?? []))
        }
        recorder_forget(watch)
    }

    /// How often a file was synced, and how many bytes were written.
    var cost: (syncs: Int, bytes: Int) {
        (
            events.count { $0.kind == RECORDER_SYNC.rawValue },
            events.reduce(0) { $0 + ($1.kind == RECORDER_WRITE.rawValue ? $1.size : 0) }
        )
    }

    /// Calls `body` for every cut point with the files as the cut may leave them, once for each remainder.
    func forEachCut(
        _ remainders: (Int) -> [Remainder], _ body: (Int, Remainder, [String: [UInt8]]) throws -> Void
    ) rethrows {
        var safe = before
        var pending: [String: [Event]] = [:]
        for cut in 0...events.count {
            for remainder in remainders(cut) {
                var files = safe
                var random = SplitMix(state: 0)
                if case .some(let seed) = remainder { random = SplitMix(state: seed) }
                for (name, events) in pending.sorted(by: { $0.key < $1.key }) where remainder != .nothing {
                    for event in events {
                        Self.apply(
                            event, to: &files, torn: remainder == .everything ? nil : { Bool.random(using: &random) })
                    }
                    _ = name
                }
                try body(cut, remainder, files)
            }
            guard cut < events.count else { break }
            let event = events[cut]
            switch event.kind {
            case RECORDER_SYNC.rawValue:
                for event in pending[event.name] ?? [] { Self.apply(event, to: &safe, torn: nil) }
                pending[event.name] = nil
            // SQLite syncs the folder with it.
            case RECORDER_DELETE.rawValue where event.size != 0:
                safe[event.name] = nil
                pending[event.name] = nil
            default: pending[event.name, default: []].append(event)
            }
        }
    }

    /// Does what an event did; `torn` says of each sector, or of the whole step, whether it reached the disk.
    private static func apply(_ event: Event, to files: inout [String: [UInt8]], torn: (() -> Bool)?) {
        switch event.kind {
        case RECORDER_CREATE.rawValue: if files[event.name] == nil { files[event.name] = [] }
        case RECORDER_DELETE.rawValue: if torn?() ?? true { files[event.name] = nil }
        case RECORDER_TRUNCATE.rawValue:
            guard torn?() ?? true, var bytes = files[event.name] else { return }
            bytes.removeLast(max(0, bytes.count - event.size))
            files[event.name] = bytes
        default:
            guard torn?() ?? true else { return }
            var bytes = files[event.name] ?? []
            if bytes.count < event.offset + event.size {
                bytes += [UInt8](repeating: 0, count: event.offset + event.size - bytes.count)
            }
            var start = 0
            while start < event.size {
                // Up to the next sector of the file.
                let end = min(event.size, start + 512 - (event.offset + start) % 512)
                if torn?() ?? true {
                    bytes.replaceSubrange(event.offset + start..<event.offset + end, with: event.bytes[start..<end])
                }
                start = end
            }
            files[event.name] = bytes
        }
    }
}
