import ExactArithmetic
import Foundation
public import ModbusModel

/// Register words and a point's definition, as the golden vectors spell them.
public struct VectorPoint: Decodable, Sendable {
    let table: String
    let type: String
    let order: String
    let bits: [Int]?
    let scale: String
    let offset: String
    let words: String

    /// A spelling that names nothing.
    public struct Misspelled: Error {}

    /// The definition, at address 0.
    public func definition() throws -> PointDefinition {
        guard let table = RegisterTable(rawValue: table), let type = ValueType(rawValue: type),
            let order = WordOrder(rawValue: order), let scale = ExactDecimal(parsing: scale),
            let offset = ExactDecimal(parsing: offset)
        else { throw Misspelled() }
        return try PointDefinition(
            address: RegisterAddress(table, 0),
            type: type,
            order: order,
            bits: bits.map { $0[0]...$0[1] },
            scale: scale,
            offset: offset
        )
    }

    /// The text of the value; nil if the point failed.
    public func text() throws -> String? {
        let words = try words.split(separator: " ").map { word in
            guard let word = UInt16(word, radix: 16) else { throw Misspelled() }
            return word
        }
        do {
            return try definition().value(of: words[...]).text
        } catch ValueFault.notANumber {
            return nil
        }
    }
}

/// One case of `points.json`.
public struct PointVector: Decodable, Sendable {
    private enum Key: CodingKey { case name, expect }

    /// What the case shows.
    public let name: String

    /// The exact text, or failed.
    public let expect: String

    /// The words and their definition.
    public let point: VectorPoint

    /// Reads a case: the definition stands beside the name.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        name = try container.decode(String.self, forKey: .name)
        expect = try container.decode(String.self, forKey: .expect)
        point = try VectorPoint(from: decoder)
    }

    /// All cases.
    public static func all() throws -> [PointVector] {
        struct File: Decodable { let points: [PointVector] }
        return try JSONDecoder().decode(File.self, from: ContractPeer.file("vectors/points.json")).points
    }
}

/// One case of `messages.json`.
public struct MessageVector: Decodable, Sendable {
    /// What was read of one point.
    public struct Reading: Decodable, Sendable {
        /// The point's code.
        public let code: String
        /// The unit.
        public let unit: String
        /// The number's text, where no words are given.
        public let number: String?
        /// The words and their definition.
        public let point: VectorPoint?
    }

    /// What the case shows.
    public let name: String
    /// The gateway.
    public let gateway_mac: String
    /// The moment of the poll cycle.
    public let timestamp: String
    /// What was read.
    public let readings: [Reading]
    /// The message; nil where nothing could be read.
    public let message: String?
    /// The same bytes in hexadecimal.
    public let hex: String?

    /// All cases.
    public static func all() throws -> [MessageVector] {
        struct File: Decodable { let messages: [MessageVector] }
        return try JSONDecoder().decode(File.self, from: ContractPeer.file("vectors/messages.json")).messages
    }
}
