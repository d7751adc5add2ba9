import EdgeAgentCore
import FoundationEssentials
import StoreForward
import TelemetryContract

/// A message as a line of JSON: what `spool list --json` and `spool export` write, and `spool import` reads.
struct SpoolRecord: Codable {
    var sequence: Int64?
    /// UTC seconds since 1970.
    var stamp: Int64?
    /// The same for a person's eye.
    var time: String?
    var state: String
    /// The reason code of a refusal.
    var reason: UInt8?
    var bytes: Int?
    /// The exact bytes, where they are UTF-8.
    var payload: String?
    /// The exact bytes otherwise.
    var payloadBase64: String?

    /// Describes a message, with or without its bytes.
    init(_ entry: SpoolVisit.Entry, withPayload: Bool) {
        sequence = entry.sequence
        stamp = entry.stamp
        time = entry.stamp.flatMap { UTCSecond(secondsSince1970: $0) }.map { "\($0)" }
        switch entry.state {
        case .waiting: state = "waiting"
        case .refused(let code): (state, reason) = ("refused", code)
        case .delivered: state = "delivered"
        case .resend: state = "resend"
        case .damaged: state = "damaged"
        case .undated: state = "undated"
        case .imported: state = "imported"
        }
        bytes = entry.payload.count
        guard withPayload else { return }
        if let text = String(validating: entry.payload, as: UTF8.self) {
            payload = text
        } else {
            payloadBase64 = Data(entry.payload).base64EncodedString()
        }
    }

    /// The exact bytes; nil where the record has none.
    var payloadBytes: [UInt8]? {
        if let payload { return Array(payload.utf8) }
        return payloadBase64.flatMap { Data(base64Encoded: $0) }.map { Array($0) }
    }

    /// The record as one line.
    func line() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// Reads a line; the fault says which line it is and what is wrong with it.
    init(line: Substring, number: Int) throws(AgentFault) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            self = try decoder.decode(SpoolRecord.self, from: Data(line.utf8))
        } catch {
            throw AgentFault(
                .wrongData, "line \(number): this is no message as edge-agent spool export writes it; nothing was taken"
            )
        }
    }
}
