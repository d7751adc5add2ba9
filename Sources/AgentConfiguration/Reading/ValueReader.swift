/// One value of the tree, ready to be asked what it is; every answer that does not fit goes to the report.
struct ValueReader {
    /// The node that is asked.
    let node: Node

    /// The path of the value's key.
    let path: String

    /// Where to point when something is missing inside the value: its key, or an item itself.
    let anchor: Place

    /// Where faults go.
    let report: Report

    /// Notes a fault at this value.
    func fault(_ message: String, hint: String? = nil) {
        report.fault(at: node.place, key: path, message, hint: hint)
    }

    /// The value as a text that means what is expected; nil, and a fault, for anything else.
    func read<Value>(_ expectation: Expectation<Value>) -> Value? {
        guard case .scalar(let scalar) = node.content, !scalar.isNull else {
            mismatch(expectation.name, hint: hintForNothing(expectation))
            return nil
        }
        do throws(Mismatch) {
            return try expectation.read(scalar)
        } catch {
            if let message = error.message {
                fault(message, hint: error.hint)
            } else {
                mismatch(expectation.name, hint: error.hint)
            }
            return nil
        }
    }

    /// The value as a mapping; every key that `body` does not ask for is unknown.
    func mapping<Value>(_ body: (MappingReader) -> Value?) -> Value? {
        switch node.content {
        case .mapping(let entries):
            let mapping = MappingReader(entries, path: path, anchor: anchor, report: report)
            defer { mapping.reportUnknownKeys() }
            return body(mapping)
        case .scalar(let scalar) where scalar.isNull:
            mismatch("a mapping (key: value)", hint: "leave the key out where every default will do")
        default: mismatch("a mapping (key: value)")
        }
        return nil
    }

    /// The value as a list of at least one item; an item beyond the most is reported and still given.
    func list(of items: String, most: Int = .max) -> [ValueReader] {
        let expected = most == .max ? "a list of 1 or more \(items)" : "a list of 1 to \(most) \(items)"
        guard case .sequence(let nodes) = node.content else {
            mismatch(expected, hint: isMapping ? "begin each of the \(items) with a dash: - key: value" : nil)
            return []
        }
        if nodes.isEmpty { fault("an empty list stands where \(expected) is expected") }
        let readers = nodes.enumerated().map { index, node in
            ValueReader(node: node, path: Node.path(path, index: index), anchor: node.place, report: report)
        }
        if nodes.count > most { readers[most].fault("is one too many: there can be at most \(most) \(items)") }
        return readers
    }

    private var isMapping: Bool {
        if case .mapping = node.content { true } else { false }
    }

    private func mismatch(_ expected: String, hint: String? = nil) {
        if case .refused = node.content { return }
        fault("\(found) stands where \(expected) is expected", hint: hint)
    }

    /// What stands there, for a message.
    var found: String {
        switch node.content {
        case .refused: "something that is not read"
        case .sequence: "a list"
        case .mapping: "a mapping"
        case .scalar(let scalar) where scalar.isNull: scalar.text.isEmpty ? "nothing" : "nothing (\(scalar.text))"
        case .scalar(let scalar): "\"\(scalar.text.shortened)\""
        }
    }

    private func hintForNothing<Value>(_ expectation: Expectation<Value>) -> String? {
        guard case .scalar = node.content else { return nil }
        return expectation.hintForNothing
    }
}
