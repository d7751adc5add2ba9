internal import BrokerLink
internal import ExactArithmetic
internal import StoreForward
internal import TelemetryContract

/// What is known of the gateway at a moment, for whoever watches it from afar.
struct GatewayFacts: Sendable {
    /// Whether the wall clock is believed; nil before it was looked at.
    var clock: ClockState?
    /// By how many seconds the last stamp is ahead of a clock that was set back.
    var stampsAhead: Int64 = 0
    /// What is known of the lines, in the order of the configuration.
    var lines: [LineFacts] = []
    /// What became of all messages; nil before the spool was asked.
    var ledger: Ledger?
    /// When the oldest message that waits was read, in seconds since 1970.
    var oldestStamp: Int64?
    /// Whether the spool holds messages in memory because the disk takes none.
    var isInMemory = false
    /// The reasons for which the broker refuses messages.
    var refusals: [UInt8] = []
    /// How often the link came about in this run.
    var connects = 0
    /// When the gateway's certificate ends, in seconds since 1970.
    var certificateEnds: Int64 = 0
    /// The time since the agent was started.
    var uptime: Duration = .zero
    /// Memory that the machine has to spare, in bytes.
    var freeMemory = 0

    /// The lines that cannot be read.
    var failedLines: [LineFacts] { lines.filter { $0.failure != nil } }

    /// How many points could not be read in the last cycle of their line.
    var failedPoints: Int { lines.reduce(0) { $0 + $1.failedPoints } }

    /// The slaves that do not answer: `3,7`, or with their lines' names where there are several: `hall:3,roof:7`.
    var offlineSlaves: String {
        lines.flatMap { line in
            line.offlineSlaves.map { lines.count > 1 ? "\(line.name):\($0)" : "\($0)" }
        }.joined(separator: ",")
    }

    /// What has become worse: `3:loss,all:slow`, or `hall:3:loss` where there are several lines; nil where none is watched.
    var drift: String? {
        guard lines.contains(where: { $0.drifts != nil }) else { return nil }
        return lines.flatMap { line in
            (line.drifts ?? []).map { drift in
                let place = "\(drift.slave.map { "\($0)" } ?? "all"):\(drift.kind.rawValue)"
                return lines.count > 1 ? "\(line.name):\(place)" : place
            }
        }.joined(separator: ",")
    }

    /// Messages that were stored and will never arrive.
    var lost: Int {
        guard let ledger else { return 0 }
        return ledger.evicted.total + ledger.damaged + ledger.dropped + ledger.unknown
    }

    /// What an operator would act on: a change of it is worth a message of its own.
    ///
    /// Figures that grow by themselves are not here, and of those that fall by themselves only the marks that they pass.
    func alarms(at now: Int64) -> Alarms {
        Alarms(
            clock: clock, isAhead: stampsAhead >= CycleClock.mostAhead, failedLines: failedLines.map(\.name),
            offlineSlaves: offlineSlaves, hasFailedPoints: failedPoints > 0, drift: drift ?? "", lost: lost,
            undated: (ledger?.undated ?? 0) > 0, isInMemory: isInMemory,
            refusals: refusals, isBehind: (backlogAge(at: now) ?? 0) > Self.behind,
            certificate: [90, 30, 7, 1, 0].filter { certificateDays(at: now) <= $0 }.count)
    }

    /// The state of everything that an operator would act on.
    struct Alarms: Sendable, Hashable {
        let clock: ClockState?
        let isAhead: Bool
        let failedLines: [String]
        let offlineSlaves: String
        let hasFailedPoints: Bool
        let drift: String
        let lost: Int
        let undated: Bool
        let isInMemory: Bool
        let refusals: [UInt8]
        let isBehind: Bool
        let certificate: Int
    }

    /// Seconds that a message may wait without anybody being told.
    private static let behind: Int64 = 900

    /// How old the oldest message that waits is, in seconds; nil where none waits or the time is not known.
    func backlogAge(at now: Int64) -> Int64? {
        guard let ledger, ledger.waiting > 0, clock?.isTrusted == true, let oldestStamp else { return nil }
        return max(now - oldestStamp, 0)
    }

    /// Whole days until the certificate ends; below zero when it has ended.
    func certificateDays(at now: Int64) -> Int {
        Int((Double(certificateEnds - now) / 86_400).rounded(.down))
    }

    /// The health members of the status message: contract/status.schema.json.
    func health(at now: Int64) -> Health {
        var health = Health()
        health.set("uptime_seconds", to: .whole(uptime.components.seconds))
        health.set("clock", to: .text(clock?.rawValue ?? "unknown"))
        health.set("stamps_ahead_seconds", to: .whole(stampsAhead))
        health.set("line", to: .text(failedLines.isEmpty ? "ok" : "failed"))
        health.set("slaves_offline", to: .text(offlineSlaves))
        health.set("points_failed", to: .whole(Int64(failedPoints)))
        if let drift { health.set("drift", to: .text(drift)) }
        if let ledger { Self.count(ledger, in: &health) }
        health.set("refusals", to: .text(Self.list(refusals)))
        if let age = backlogAge(at: now) { health.set("backlog_age_seconds", to: .whole(age)) }
        health.set("spool", to: .text(isInMemory ? "memory" : "ok"))
        health.set("reconnects", to: .whole(Int64(max(connects - 1, 0))))
        if clock?.isTrusted == true {
            health.set("certificate_days", to: .whole(Int64(certificateDays(at: now))))
        }
        health.set("memory_free_kib", to: .whole(Int64(freeMemory / 1024)))
        return health
    }

    /// Every accepted message in exactly one place: `accepted` is the sum of the seven that follow it.
    private static func count(_ ledger: Ledger, in health: inout Health) {
        health.set("accepted", to: .whole(Int64(ledger.accepted)))
        health.set("delivered", to: .whole(Int64(ledger.delivered)))
        health.set("waiting", to: .whole(Int64(ledger.waiting)))
        health.set("undated", to: .whole(Int64(ledger.undated)))
        health.set("evicted", to: .whole(Int64(ledger.evicted.total)))
        health.set("damaged", to: .whole(Int64(ledger.damaged)))
        health.set("dropped", to: .whole(Int64(ledger.dropped)))
        health.set("unknown", to: .whole(Int64(ledger.unknown)))
        health.set("refused", to: .whole(Int64(ledger.refused.values.reduce(0, +))))
        health.set("resent", to: .whole(Int64(ledger.resent.delivered)))
    }

    private static func list(_ numbers: [UInt8]) -> String { numbers.map(String.init).joined(separator: ",") }

    /// The same in one line, for `systemctl status`.
    func line(isConnected: Bool) -> String {
        var parts = [isConnected ? "linked" : "no link"]
        if let ledger { parts.append("\(ledger.waiting) waiting, \(ledger.delivered) delivered, \(lost) lost") }
        for line in failedLines {
            parts.append("\(lines.count > 1 ? "line \(line.name)" : "line") failed: \(line.failure ?? "")")
        }
        if !offlineSlaves.isEmpty { parts.append("slaves offline: \(offlineSlaves)") }
        if failedPoints > 0 { parts.append("\(failedPoints) points not read") }
        if let drift, !drift.isEmpty { parts.append("worse than measured: \(drift)") }
        if isInMemory { parts.append("the disk takes nothing") }
        if !refusals.isEmpty { parts.append("the broker refuses with \(Self.list(refusals))") }
        if let clock, !clock.isTrusted { parts.append("clock \(clock.rawValue), \(ledger?.undated ?? 0) cycles held") }
        return parts.joined(separator: "; ")
    }
}

extension Health.Value {
    /// A whole number.
    static func whole(_ number: Int64) -> Health.Value { .number(CanonicalNumber(counted: ExactDecimal(number))) }
}
