/// One mapping of the tree: typed code asks it for keys, and what it was never asked for is unknown.
final class MappingReader {
    /// The path of the mapping's key; empty for the document itself.
    let path: String

    /// Where to point when a key is missing.
    let anchor: Place

    /// Where faults go.
    let report: Report

    private var values: [String: Node.Entry] = [:]
    private var names: [String] = []
    private var asked: [String] = []

    /// Takes a mapping's entries and reports keys that stand there twice or are no text.
    init(_ entries: [Node.Entry], path: String, anchor: Place, report: Report) {
        self.path = path
        self.anchor = anchor
        self.report = report
        for entry in entries {
            guard case .scalar(let key) = entry.key.content else {
                if case .refused = entry.key.content { continue }
                report.fault(at: entry.key.place, key: path, .keyIsNoText)
                continue
            }
            if let first = values[key.text] {
                report.fault(
                    at: entry.key.place,
                    key: Node.path(path, key: key.text),
                    .keyTwice(firstLine: first.key.place.line)
                )
                continue
            }
            values[key.text] = entry
            names.append(key.text)
        }
    }

    /// Whether nothing stands in it.
    var isEmpty: Bool { names.isEmpty }

    /// The value of a key, unless it is absent; the key counts as known from now on.
    subscript(key: String) -> ValueReader? {
        if !asked.contains(key) { asked.append(key) }
        return values[key].map {
            ValueReader(node: $0.value, path: Node.path(path, key: key), anchor: $0.key.place, report: report)
        }
    }

    /// The value of a key that must be there; nil, and a fault, when it is absent or does not fit.
    func required<Value>(
        _ key: String, _ expectation: Expectation<Value>, _ advice: ConfigurationFault.Advice? = nil
    ) -> Value? {
        guard let value = self[key] else {
            missing(key, expectation.expected, advice)
            return nil
        }
        return value.read(expectation)
    }

    /// The value of a key that may be left out; nil when it is absent, or, with a fault, when it does not fit.
    func optional<Value>(_ key: String, _ expectation: Expectation<Value>) -> Value? {
        self[key]?.read(expectation)
    }

    /// The value of a key or its default; also the default, with a fault, when the value does not fit.
    func optional<Value>(_ key: String, _ expectation: Expectation<Value>, default value: Value) -> Value {
        optional(key, expectation) ?? value
    }

    /// Reads a section; one that is absent is read as an empty mapping, so that its required keys are named.
    func section<Value>(_ key: String, _ body: (MappingReader) -> Value?) -> Value? {
        if let value = self[key] { return value.mapping(body) }
        let empty = MappingReader([], path: Node.path(path, key: key), anchor: anchor, report: report)
        return body(empty)
    }

    /// Lets keys stand there that this reader has no use for.
    func ignore(_ keys: String...) {
        for key in keys { _ = self[key] }
    }

    /// Notes that a key is missing.
    func missing(
        _ key: String, _ expected: ConfigurationFault.Expected, _ advice: ConfigurationFault.Advice? = nil
    ) {
        report.fault(at: anchor, key: Node.path(path, key: key), .missing(expected), advice)
    }

    /// Notes the keys that nobody asked for, each with the nearest one that exists.
    func reportUnknownKeys() {
        for name in names where !asked.contains(name) {
            guard let entry = values[name] else { continue }
            let nearest = NearestWord.of(name, in: asked)
            report.fault(
                at: entry.key.place,
                key: Node.path(path, key: name),
                .unknownKey,
                nearest.map { .didYouMeanKey($0, valid: asked) } ?? .validKeys(asked)
            )
        }
    }
}
