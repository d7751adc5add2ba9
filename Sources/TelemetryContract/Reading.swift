public import ExactArithmetic

/// What one measuring point said in one poll cycle.
public struct Reading: Sendable {
    /// The point's code as the back end knows it.
    public let code: String

    /// The engineering value, after scaling.
    public let value: CanonicalNumber

    /// The unit as configured; empty for a number without one.
    public let unit: String

    /// Puts a value and its unit beside the code of its point.
    public init(code: String, value: CanonicalNumber, unit: String) {
        self.code = code
        self.value = value
        self.unit = unit
    }

    /// Whether a text may be a point's code: not empty, and without U+0000.
    ///
    /// A C string ends at U+0000 and PostgreSQL stores none: a message with one would be refused for ever.
    public static func isCode(_ text: String) -> Bool { !text.isEmpty && isUnit(text) }

    /// Whether a text may be a unit: empty or not, but without U+0000.
    public static func isUnit(_ text: String) -> Bool { !text.utf8.contains(0) }
}

extension Reading: Hashable {
    /// Compares byte by byte: Swift holds two spellings of one accented letter for equal, the contract does not.
    public static func == (left: Reading, right: Reading) -> Bool {
        left.value == right.value
            && left.code.utf8.elementsEqual(right.code.utf8)
            && left.unit.utf8.elementsEqual(right.unit.utf8)
    }

    /// Hashes what `==` compares.
    public func hash(into hasher: inout Hasher) {
        // Equal bytes are equal strings, and those have one hash.
        hasher.combine(code)
        hasher.combine(value)
        hasher.combine(unit)
    }
}
