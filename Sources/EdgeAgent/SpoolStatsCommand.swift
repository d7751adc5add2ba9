import ArgumentParser
import EdgeAgentCore
import FoundationEssentials
import StoreForward
import TelemetryContract

/// `edge-agent spool stats`: the ledger.
struct SpoolStatsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Show what became of every message that was ever stored.",
        discussion: "Every accepted message is in exactly one of the lines below it, so that they add up to it.")

    @OptionGroup var spool: SpoolOption

    @Flag(help: "Write the result as JSON to standard output.")
    var json = false

    func run() async throws {
        try await Terminal.endingSpool {
            let visit = try spool.open()
            var oldest: Int64?
            try visit.forEach { entry in
                if oldest == nil, entry.state.isWaiting { oldest = entry.stamp }
            }
            let statistics = Statistics(visit, oldest: oldest)
            Terminal.say(json ? try statistics.asJSON : statistics.asText)
        }
    }
}

/// The ledger in the form in which it is shown.
private struct Statistics: Encodable {
    let accepted: Int
    let delivered: Int
    let waiting: Int
    let undated: Int
    let evicted: [String: Int]
    let damaged: Int
    let dropped: Int
    let unknown: Int
    let refused: [String: Int]
    let kept: Int
    let resent: [String: Int]
    let payloadBytes: Int
    let fileBytes: Int
    let oldestWaiting: Int64?

    init(_ visit: SpoolVisit, oldest: Int64?) {
        let ledger = visit.ledger
        accepted = ledger.accepted
        delivered = ledger.delivered
        waiting = ledger.waiting
        undated = ledger.undated
        evicted = ["size": ledger.evicted.size, "age": ledger.evicted.age, "disk": ledger.evicted.disk]
        damaged = ledger.damaged
        dropped = ledger.dropped
        unknown = ledger.unknown
        refused = Dictionary(uniqueKeysWithValues: ledger.refused.map { ("\($0)", $1) })
        kept = ledger.kept
        resent = [
            "requested": ledger.resent.requested, "delivered": ledger.resent.delivered,
            "waiting": ledger.resent.waiting,
        ]
        payloadBytes = visit.payloadBytes
        fileBytes = visit.fileBytes
        oldestWaiting = oldest
    }

    var asJSON: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            encoder.keyEncodingStrategy = .convertToSnakeCase
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    var asText: String {
        let causes = [("size", "too many bytes"), ("age", "too old"), ("disk", "too little free disk")]
            .compactMap { key, words in evicted[key].flatMap { $0 > 0 ? "\($0) \(words)" : nil } }
        let reasons = refused.sorted { $0.key < $1.key }.map { "\($1) refused with reason \($0)" }
        let oldest = oldestWaiting.flatMap { UTCSecond(secondsSince1970: $0) }
        let since = oldest.map { ["the oldest of \($0)"] } ?? []
        var lines = [
            Self.line("accepted", accepted),
            Self.line("  delivered", delivered, kept > 0 ? ["\(kept) kept"] : []),
            Self.line("  waiting", waiting, since + reasons),
            Self.line("  undated", undated),
            Self.line("  evicted", evicted.values.reduce(0, +), causes),
            Self.line("  damaged", damaged),
            Self.line("  dropped from memory", dropped),
            Self.line("  unknown after a crash", unknown),
        ]
        if let requested = resent["requested"], requested > 0 {
            lines.append(
                Self.line(
                    "asked for again", requested,
                    ["\(resent["delivered"] ?? 0) delivered again", "\(resent["waiting"] ?? 0) waiting"]))
        }
        lines.append("on disk                  \(fileBytes) bytes, of it \(payloadBytes) of waiting messages")
        return lines.joined(separator: "\n")
    }

    private static func line(_ name: String, _ number: Int, _ notes: [String] = []) -> String {
        let padded = name + String(repeating: " ", count: max(1, 25 - name.utf8.count))
        return padded + "\(number)" + (notes.isEmpty ? "" : ", \(notes.joined(separator: ", "))")
    }
}

extension SpoolVisit.State {
    /// Whether the broker has still to take the message.
    var isWaiting: Bool {
        switch self {
        case .waiting, .refused, .imported: true
        default: false
        }
    }
}
