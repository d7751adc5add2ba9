/// The languages that an installer may read.
public enum Language: String, Sendable, Hashable, CaseIterable {
    /// English.
    case english = "en"
    /// Brazilian Portuguese.
    case portuguese = "pt"

    /// Reads `en`, `pt`, `pt_BR.UTF-8` and the like; nil for any other language.
    public init?(locale: String) {
        let code = locale.lowercased().prefix { $0.isLetter }
        guard let language = Language(rawValue: String(code)) else { return nil }
        self = language
    }

    /// The language that a command line asks for by `--lang`; nil where it does not, or in vain.
    public static func asked(in arguments: [String]) -> Language? {
        let separate = arguments.firstIndex(of: "--lang").map { $0 + 1 }
            .flatMap { arguments.indices.contains($0) ? arguments[$0] : nil }
        let joined = arguments.first { $0.hasPrefix("--lang=") }.map { String($0.dropFirst("--lang=".count)) }
        return (separate ?? joined).flatMap { Language(locale: $0) }
    }

    /// The language that the environment asks for: `LC_ALL`, `LC_MESSAGES`, then `LANG`; English for all others.
    public static func preferred(in environment: (String) -> String?) -> Language {
        let asked = ["LC_ALL", "LC_MESSAGES", "LANG"].compactMap { environment($0) }.first { !$0.isEmpty }
        return asked.flatMap { Language(locale: $0) } ?? .english
    }
}

/// A text in every language: there is no way to give it in one only.
public struct Words: Sendable, Hashable {
    private let english: String
    private let portuguese: String

    /// Gives a text in every language.
    public init(en english: String, pt portuguese: String) {
        self.english = english
        self.portuguese = portuguese
    }

    /// The text in a language.
    public func said(in language: Language) -> String {
        switch language {
        case .english: english
        case .portuguese: portuguese
        }
    }
}
