public import ExactArithmetic

/// What an operator wants to know of a gateway that is online: named values, in the order in which they were set.
public struct Health: Sendable, Hashable {
    /// The value of one health member.
    public enum Value: Sendable, Hashable {
        /// A text.
        case text(String)
        /// A number.
        case number(CanonicalNumber)
        /// Yes or no.
        case flag(Bool)
    }

    private struct Member: Sendable, Hashable {
        let name: String
        var value: Value
    }

    private var members: [Member] = []

    /// Says nothing yet.
    public init() {}

    /// Sets a member; one that was set before keeps its place.
    ///
    /// - Precondition: The name is in lower case, digits and underscores, and none of those that every status message
    ///   has. It is a literal of the program, so that a wrong one shows in the first test.
    public mutating func set(_ name: StaticString, to value: Value) {
        let name = name.description
        precondition(Self.isName(name), "\(name) cannot name a health member")
        if let index = members.firstIndex(where: { $0.name == name }) {
            members[index].value = value
        } else {
            members.append(Member(name: name, value: value))
        }
    }

    static func isName(_ name: String) -> Bool {
        guard !["gateway_mac", "state", "at", "seq", "agent"].contains(name), let first = name.utf8.first
        else { return false }
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        return letters.contains(first)
            && name.utf8.allSatisfy { letters.contains($0) || digits.contains($0) || $0 == UInt8(ascii: "_") }
    }

    /// Writes the members after those that every status message has.
    func write(to writer: inout JSONWriter) {
        for member in members {
            writer.json(",")
            writer.string(member.name)
            writer.json(":")
            switch member.value {
            case .text(let text): writer.string(text)
            case .number(let number): writer.json(number.text)
            case .flag(let flag): writer.json(flag ? "true" : "false")
            }
        }
    }
}
