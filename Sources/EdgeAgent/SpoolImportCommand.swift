import ArgumentParser
import EdgeAgentCore
import FoundationEssentials
import Glibc
import StoreForward
import TelemetryContract

/// `edge-agent spool import`: messages of another spool.
struct SpoolImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Put messages that were exported into the store, to be sent.",
        discussion: """
            Reads what edge-agent spool export wrote, from a file or from standard input. Timestamps and bytes stay as \
            they are; sequences are given anew. What waited is taken; what was delivered before, was damaged or has no \
            timestamp is passed over. A message whose timestamp the store has already is a duplicate and refused. Where a \
            line is wrong, they do not fit into spool.max_bytes, or (with --config) one is another gateway's, nothing \
            is taken. The agent takes them in within seconds, or when it starts.
            """)

    @OptionGroup var spool: SpoolOption

    @Argument(help: "The exported file; - or nothing for standard input.")
    var file = "-"

    @Flag(help: "Write the result as JSON to standard output.")
    var json = false

    func run() async throws {
        try await Terminal.endingSpool {
            let visit = try spool.open()
            let gateway = try spool.gateway()
            var messages: [(stamp: Int64, payload: [UInt8])] = []
            var passedOver = 0
            for (index, line) in try text().split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            where !line.allSatisfy(\.isWhitespace) {
                let record = try SpoolRecord(line: line, number: index + 1)
                guard ["waiting", "refused", "imported", "resend"].contains(record.state), let stamp = record.stamp
                else {
                    passedOver += 1
                    continue
                }
                guard let payload = record.payloadBytes, !payload.isEmpty else {
                    throw AgentFault(
                        .wrongData,
                        "line \(index + 1): payload or payload_base64 is missing or empty; nothing was taken")
                }
                if let gateway { try Self.require(payload, of: gateway, line: index + 1) }
                messages.append((stamp, payload))
            }
            let result = try visit.add(messages)
            Terminal.say(
                json
                    ? #"{"duplicates":\#(result.duplicates),"passed_over":\#(passedOver),"taken":\#(result.taken)}"#
                    : "\(result.taken) taken, \(result.duplicates) refused as duplicates, \(passedOver) passed over")
        }
    }

    /// On this gateway's topic the message of another one would be taken by the broker, and ascribed to the wrong meters.
    private static func require(
        _ payload: [UInt8], of gateway: MACAddress, line: Int
    ) throws(AgentFault) {
        let claim = try? JSONDecoder().decode(Claim.self, from: Data(payload))
        guard let mac = claim?.gatewayMAC else {
            throw AgentFault(.wrongData, "line \(line): the payload has no gateway_mac; nothing was taken")
        }
        guard mac == "\(gateway)" else {
            throw AgentFault(
                .wrongData,
                "line \(line): the message is of the gateway \(mac), and this one is \(gateway); import it at that one; "
                    + "nothing was taken")
        }
    }

    /// Whose a payload says that it is.
    private struct Claim: Decodable {
        let gatewayMAC: String?

        enum CodingKeys: String, CodingKey { case gatewayMAC = "gateway_mac" }
    }

    private func text() throws(AgentFault) -> String {
        let descriptor = file == "-" ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw AgentFault(.missingInput, "\(file): \(String(cString: strerror(errno)))")
        }
        defer { if descriptor != STDIN_FILENO { close(descriptor) } }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw AgentFault(.inputOutput, "\(file): \(String(cString: strerror(errno)))") }
            if count == 0 { break }
            bytes += chunk.prefix(count)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw AgentFault(.wrongData, "\(file): it is not UTF-8; nothing was taken")
        }
        return text
    }
}
