import TelemetryContract

/// A message in a form that a person reads at a glance, with the figures of the bus and the spool beside it.
enum Display {
    static func text(of payload: [UInt8], number: Int, agentLog: String) -> String {
        guard let message = try? TelemetryMessage(decoding: payload) else {
            return "#\(number)  \(payload.count) bytes that are no telemetry message"
        }
        let readings = message.readings.map { "\($0.code) \($0.value) \($0.unit)" }
        var lines = ["#\(number)  \(message.timestamp)  \(readings.count) readings, \(payload.count) bytes"]
        for start in stride(from: 0, to: readings.count, by: 4) {
            let row = readings[start..<min(start + 4, readings.count)]
            lines.append("    " + row.map { padded($0, to: 22) }.joined())
        }
        if let figures = cycleFigures(in: agentLog) { lines.append("    " + figures) }
        return lines.joined(separator: "\n")
    }

    /// The figures of the agent's last `cycle` line.
    private static func cycleFigures(in log: String) -> String? {
        guard let line = log.split(separator: "\n").last(where: { $0.contains(" cycle ") }) else { return nil }
        var figures: [Substring: Substring] = [:]
        for word in line.split(separator: " ") {
            let parts = word.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { figures[parts[0]] = parts[1] }
        }
        guard let read = figures["read"], let failed = figures["failed"], let requests = figures["requests"],
            let time = figures["milliseconds"].flatMap({ Double($0) }), let backlog = figures["backlog"]
        else { return nil }
        return "bus: \(requests) requests in \(Int(time.rounded())) ms, \(read) read, \(failed) failed"
            + "   spool: \(backlog) older messages waiting"
    }

    private static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(width - text.count, 2))
    }
}
