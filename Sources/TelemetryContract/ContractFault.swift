/// Why bytes are no message of the contract, and where.
public struct ContractFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// The byte, counted from zero, at which the fault shows.
    public let offset: Int

    /// What is wrong there.
    public let reason: Reason

    /// What can be wrong with a message.
    public enum Reason: Sendable, Hashable {
        /// Something else stands where this was expected.
        case expected(String)
        /// The bytes are not UTF-8.
        case notUTF8
        /// An escape names half of a surrogate pair, which is no character.
        case loneSurrogate
        /// An object has a member that the contract does not know.
        case unknownMember(String)
        /// An object has a member twice.
        case repeatedMember(String)
        /// An object ends without a member that it needs.
        case missingMember(String)
        /// A number is spelled in another way than the canonical one.
        case notCanonical(String)
        /// The message is well formed and its readings do not fit together.
        case message(MessageFault)
    }

    /// The byte and what is wrong there.
    public var description: String {
        let what =
            switch reason {
            case .expected(let what): "expected \(what)"
            case .notUTF8: "expected UTF-8"
            case .loneSurrogate: "expected a character, not half of a surrogate pair"
            case .unknownMember(let name): "unknown member \(name.debugDescription)"
            case .repeatedMember(let name): "member \"\(name)\" for the second time"
            case .missingMember(let name): "expected the member \"\(name)\" before the end of the object"
            case .notCanonical(let text): "expected a canonical number such as 123.45, not \(text)"
            case .message(let fault): fault.description
            }
        return "byte \(offset): \(what)"
    }
}
