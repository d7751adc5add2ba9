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
    func fault(_ problem: ConfigurationFault.Problem, _ advice: ConfigurationFault.Advice? = nil) {
        report.fault(at: node.place, key: path, problem, advice)
    }

    /// The value as a text that means what is expected; nil, and a fault, for anything else.
    func read<Value>(_ expectation: Expectation<Value>) -> Value? {
        guard case .scalar(let scalar) = node.content, !scalar.isNull else {
            mismatch(expectation.expected, adviceForNothing(expectation))
            return nil
        }
        do throws(Mismatch) {
            return try expectation.read(scalar)
        } catch {
            if let problem = error.problem {
                fault(problem, error.advice)
            } else {
                mismatch(expectation.expected, error.advice)
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
            mismatch(.mapping, .leaveOutForDefaults)
        default: mismatch(.mapping)
        }
        return nil
    }

    /// The value as a list of at least one item; an item beyond the most is reported and still given.
    func list(of items: ConfigurationFault.Items, most: Int? = nil) -> [ValueReader] {
        let expected = ConfigurationFault.Expected.list(items, most: most)
        guard case .sequence(let nodes) = node.content else {
            mismatch(expected, isMapping ? .dashes(items) : nil)
            return []
        }
        if nodes.isEmpty { fault(.emptyList(expected)) }
        let readers = nodes.enumerated().map { index, node in
            ValueReader(node: node, path: Node.path(path, index: index), anchor: node.place, report: report)
        }
        if let most, nodes.count > most { readers[most].fault(.tooMany(items, most: most)) }
        return readers
    }

    private var isMapping: Bool {
        if case .mapping = node.content { true } else { false }
    }

    private func mismatch(_ expected: ConfigurationFault.Expected, _ advice: ConfigurationFault.Advice? = nil) {
        if case .refused = node.content { return }
        fault(.mismatch(found, expected), advice)
    }

    /// What stands there, for a message.
    var found: ConfigurationFault.Problem.Found {
        switch node.content {
        case .refused: .unread
        case .sequence: .list
        case .mapping: .mapping
        case .scalar(let scalar) where scalar.isNull: .nothing(scalar.text)
        case .scalar(let scalar): .text(scalar.text.shortened)
        }
    }

    private func adviceForNothing<Value>(_ expectation: Expectation<Value>) -> ConfigurationFault.Advice? {
        guard case .scalar = node.content else { return nil }
        return expectation.adviceForNothing
    }
}
