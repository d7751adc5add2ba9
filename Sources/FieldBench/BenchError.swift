/// Something on the bench itself failed: not a verdict on what is being tested, but the reason why there is none.
public struct BenchError: Error, CustomStringConvertible, Sendable {
    /// What failed, and what was seen of it.
    public let description: String

    /// An error with its words.
    public init(_ description: String) {
        self.description = description
    }
}
