/// What may stand as the value of a key, said once for the reader and for the message.
struct Expectation<Value> {
    /// What is expected.
    let expected: ConfigurationFault.Expected

    /// What to write where nothing stands; nil for nothing better than the key left out.
    let adviceForNothing: ConfigurationFault.Advice?

    /// Makes the value of a text that is not null.
    let read: (Scalar) throws(Mismatch) -> Value

    init(
        _ expected: ConfigurationFault.Expected,
        adviceForNothing: ConfigurationFault.Advice? = nil,
        read: @escaping (Scalar) throws(Mismatch) -> Value
    ) {
        self.expected = expected
        self.adviceForNothing = adviceForNothing
        self.read = read
    }

    /// The same expectation of what a value becomes next; a nil is a mismatch.
    func map<Next>(_ next: @escaping (Value) -> Next?) -> Expectation<Next> {
        Expectation<Next>(expected, adviceForNothing: adviceForNothing) { (scalar) throws(Mismatch) in
            guard let value = next(try read(scalar)) else { throw Mismatch() }
            return value
        }
    }
}

/// A text that is not what was expected.
struct Mismatch: Error {
    /// A problem of its own; nil for "x stands where y is expected".
    let problem: ConfigurationFault.Problem?

    /// What to write instead.
    let advice: ConfigurationFault.Advice?

    init(_ advice: ConfigurationFault.Advice? = nil) {
        problem = nil
        self.advice = advice
    }

    init(_ problem: ConfigurationFault.Problem, _ advice: ConfigurationFault.Advice? = nil) {
        self.problem = problem
        self.advice = advice
    }
}
