import FieldBench
import Foundation
import Testing

/// A line of `spool list --json` and `spool export`.
struct Record: Decodable {
    var sequence: Int64?
    var stamp: Int64?
    var time: String?
    var state: String
    var reason: Int?
    var bytes: Int?
    var payload: String?
    var payloadBase64: String?

    /// The exact bytes.
    var content: [UInt8] {
        payload.map { Array($0.utf8) } ?? payloadBase64.flatMap { Data(base64Encoded: $0) }.map { Array($0) } ?? []
    }
}

/// What `spool stats --json` says.
struct Stats: Decodable {
    var accepted: Int
    var delivered: Int
    var waiting: Int
    var undated: Int
    var evicted: [String: Int]
    var damaged: Int
    var dropped: Int
    var unknown: Int
    var refused: [String: Int]
    var kept: Int
    var resent: [String: Int]
    var payloadBytes: Int
    var fileBytes: Int
    var oldestWaiting: Int64?

    /// All the places in which an accepted message can be.
    var sum: Int { delivered + waiting + undated + evicted.values.reduce(0, +) + damaged + dropped + unknown }
}

/// What `spool import --json` says.
struct ImportResult: Decodable, Equatable {
    var taken: Int
    var duplicates: Int
    var passedOver: Int
}

extension ChildProcess {
    /// Its standard output, as JSON.
    func decoded<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try Self.decoder.decode(type, from: Data(output.bytes))
    }

    /// Its standard output, a JSON object a line.
    func records() throws -> [Record] {
        try output.text.split(separator: "\n").map { try Self.decoder.decode(Record.self, from: Data($0.utf8)) }
    }

    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }
}

extension Gateway {
    /// Runs a command on the spool, named by the configuration or by its path.
    func spoolCommand(
        _ words: String..., byPath: Bool = false, ends status: Int32 = 0,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> ChildProcess {
        let place = try byPath ? ["--path", spool] : ["--config", configuration()]
        let process = try await command(["spool"] + words + place)
        #expect(process.exit == .status(status), "\(process.errors.text)", sourceLocation: sourceLocation)
        return process
    }

    /// The ledger, as the command shows it.
    func stats() async throws -> Stats { try await spoolCommand("stats", "--json").decoded(Stats.self) }

    /// The messages without their bytes.
    func list() async throws -> [Record] { try await spoolCommand("list", "--json").records() }

    /// The messages with their bytes.
    func export() async throws -> [Record] { try await spoolCommand("export").records() }
}
