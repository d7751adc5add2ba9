import AgentConfiguration
import ArgumentParser
import BusProbe
import EdgeAgentCore
import Glibc
import ModbusModel

/// `edge-agent probe config`: a configuration from what is on the line.
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: Words(
            en: "Write or extend a configuration from what is found on the line.",
            pt: "Escrever ou ampliar uma configuração com o que há na linha."
        ).here,
        discussion: Words(
            en: """
                Finds the slaves (or takes those of --slaves), recognises them, and writes each with its profile and a \
                code to fill in for every value. A file that is there is extended: its comments stay, and slaves that \
                it has are left alone. The result is checked before it is saved, all at once or not at all. Codes that \
                begin with FILL- are yours to fill in; `edge-agent check` warns of each that is left. Status 1: nobody \
                was found.
                """,
            pt: """
                Encontra os escravos (ou usa os de --slaves), reconhece cada um e escreve o perfil e um código a \
                preencher para cada valor. Um arquivo existente é ampliado: os comentários ficam, e os escravos que já \
                estão nele não mudam. O resultado é conferido antes de ser gravado, inteiro ou nada. Os códigos que \
                começam com FILL- são para você preencher; `edge-agent check` avisa de cada um que sobrar. Status 1: \
                ninguém foi encontrado.
                """
        ).here)

    @OptionGroup var options: ProbeOptions
    @OptionGroup var profiles: ProfileOptions

    @Option(
        help: ArgumentHelp(
            Words(
                en: "Slaves to take up, found or not; without it the line is scanned.",
                pt: "Escravos a incluir; sem isto a linha é varrida."
            ).here, valueName: "list"),
        transform: SlaveList.reading)
    var slaves: SlaveList?

    @Option(
        help: ArgumentHelp(
            Words(en: "The file to write or to extend.", pt: "O arquivo a escrever ou ampliar.").here, valueName: "file"
        ))
    var output: String?

    @Option(
        help: ArgumentHelp(
            Words(
                en: "The gateway's MAC, for a new file; its certificate says it otherwise.",
                pt: "O MAC do gateway, para um arquivo novo; senão vale o do certificado."
            ).here, valueName: "mac"))
    var mac: String?

    @Option(
        help: ArgumentHelp(
            Words(en: "The broker's name, for a new file.", pt: "O nome do broker, para um arquivo novo.").here,
            valueName: "host"))
    var broker: String?

    @Option(
        help: ArgumentHelp(
            Words(
                en: "Figures of probe quality --save to hold the line against; line.json beside the file by default.",
                pt: "Números de probe quality --save com que comparar a linha; por padrão line.json ao lado do arquivo."
            ).here, valueName: "file"))
    var baseline: String?

    @Flag(
        help: ArgumentHelp(
            Words(en: "Print the result and save nothing.", pt: "Mostrar o resultado sem gravar nada.").here))
    var dryRun = false

    func validate() throws {
        guard output != nil || dryRun else {
            throw ValidationError(
                Words(
                    en: "name the file with --output, or print it with --dry-run",
                    pt: "informe o arquivo com --output, ou mostre-o com --dry-run"
                ).here)
        }
    }

    func run() async throws {
        try await Terminal.ending(wrapping: true) {
            let target = try ConfigurationTarget(path: output, options)
            let bus = try target.bus ?? options.bus()
            let path = try options.portPath(bus)
            try target.expect(port: path, options.setting(bus))
            if !target.isNew, mac != nil || broker != nil { throw target.keepsGateway }
            if !dryRun { try target.expectWritable() }
            let baseline = try BaselineChoice(asked: self.baseline, beside: output)
            let candidates = try profiles.candidates()
            let console = ProbeConsole(options)
            let found = try await console.run(on: path) { [self] in
                try await Survey(
                    try ProbeLine(port: path), setting: options.setting(bus), slaves: slaves?.addresses,
                    known: target.known, candidates: candidates, console
                ).run()
            }
            if case .master = found.beginning {
                throw AgentFault(.temporary, found.beginning.words?.said(in: options.language) ?? "")
            }
            guard !found.slaves.isEmpty || !target.known.isEmpty else {
                if let advice = found.advice { ProbeConsole.say(advice.said(in: options.language)) }
                throw ExitCode(1)
            }
            let draft = ConfigurationDraft(
                port: path, setting: found.setting, slaves: found.slaves,
                placeholder: AgentConfiguration.Point.placeholder)
            let (text, isWatched) = try target.text(
                draft, .init(broker: broker, mac: mac), baseline: baseline, added: found.slaves.count)
            if !dryRun { try target.save(text) }
            try tell(found.slaves, text, baseline: isWatched ? baseline?.written : nil)
        }
    }

    private func tell(_ slaves: [ConfigurationDraft.Slave], _ text: String, baseline: String?) throws {
        if options.json {
            try ProbeConsole.json(
                ConfigResult(slaves, text: text, path: output, isSaved: !dryRun, baseline: baseline))
        } else if dryRun {
            Terminal.write(text, to: STDOUT_FILENO)
        } else {
            for slave in slaves { ProbeConsole.say("\(slave.address)  \(slave.profile ?? "-")") }
            let path = output ?? ""
            if let baseline {
                ProbeConsole.say(
                    Words(
                        en: "\(path): the line is held against \(baseline); the two files belong together",
                        pt: "\(path): a linha é comparada com \(baseline); os dois arquivos andam juntos"
                    ).said(in: options.language))
            }
            guard !slaves.isEmpty || baseline == nil else { return }
            let words =
                slaves.isEmpty
                ? Words(en: "\(path): nothing new, left as it is", pt: "\(path): nada de novo, ficou como estava")
                : Words(
                    en: "\(path): \(slaves.count) slaves written and checked; fill in the FILL- codes, then:",
                    pt: "\(path): escrito com \(slaves.count) escravos e conferido; troque os FILL- e rode:")
            ProbeConsole.say(words.said(in: options.language))
            if !slaves.isEmpty { Terminal.say("  edge-agent check --config \(path)") }
        }
    }
}

/// The JSON of a configuration that was written: docs/probe.md.
struct ConfigResult: Encodable {
    struct Slave: Encodable {
        let slave: UInt8
        let profile: String?
        let confidence: Double
        let alike: [String]
        let values: [String]
    }

    let path: String?
    let saved: Bool
    let added: [Slave]
    let baseline: String?
    let text: String

    init(
        _ slaves: [ConfigurationDraft.Slave], text: String, path: String?, isSaved: Bool, baseline: String?
    ) {
        self.path = path
        self.baseline = baseline
        saved = isSaved
        added = slaves.map {
            Slave(
                slave: $0.address, profile: $0.profile, confidence: $0.confidence, alike: $0.alike, values: $0.values)
        }
        self.text = text
    }
}
