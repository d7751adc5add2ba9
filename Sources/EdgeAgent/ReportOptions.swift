import ArgumentParser
import BusProbe
import Glibc

/// How a report is given: in which language, for a person or for a program.
struct ReportOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            Words(
                en: "Language of the messages: en or pt; the environment's by default.",
                pt: "Idioma das mensagens: en ou pt; por padrão o do ambiente."
            ).here, valueName: "lang"))
    var lang: String?

    @Flag(
        help: ArgumentHelp(
            Words(
                en: "Write the result as JSON to standard output.", pt: "Escrever o resultado em JSON na saída padrão."
            ).here))
    var json = false

    /// The language that messages are in.
    var language: Language { lang.flatMap { Language(locale: $0) } ?? .ofEnvironment }

    func validate() throws {
        if let lang, Language(locale: lang) == nil {
            throw ValidationError(
                Words(en: "--lang \(lang): en and pt are known", pt: "--lang \(lang): há en e pt").here)
        }
    }
}

extension Language {
    /// The language that this program's environment asks for.
    static var ofEnvironment: Language { preferred { name in getenv(name).map { String(cString: $0) } } }

    /// The language of this run: the command line's, or the environment's.
    static var ofThisRun: Language { asked(in: CommandLine.arguments) ?? .ofEnvironment }

    /// The language of what a service says: English in the journal, where operators search for the words.
    static var ofService: Language { getenv("JOURNAL_STREAM") == nil ? .ofThisRun : .english }
}

extension Words {
    /// The text in the language of this run: the command line's, or the environment's.
    var here: String { said(in: .ofThisRun) }
}
