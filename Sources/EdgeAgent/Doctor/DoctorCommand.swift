import ArgumentParser
import BusProbe
import EdgeAgentCore
import Glibc

/// `edge-agent doctor`: everything that an agent needs, looked at once.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: Words(
            en: "Look at everything the agent needs, and say what to do about what is wrong.",
            pt: "Examinar tudo de que o agente precisa, e dizer o que fazer com o que está errado."
        ).here,
        discussion: Words(
            en: """
                Looks at the configuration, the certificate, the clock, each line, the disk and the broker, in the order \
                in which it should be mended. Nothing is changed, and a running agent keeps its port, its spool and its \
                session. The right to publish is tried with one message on the gateway's own topic acks.

                Ends with 0 where nothing is at fault, warnings or not, and else with the status of the first fault; \
                edge-agent --help lists them. The shape of --json is in docs/operating.md.
                """,
            pt: """
                Examina a configuração, o certificado, o relógio, cada linha, o disco e o broker, na ordem em que convém \
                corrigir. Nada é alterado, e um agente em execução mantém a porta, o spool e a sessão. O direito de \
                publicar é testado com uma mensagem no tópico acks do próprio gateway.

                Termina com 0 se nada está em falha, com ou sem avisos, e senão com o status da primeira falha; \
                edge-agent --help traz a lista. A forma de --json está em docs/operating.md.
                """
        ).here)

    @Option(
        name: .customLong("config"),
        help: ArgumentHelp(
            Words(en: "The configuration file.", pt: "O arquivo de configuração.").here, valueName: "file"))
    var path: String

    @OptionGroup var report: ReportOptions

    @Flag(
        help: ArgumentHelp(
            Words(
                en: "Leave out the broker and lines over the network.",
                pt: "Deixar de fora o broker e as linhas pela rede."
            ).here))
    var offline = false

    func run() async throws {
        let (language, json) = (report.language, report.json)
        let console = DoctorConsole(language: language)
        var findings: [Doctor.Finding] = []
        let doctor = Doctor(path: path, isOffline: offline, release: Release.date)
        let status = await doctor.run(
            begin: { console.begin($0.words) },
            report: { finding in
                console.clear()
                findings.append(finding)
                if !json { console.say(finding) }
            })
        console.clear()
        if json {
            try ProbeConsole.json(findings.map { DoctorResult($0, language) })
        } else {
            console.sum(findings)
        }
        if let status { throw ExitCode(status.rawValue) }
    }
}

/// The JSON of a finding: docs/operating.md.
struct DoctorResult: Encodable {
    let check: String
    let cause: String
    let state: String
    let line: String?
    let status: Int32?
    let what: String
    let todo: String?

    init(_ finding: Doctor.Finding, _ language: Language) {
        check = finding.check
        cause = finding.cause
        state = finding.verdict.state
        line = finding.line
        status = finding.verdict.status?.rawValue
        what = finding.words.what.said(in: language)
        todo = finding.words.todo?.said(in: language)
    }

    private enum Key: String, CodingKey {
        case check, cause, state, line, status, what, todo
    }

    /// Every member is always there: whoever reads it need not ask which are.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(check, forKey: .check)
        try container.encode(cause, forKey: .cause)
        try container.encode(state, forKey: .state)
        try container.encode(line, forKey: .line)
        try container.encode(status, forKey: .status)
        try container.encode(what, forKey: .what)
        try container.encode(todo, forKey: .todo)
    }
}
