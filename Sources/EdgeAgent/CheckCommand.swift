import AgentConfiguration
import ArgumentParser
import EdgeAgentCore
import FoundationEssentials

/// `edge-agent check`: whether a configuration is right, and what it will cost.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a configuration and show what it will cost on the line, the link and the disk.",
        discussion: """
            Everything that is wrong is said at once, with its line. The files that the configuration names are read, \
            the port and the broker are not touched; with --connect the port is opened and the broker is knocked at, \
            step by step: name, TCP, handshake, welcome. The status says what kind of fault was found; edge-agent --help \
            lists them.
            """)

    @OptionGroup var configurationFile: ConfigurationOption

    @Flag(help: "Write the result as JSON to standard output.")
    var json = false

    @Flag(help: "Also open the serial port and connect to the broker.")
    var connect = false

    func run() async throws {
        try await Terminal.ending {
            let configuration = try configurationFile.load()
            let identity = try Identity(configuration)
            let summary = PlanSummary(configuration, mac: identity.mac)
            Terminal.say(json ? try asJSON(summary) : asText(summary, identity))
            if let fault = identity.fault(at: WallClock.system.now()) { throw fault }
            if connect {
                try await Trial(configuration, identity: identity).run { step in
                    if !json { Terminal.say(step) }
                }
            }
        }
    }

    private func asJSON(_ summary: PlanSummary) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return String(decoding: try encoder.encode(summary), as: UTF8.self)
    }

    private func asText(_ summary: PlanSummary, _ identity: Identity) -> String {
        var lines = ["\(configurationFile.path): ok, gateway \(identity.mac)"]
        for line in summary.lines {
            if summary.lines.count > 1 {
                lines.append(
                    "line \(line.name), \(line.place): \(requests(line.requests)), "
                        + "\(rounded(line.wireMilliseconds, 1)) ms on the wire")
            }
            lines += summary.slaves.filter { $0.line == line.name }.flatMap(text)
        }
        lines += [
            "requests per cycle   \(summary.requestsPerCycle)",
            "wire time per cycle  \(rounded(summary.wireMilliseconds, 1)) ms, and the slaves' own turnaround",
            "bytes a message      about \(summary.messageBytes)",
            "traffic              about \(rounded(summary.megabytesPerMonth, 2)) MB in 30 days",
            "spool                holds about \(rounded(summary.spoolDays, 0)) days without the broker",
        ]
        return lines.joined(separator: "\n")
    }

    /// The slave's requests, and one line below for each that has something to be said of.
    private func text(_ slave: PlanSummary.Slave) -> [String] {
        let head =
            "  slave \(slave.id): \(slave.points) points in \(requests(slave.requests.count)): "
            + slave.requests.joined(separator: ", ")
        return [head] + slave.reasons.filter { $0.contains(";") }.map { "    \($0)" }
    }

    private func requests(_ count: Int) -> String { "\(count) request\(count == 1 ? "" : "s")" }

    private func rounded(_ value: Double, _ places: Int) -> String {
        let factor = (0..<places).reduce(1.0) { product, _ in product * 10 }
        let number = (value * factor).rounded() / factor
        return places == 0 ? String(Int64(number)) : String(number)
    }
}
