/// What may stand as the value of a key, said once for the reader and for the message.
struct Expectation<Value> {
    /// What is expected, as the end of a sentence: `a duration from 1s to 24h`.
    let name: String

    /// What to write where nothing stands; nil for nothing better than the key left out.
    let hintForNothing: String?

    /// Makes the value of a text that is not null.
    let read: (Scalar) throws(Mismatch) -> Value

    init(
        _ name: String,
        hintForNothing: String? = nil,
        read: @escaping (Scalar) throws(Mismatch) -> Value
    ) {
        self.name = name
        self.hintForNothing = hintForNothing
        self.read = read
    }

    /// The same expectation of what a value becomes next; a nil is a mismatch.
    func map<Next>(_ next: @escaping (Value) -> Next?) -> Expectation<Next> {
        Expectation<Next>(name, hintForNothing: hintForNothing) { (scalar) throws(Mismatch) in
            guard let value = next(try read(scalar)) else { throw Mismatch() }
            return value
        }
    }
}

/// A text that is not what was expected.
struct Mismatch: Error {
    /// A message of its own; nil for "x stands where y is expected".
    var message: String?

    /// What to write instead.
    var hint: String?

    init(_ message: String? = nil, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }
}
