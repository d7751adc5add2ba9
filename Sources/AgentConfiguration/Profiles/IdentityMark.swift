internal import ExactArithmetic
public import ModbusModel

/// Registers that prove what a meter is.
public struct IdentityMark: Sendable, Hashable {
    /// What they hold in this model.
    public enum Proof: Sendable, Hashable {
        /// A number within these bounds.
        case number(PointDefinition, atLeast: Double, atMost: Double)
        /// A text, with one or two characters in a register.
        case text(String, charactersPerRegister: Int)
    }

    /// Where they begin.
    public let address: RegisterAddress
    /// How many there are.
    public let count: Int
    /// What they hold in this model.
    public let proof: Proof

    /// Whether words prove the model.
    public func isProven(by words: [UInt16]) -> Bool {
        switch proof {
        case .number(let definition, let lowest, let highest):
            guard let value = try? definition.value(of: words[...]), let number = Double(value.text) else {
                return false
            }
            return lowest <= number && number <= highest
        case .text(let text, let characters):
            let bytes = words.flatMap { characters == 1 ? [UInt8($0 & 0xFF)] : [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
            return bytes.starts(with: Array(text.utf8))
        }
    }

    init?(_ mapping: MappingReader) {
        mapping.ignore("from", "note")
        if mapping["text"] != nil {
            let address = RegisterAddress(mapping)
            let words = mapping.required("words", .integer(.registers, 1...125))
            let characters = mapping.optional("chars", .integer(.charactersInRegister, 1...2), default: 2)
            let text = mapping.required("text", .text(.registersText, 1...250))
            mapping.ignore("type")
            guard let address, let words, let text else { return nil }
            self.address = address
            count = words
            proof = .text(text, charactersPerRegister: characters)
            return
        }
        let ends = mapping["between"]?.list(of: .numbers, most: 2).compactMap { (reader) -> ExactDecimal? in
            reader.read(.decimal())
        }
        let numbers = ends ?? (mapping.required("equals", .decimal()).map { [$0] } ?? [])
        guard let definition = PointDefinition(mapping), let lowest = numbers.first, let highest = numbers.last,
            let low = Double(lowest.plainText), let high = Double(highest.plainText)
        else { return nil }
        address = definition.address
        count = definition.span.count
        proof = .number(definition, atLeast: low, atMost: high)
    }
}
