import AgentConfiguration
import BusProbe
import EdgeAgentCore

/// The JSON of a check: docs/configuration.md.
struct CheckResult: Encodable {
    /// One thing that is wrong or doubtful.
    struct Entry: Encodable {
        let code: String
        var file: String?
        var line: Int?
        var column: Int?
        var key: String?
        let what: String
        var todo: String?

        init(_ fault: ConfigurationFault, _ language: Language) {
            code = fault.code
            file = fault.place.file
            // A file as a whole has no line.
            line = fault.place.line == 0 ? nil : fault.place.line
            column = fault.place.line == 0 ? nil : fault.place.column
            key = fault.key.isEmpty ? nil : fault.key
            what = fault.problemWords.said(in: language)
            todo = fault.adviceWords?.said(in: language)
        }

        init(_ fault: AgentFault, _ language: Language) {
            code = fault.code
            what = fault.words.said(in: language)
        }

        private enum Key: String, CodingKey {
            case code, file, line, column, key, what, todo
        }

        /// Every member is always there: whoever reads it need not ask which are.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(code, forKey: .code)
            try container.encode(file, forKey: .file)
            try container.encode(line, forKey: .line)
            try container.encode(column, forKey: .column)
            try container.encode(key, forKey: .key)
            try container.encode(what, forKey: .what)
            try container.encode(todo, forKey: .todo)
        }
    }

    let language: Language
    var summary: PlanSummary?
    var warnings: [ConfigurationFault] = []
    private var faults: [Entry] = []

    init(language: Language) { self.language = language }

    /// Takes up what ended the check.
    mutating func take(_ fault: AgentFault) {
        if case .configuration(let faults) = fault.cause {
            self.faults = faults.faults.map { Entry($0, language) }
        } else {
            faults = [Entry(fault, language)]
        }
    }

    private enum Key: String, CodingKey {
        case faults, warnings
    }

    /// The plan's members, where there is one, and beside them what is wrong and what is doubtful.
    func encode(to encoder: any Encoder) throws {
        try summary?.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(faults, forKey: .faults)
        try container.encode(warnings.map { Entry($0, language) }, forKey: .warnings)
    }
}
