import BusProbe
import EdgeAgentCore
import Glibc
import Synchronization

/// What the doctor shows: one line for each finding, and on a terminal what it is waiting for.
final class DoctorConsole: Sendable {
    private let language: Language
    private let isTerminal = isatty(STDERR_FILENO) == 1
    /// What was not looked at, and for one and the same reason: it is said in one line.
    private let skipped = Mutex<(titles: [String], reason: String)>(([], ""))
    private let waiting = Mutex<(note: Task<Void, Never>?, isShown: Bool)>((nil, false))

    /// How long something may take before a word is said of it.
    private static let patience: Duration = .seconds(2)

    init(language: Language) { self.language = language }

    /// Says what is waited for, if it takes long.
    func begin(_ words: Words) {
        clear()
        guard isTerminal else { return }
        let text = String("... \(words.said(in: language))".prefix(79))
        let note = Task { [weak self] in
            try? await Task.sleep(for: Self.patience)
            self?.show(text)
        }
        waiting.withLock { $0.note = note }
    }

    private func show(_ text: String) {
        waiting.withLock { waiting in
            guard !Task.isCancelled else { return }
            waiting.isShown = true
            Terminal.write("\r\(text)\u{1B}[K", to: STDERR_FILENO)
        }
    }

    /// Takes the note away before something that stays is written.
    func clear() {
        waiting.withLock { waiting in
            waiting.note?.cancel()
            waiting.note = nil
            if waiting.isShown { Terminal.write("\r\u{1B}[K", to: STDERR_FILENO) }
            waiting.isShown = false
        }
    }

    /// Says a finding, and what to do about it.
    func say(_ finding: Doctor.Finding) {
        let words = finding.words
        let (title, what) = (finding.title.said(in: language), words.what.said(in: language))
        guard finding.verdict != .skipped else { return skip(title, what) }
        saySkipped()
        let line = finding.line.map { $0 == "line" ? "" : " (\($0))" } ?? ""
        say(finding.verdict, "\(title)\(line): \(what)")
        if let todo = words.todo {
            ProbeConsole.say("\(Self.indent)-> \(todo.said(in: language))", hanging: Self.indent + "   ")
        }
    }

    private func say(_ verdict: Doctor.Verdict, _ text: String) {
        let state = verdict.word.said(in: language)
        let gap = String(repeating: " ", count: max(1, Self.indent.count - state.count))
        ProbeConsole.say("\(state)\(gap)\(text)", hanging: Self.indent)
    }

    private func skip(_ title: String, _ reason: String) {
        if skipped.withLock({ $0.reason != reason }) { saySkipped() }
        skipped.withLock { skipped in
            skipped.titles.append(title)
            skipped.reason = reason
        }
    }

    private func saySkipped() {
        let (titles, reason) = skipped.withLock { skipped in
            defer { skipped = ([], "") }
            return skipped
        }
        if !titles.isEmpty { say(.skipped, "\(titles.joined(separator: ", ")): \(reason)") }
    }

    /// Says how many of what there were.
    func sum(_ findings: [Doctor.Finding]) {
        saySkipped()
        func count(_ state: String) -> Int { findings.count { $0.verdict.state == state } }
        let (faults, warnings) = (count("fault"), count("warning"))
        ProbeConsole.say(
            Words(
                en: "\(faults) fault\(faults == 1 ? "" : "s"), \(warnings) warning\(warnings == 1 ? "" : "s")",
                pt: "\(faults) falha\(faults == 1 ? "" : "s"), \(warnings) aviso\(warnings == 1 ? "" : "s")"
            ).said(in: language))
    }

    /// Where the text begins, behind the longest state.
    private static let indent = String(repeating: " ", count: 9)
}

extension Doctor.Step {
    /// What is being done.
    var words: Words {
        switch self {
        case .files: Words(en: "reading the files", pt: "lendo os arquivos")
        case .disk: Words(en: "looking at the spool and its disk", pt: "examinando o spool e o disco")
        case .clock: Words(en: "asking for the clock", pt: "consultando o relógio")
        case .line(let name): Words(en: "looking at line \(name)", pt: "examinando a linha \(name)")
        case .broker(.publish):
            Words(en: "waiting for the broker's answers", pt: "aguardando as respostas do broker")
        case .broker:
            Words(en: "connecting to the broker, up to 30 s", pt: "conectando ao broker, até 30 s")
        }
    }
}
