/// A configuration written from what was found, with codes to fill in.
public struct ConfigurationDraft: Sendable, Hashable {
    /// A slave that was found, and what it is.
    public struct Slave: Sendable, Hashable {
        /// Its address.
        public let address: UInt8
        /// The profile that fits; nil where none does.
        public let profile: String?
        /// Other profiles that fit as well, because their meters cannot be told apart; without a profile, a guess.
        public let alike: [String]
        /// The values of the profile that are worth reading, by name.
        public let values: [String]
        /// How sure the profile is, 0 to 1.
        public let confidence: Double

        /// Describes a slave that was found.
        public init(address: UInt8, profile: String?, alike: [String] = [], values: [String], confidence: Double) {
            self.address = address
            self.profile = profile
            self.alike = alike
            self.values = values
            self.confidence = confidence
        }
    }

    /// What the agent is told of the broker and of itself.
    public struct Gateway: Sendable, Hashable {
        /// The broker's name; nil writes one that nobody has.
        public let broker: String?
        /// The gateway's MAC; nil leaves it to the certificate.
        public let mac: String?

        /// Names the broker and the gateway.
        public init(broker: String?, mac: String?) {
            self.broker = broker
            self.mac = mac
        }
    }

    private let port: String
    private let setting: ProbeSetting
    private let slaves: [Slave]
    private let placeholder: String

    /// Drafts a configuration for a line and its slaves.
    ///
    /// - Parameter placeholder: What a code begins with as long as nobody has filled it in.
    public init(port: String, setting: ProbeSetting, slaves: [Slave], placeholder: String) {
        self.placeholder = placeholder
        self.port = port
        self.setting = setting
        self.slaves = slaves
    }

    /// A whole new configuration; codes, broker and files are to be filled in.
    public func text(_ gateway: Gateway, in language: Language) -> String {
        let fill = Words(
            en: "Fill in: each \(placeholder)... code as the back end knows it, the broker, its files.",
            pt: "Preencha: cada código \(placeholder)... como o sistema o conhece, o broker, os arquivos.")
        let mac = gateway.mac.map { "gateway: { mac: \"\($0)\" }\n\n" } ?? ""
        return """
            # \(fill.said(in: language))
            \(mac)line:
              port: \(port)
              baud: \(setting.baud)
              format: \(setting.format)

            slaves:
            \(items(indent: "  ", in: language).joined(separator: "\n"))

            broker:
              host: \(gateway.broker ?? "broker.invalid")
              ca: ca.crt
              certificate: device.crt
              key: device.key

            """
    }

    /// An existing configuration with these slaves at the end of its list; nil where that list cannot be extended.
    ///
    /// It can where `slaves:` stands at the left margin with one item below the other; everything else in the file,
    /// comments too, stays as it is.
    public func extending(_ text: String, in language: Language) -> String? {
        guard !slaves.isEmpty else { return text }
        let newline: Character = text.contains("\r\n") ? "\r\n" : "\n"
        var lines = text.split(separator: newline, omittingEmptySubsequences: false).map(String.init)
        guard let head = lines.firstIndex(where: { $0.hasPrefix("slaves:") }),
            lines[head].dropFirst("slaves:".count).isBlankOrComment
        else { return nil }
        let body = lines.index(after: head)
        guard let first = lines[body...].first(where: { !$0[...].isBlankOrComment }),
            first.drop(while: { $0 == " " }).hasPrefix("- ")
        else { return nil }
        let indent = String(first.prefix { $0 == " " })
        var end =
            lines[body...].firstIndex { line in
                line.first.map { $0 != " " && $0 != "#" && !(indent.isEmpty && $0 == "-") } ?? false
            } ?? lines.endIndex
        // What stands at the margin directly above the next section belongs to that section.
        while end > body, lines[end - 1].allSatisfy({ $0 == " " }) || lines[end - 1].hasPrefix("#") { end -= 1 }
        lines.insert(contentsOf: items(indent: indent, in: language), at: end)
        return lines.joined(separator: String(newline))
    }

    private func items(indent: String, in language: Language) -> [String] {
        slaves.flatMap { slave in
            (slave.profile == nil || slave.values.isEmpty ? unknown(slave, language) : known(slave, language))
                .map { indent + $0 }
        }
    }

    private func known(_ slave: Slave, _ language: Language) -> [String] {
        let percent = Int((slave.confidence * 100).rounded())
        let sure = Words(en: "recognised, \(percent) %", pt: "reconhecido, \(percent) %")
        let others = Words(
            en: "or, which looks the same: \(slave.alike.joined(separator: ", "))",
            pt: "ou, que parece igual: \(slave.alike.joined(separator: ", "))")
        return ["- id: \(slave.address)", "  profile: \(slave.profile ?? "")  # \(sure.said(in: language))"]
            + (slave.alike.isEmpty ? [] : ["  # \(others.said(in: language))"]) + ["  codes:"]
            + slave.values.map { "    \($0): \(placeholder)\(slave.address)-\($0)" }
    }

    /// A slave that no profile fits, with one point to be put right by hand.
    private func unknown(_ slave: Slave, _ language: Language) -> [String] {
        let none = Words(
            en: "no profile fits; what its registers mean:", pt: "nenhum perfil serve; o que os registradores são:")
        let percent = Int((slave.confidence * 100).rounded())
        let guess = Words(
            en: "perhaps \(slave.alike.joined(separator: ", ")), \(percent) %",
            pt: "talvez \(slave.alike.joined(separator: ", ")), \(percent) %")
        return [
            "- id: \(slave.address)",
            "  # \(none.said(in: language))",
            "  # edge-agent probe read --slave \(slave.address) --all-orders",
        ] + (slave.alike.isEmpty ? [] : ["  # \(guess.said(in: language))"]) + [
            "  points:",
            "    - { code: \(placeholder)\(slave.address)-0, register: 40001, type: uint16, unit: \"\" }",
        ]
    }
}

extension Substring {
    /// Whether a reader of YAML sees nothing here.
    var isBlankOrComment: Bool {
        let rest = drop { $0 == " " }
        return rest.isEmpty || (rest.first == "#" && (rest.startIndex == startIndex || first == " "))
    }
}
