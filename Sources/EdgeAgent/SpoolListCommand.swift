import ArgumentParser
import EdgeAgentCore
import StoreForward

/// `edge-agent spool list`: the messages without their bytes.
struct SpoolListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the messages in the store, oldest first.",
        discussion: """
            One line a message: its sequence, its timestamp, its state and its size. States are waiting, refused with \
            the broker's reason code, delivered (kept to be sent again), resend, damaged, undated (read before the clock \
            was set) and imported.
            """)

    @OptionGroup var spool: SpoolOption

    @Option(help: ArgumentHelp("List no more than the first so many.", valueName: "count"))
    var limit = Int.max

    @Flag(help: "Write one JSON object a line.")
    var json = false

    func run() async throws {
        try await Terminal.endingSpool {
            var rest = limit
            try spool.open().forEach { entry in
                guard rest > 0 else { return }
                rest -= 1
                let record = SpoolRecord(entry, withPayload: false)
                Terminal.say(json ? (try? record.line()) ?? "" : Self.text(record))
            }
        }
    }

    private static func text(_ record: SpoolRecord) -> String {
        let sequence = record.sequence.map(String.init) ?? "-"
        let state = record.reason.map { "refused \($0)" } ?? record.state
        return padded(sequence, 9) + padded(record.time ?? record.stamp.map(String.init) ?? "-", 22)
            + padded(state, 13) + "\(record.bytes ?? 0) bytes"
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.utf8.count))
    }
}

/// `edge-agent spool export`: the messages with their bytes.
struct SpoolExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the messages in the store to standard output, one JSON object a line.",
        discussion: """
            With sequence, timestamp (stamp, UTC seconds since 1970), state and the exact bytes: payload where they are \
            UTF-8, payload_base64 otherwise. Nothing is taken out of the store. edge-agent spool import reads it.
            """)

    @OptionGroup var spool: SpoolOption

    func run() async throws {
        try await Terminal.endingSpool {
            try spool.open().forEach { entry in
                if let line = try? SpoolRecord(entry, withPayload: true).line() { Terminal.say(line) }
            }
        }
    }
}
