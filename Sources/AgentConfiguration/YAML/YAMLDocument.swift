/// A YAML text as a tree of nodes that each know their place.
///
/// Anchors, aliases and tags are refused: a configuration that says everything where it is needed can be read by a
/// technician on a ladder, and neither an alias to its own parent nor a billion of laughs can be written.
struct YAMLDocument {
    /// The deepest nesting that is read; the configuration itself needs seven levels.
    static let deepest = 32

    /// The most nodes that are read, some thousand points.
    static let mostNodes = 100_000

    /// The one document's node.
    let root: Node

    /// Reads a text; what can be read past goes to the report, what cannot is thrown.
    init(_ bytes: [UInt8], file: String, report: Report) throws(ConfigurationFault) {
        if let fault = SourceText.fault(in: bytes, file: file) { throw fault }
        var composer = YAMLComposer(parser: try YAMLParser(bytes, file: file), report: report)
        guard let root = try composer.document() else {
            throw ConfigurationFault(
                place: Place(file: file, line: 1, column: 1), .emptyFile, .leastSections)
        }
        self.root = root
    }
}

/// Puts libyaml's events together to nodes.
private struct YAMLComposer: ~Copyable {
    let parser: YAMLParser
    let report: Report
    var nodeCount = 0

    init(parser: consuming YAMLParser, report: Report) {
        self.parser = parser
        self.report = report
    }

    /// Reads the one document of the stream; nil when there is none.
    mutating func document() throws(ConfigurationFault) -> Node? {
        var root: Node?
        while true {
            let event = try parser.next()
            switch event.kind {
            case .streamEnd: return root
            case .documentStart where root != nil:
                throw ConfigurationFault(place: event.place, .secondDocument, .oneDocument)
            case .documentStart: root = try node(from: try parser.next(), path: "", depth: 1)
            default: continue
            }
        }
    }

    private mutating func node(
        from event: YAMLEvent,
        path: String,
        depth: Int
    ) throws(ConfigurationFault) -> Node {
        nodeCount += 1
        guard depth <= YAMLDocument.deepest, nodeCount <= YAMLDocument.mostNodes else {
            throw ConfigurationFault(
                place: event.place,
                depth > YAMLDocument.deepest ? .tooDeep(YAMLDocument.deepest) : .tooLarge(YAMLDocument.mostNodes))
        }
        refuseOrnaments(of: event, path: path)
        switch event.kind {
        case .scalar(let scalar): return Node(place: event.place, content: .scalar(scalar))
        case .sequenceStart: return Node(place: event.place, content: .sequence(try items(path, depth: depth + 1)))
        case .mappingStart: return Node(place: event.place, content: .mapping(try entries(path, depth: depth + 1)))
        case .alias(let name):
            refuse(.alias, name, at: event.place, path: path)
            return Node(place: event.place, content: .refused)
        default: return Node(place: event.place, content: .refused)
        }
    }

    private mutating func items(_ path: String, depth: Int) throws(ConfigurationFault) -> [Node] {
        var items: [Node] = []
        while true {
            let event = try parser.next()
            if case .sequenceEnd = event.kind { return items }
            items.append(try node(from: event, path: Node.path(path, index: items.count), depth: depth))
        }
    }

    private mutating func entries(_ path: String, depth: Int) throws(ConfigurationFault) -> [Node.Entry] {
        var entries: [Node.Entry] = []
        while true {
            let event = try parser.next()
            if case .mappingEnd = event.kind { return entries }
            let key = try node(from: event, path: path, depth: depth)
            var name = ""
            if case .scalar(let scalar) = key.content { name = scalar.text }
            let value = try node(from: try parser.next(), path: Node.path(path, key: name), depth: depth)
            entries.append(Node.Entry(key: key, value: value))
        }
    }

    private func refuseOrnaments(of event: YAMLEvent, path: String) {
        if let anchor = event.anchor { refuse(.anchor, anchor, at: event.place, path: path) }
        if let tag = event.tag { refuse(.tag, Self.spelled(tag), at: event.place, path: path) }
    }

    /// A tag as the file has it: libyaml writes `!!str` out.
    private static func spelled(_ tag: String) -> String {
        let prefix = "tag:yaml.org,2002:"
        return tag.hasPrefix(prefix) ? "!!" + tag.dropFirst(prefix.count) : tag
    }

    private func refuse(
        _ what: ConfigurationFault.Problem.Ornament, _ name: String, at place: Place, path: String
    ) {
        report.fault(at: place, key: path, .ornament(what, name.shortened), .writeOut)
    }
}
