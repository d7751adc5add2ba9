internal import CYAML

/// The owner of one libyaml parser and of the bytes it reads.
struct YAMLParser: ~Copyable {
    // On the heap, because libyaml keeps the parser's own address inside it (yaml_parser_set_input_string).
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutableBufferPointer<UInt8>
    private let file: String

    /// Makes a parser that reads a copy of `bytes`, which are UTF-8.
    init(_ bytes: [UInt8], file: String) throws(ConfigurationFault) {
        parser = .allocate(capacity: 1)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            throw ConfigurationFault(place: .whole(file), .noMemory)
        }
        input = .allocate(capacity: bytes.count)
        _ = input.initialize(from: bytes)
        self.file = file
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, input.baseAddress, input.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        input.deallocate()
    }

    /// Takes the next event; throws what libyaml has to say where the text is no YAML.
    func next() throws(ConfigurationFault) -> YAMLEvent {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw fault() }
        defer { yaml_event_delete(&event) }
        return YAMLEvent(event, file: file)
    }

    private func fault() -> ConfigurationFault {
        let place = Place(parser.pointee.problem_mark, file: file)
        // The byte at the mark; libyaml's index counts characters where the text is not ASCII, so the line is walked.
        if character(at: place) == UInt8(ascii: "\t") {
            return ConfigurationFault(place: place, .tab, .spaces)
        }
        guard let problem = parser.pointee.problem else {
            return ConfigurationFault(place: place, .notYAML(problem: nil, context: nil, contextLine: nil))
        }
        let context = parser.pointee.context.map { String(cString: $0) }
        let start = Place(parser.pointee.context_mark, file: file)
        return ConfigurationFault(
            place: place,
            .notYAML(
                problem: String(cString: problem), context: context,
                contextLine: context == nil || start.line == place.line ? nil : start.line),
            advice(for: character(at: place)))
    }

    private func advice(for character: UInt8?) -> ConfigurationFault.Advice? {
        guard let character, "@`%&*!|>".utf8.contains(character) else { return nil }
        return .quotes(String(decoding: [character], as: UTF8.self))
    }

    /// The first byte of the character at a place; nil beyond the end.
    private func character(at place: Place) -> UInt8? {
        let lines = input.split(
            separator: UInt8(ascii: "\n"),
            maxSplits: place.line,
            omittingEmptySubsequences: false
        )
        guard lines.indices.contains(place.line - 1) else { return nil }
        let starts = lines[place.line - 1].filter { $0 & 0xC0 != 0x80 }
        return starts.indices.contains(place.column - 1) ? starts[place.column - 1] : nil
    }
}

/// One step of libyaml through a document, with C's types left behind.
struct YAMLEvent {
    /// What the step is.
    enum Kind {
        case documentStart, sequenceStart, mappingStart
        case documentEnd, sequenceEnd, mappingEnd
        case scalar(Scalar)
        case alias(String)
        /// The stream's start and whatever a later libyaml may bring.
        case other
        case streamEnd
    }

    /// What the step is.
    let kind: Kind

    /// Where it begins.
    let place: Place

    /// The anchor (`&name`) of the node that begins here.
    let anchor: String?

    /// The tag (`!!str`) of the node that begins here.
    let tag: String?

    init(_ event: yaml_event_t, file: String) {
        func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? { pointer.map { String(cString: $0) } }
        place = Place(event.start_mark, file: file)
        var anchor: UnsafeMutablePointer<yaml_char_t>?
        var tag: UnsafeMutablePointer<yaml_char_t>?
        switch event.type {
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            // A length and not a terminator: a text in double quotes may hold a NUL.
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            kind = .scalar(
                Scalar(
                    text: String(decoding: bytes, as: UTF8.self),
                    isQuoted: scalar.style != YAML_PLAIN_SCALAR_STYLE
                )
            )
            (anchor, tag) = (scalar.anchor, scalar.tag)
        case YAML_SEQUENCE_START_EVENT:
            kind = .sequenceStart
            (anchor, tag) = (event.data.sequence_start.anchor, event.data.sequence_start.tag)
        case YAML_MAPPING_START_EVENT:
            kind = .mappingStart
            (anchor, tag) = (event.data.mapping_start.anchor, event.data.mapping_start.tag)
        case YAML_ALIAS_EVENT: kind = .alias(text(event.data.alias.anchor) ?? "")
        case YAML_SEQUENCE_END_EVENT: kind = .sequenceEnd
        case YAML_MAPPING_END_EVENT: kind = .mappingEnd
        case YAML_DOCUMENT_START_EVENT: kind = .documentStart
        case YAML_DOCUMENT_END_EVENT: kind = .documentEnd
        case YAML_STREAM_END_EVENT: kind = .streamEnd
        default: kind = .other
        }
        self.anchor = text(anchor)
        self.tag = text(tag)
    }
}

extension Place {
    /// Takes over libyaml's mark, which counts lines and columns from 0.
    fileprivate init(_ mark: yaml_mark_t, file: String) {
        self.init(file: file, line: Int(mark.line) + 1, column: Int(mark.column) + 1)
    }
}
