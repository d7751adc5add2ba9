import BusProbe
import EdgeAgentCore
import FoundationEssentials
import Glibc
import Synchronization
import UnixSignals

/// What the probe shows while it works: a line that is written over on a terminal, nothing where nobody looks.
final class ProbeConsole: Sendable {
    let language: Language
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let shown = Mutex((text: "", at: ContinuousClock.now - .seconds(1)))

    init(_ options: ProbeOptions) { language = options.language }

    /// Shows how far it has come, at most ten times a second.
    func progress(_ words: @autoclosure () -> Words) {
        guard isTerminal else { return }
        let text: String? = shown.withLock { shown in
            guard shown.at.duration(to: .now) > .milliseconds(100) else { return nil }
            shown = (String(words().said(in: language).prefix(79)), .now)
            return shown.text
        }
        if let text { Terminal.write("\r\(text)\u{1B}[K", to: STDERR_FILENO) }
    }

    /// Takes the progress line away before something that stays is written.
    func clear() {
        guard isTerminal else { return }
        let wasShown = shown.withLock { shown in
            defer { shown.text = "" }
            return !shown.text.isEmpty
        }
        if wasShown { Terminal.write("\r\u{1B}[K", to: STDERR_FILENO) }
    }

    /// Says something that stays, to standard error.
    func note(_ words: Words) {
        clear()
        Terminal.complain(words.said(in: language).wrapped())
    }

    /// Says a result to standard output, in lines that fit a phone.
    static func say(_ text: String, hanging indent: String = "  ") { Terminal.say(text.wrapped(hanging: indent)) }

    /// Runs a body on a port that Ctrl-C cancels, so that what was found is kept; a running agent lends its port.
    ///
    /// A fault of the port ends the command in words.
    func run<Result: Sendable>(
        on port: String, _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let loan = PortLoan(port: port)
        if loan != nil {
            note(
                Words(
                    en: "the running agent lends the port and goes on by itself afterwards",
                    pt: "o agente em execução empresta a porta e continua sozinho depois"))
        }
        defer { _ = loan }
        let work = Task { try await body() }
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let watch = Task {
            for await _ in signals {
                work.cancel()
                break
            }
        }
        defer { watch.cancel() }
        do {
            let result = try await work.value
            clear()
            return result
        } catch let fault as ProbeFault {
            clear()
            throw AgentFault(fault.status, fault.words.said(in: language))
        }
    }

    /// Writes a value as JSON, keys in the order of the alphabet and in lower case.
    static func json(_ value: some Encodable) throws { Terminal.say(try text(value)) }

    /// The same as a text.
    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

extension ProbeFault {
    /// The status that a command ends with.
    var status: ExitStatus {
        switch kind {
        case .missing: .missingInput
        case .busy: .temporary
        case .notPermitted: .notPermitted
        case .notASerialPort, .speed: .configuration
        case .lost: .inputOutput
        }
    }
}

extension Duration {
    /// Whole milliseconds.
    var milliseconds: Int { Int(self / .milliseconds(1)) }

    /// Minutes and seconds as a person reads them: `8 s`, `2 min 05 s`.
    var spoken: String {
        let seconds = Int((self / .seconds(1)).rounded(.up))
        let rest = seconds % 60
        return seconds < 60 ? "\(seconds) s" : "\(seconds / 60) min \(rest < 10 ? "0" : "")\(rest) s"
    }
}
