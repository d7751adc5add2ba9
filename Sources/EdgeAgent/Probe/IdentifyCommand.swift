import AgentConfiguration
import ArgumentParser
import BusProbe
import EdgeAgentCore
import ModbusModel

/// `edge-agent probe identify`: which meter it is.
struct IdentifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "identify",
        abstract: Words(
            en: "Say which meter a slave is, with a confidence and the runner-up.",
            pt: "Dizer qual medidor é um escravo, com a certeza e o segundo colocado."
        ).here,
        discussion: Words(
            en: """
                Asks the slave what it is (functions 43 and 17), then compares what its registers hold with the profiles: \
                mains frequency, voltage, energy that only grows. Registers are read and never written. Status 1: nothing \
                fits.
                """,
            pt: """
                Pergunta ao escravo o que ele é (funções 43 e 17) e compara os registradores com os perfis: frequência \
                da rede, tensão, energia que só cresce. Registradores são lidos, nunca escritos. Status 1: nada serve.
                """
        ).here)

    @OptionGroup var options: ProbeOptions
    @OptionGroup var profiles: ProfileOptions

    @Option(
        help: ArgumentHelp(Words(en: "Slaves to identify.", pt: "Escravos a identificar.").here, valueName: "list"),
        transform: SlaveList.reading)
    var slaves: SlaveList

    func run() async throws {
        try await Terminal.ending(wrapping: true) {
            let bus = try options.bus()
            let path = try options.portPath(bus)
            let setting = options.setting(bus) ?? ProbeSetting.common[0]
            let candidates = try profiles.candidates()
            let console = ProbeConsole(options)
            let asked = slaves.slaves
            let results = try await console.run(on: path) { () -> [IdentifiedSlave] in
                let line = try ProbeLine(port: path)
                try await line.use(setting)
                var results: [IdentifiedSlave] = []
                for slave in asked {
                    let result = try await Identification(line, slave: slave) { done in
                        console.progress(
                            Words(
                                en: "slave \(slave): \(Int(done * 100)) %", pt: "escravo \(slave): \(Int(done * 100)) %"
                            ))
                    }.run(candidates)
                    results.append(IdentifiedSlave(slave, result))
                }
                return results
            }
            if options.json { try ProbeConsole.json(results) } else { results.forEach(say) }
            if results.contains(where: { $0.matches.isEmpty }) { throw ExitCode(1) }
        }
    }

    private func say(_ slave: IdentifiedSlave) {
        let language = options.language
        if !slave.reports.isEmpty {
            let says = Words(en: "says", pt: "informa").said(in: language)
            ProbeConsole.say("\(slave.slave): \(says) \(slave.reports.joined(separator: ", "))")
        }
        guard let best = slave.matches.first else {
            ProbeConsole.say(
                Words(
                    en: "\(slave.slave): no profile fits; probe read --all-orders shows what its registers can mean",
                    pt:
                        "\(slave.slave): nenhum perfil serve; probe read --all-orders mostra o que os registradores podem ser"
                ).said(in: language))
            return
        }
        let values = Words(en: "of \(best.read) values plausible", pt: "de \(best.read) valores plausíveis")
        ProbeConsole.say(
            "\(slave.slave): \(best.profile)  \(Int(best.confidence * 100)) %  \(best.plausible) \(values.said(in: language))"
        )
        if !best.alike.isEmpty {
            let same = Words(en: "cannot be told from", pt: "não se distingue de").said(in: language)
            ProbeConsole.say("   \(same) \(best.alike.joined(separator: ", "))")
        }
        if let second = slave.matches.dropFirst().first(where: { !best.alike.contains($0.profile) }) {
            let next = Words(en: "runner-up", pt: "segundo lugar").said(in: language)
            ProbeConsole.say("   \(next): \(second.profile)  \(Int(second.confidence * 100)) %")
        }
    }
}

/// Where profiles are looked for.
struct ProfileOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            Words(
                en: "A folder of profiles that overrides those that came with the program.",
                pt: "Uma pasta de perfis que vale antes dos que vieram com o programa."
            ).here, valueName: "folder"))
    var profiles: String?

    var library: ProfileLibrary { .standard(own: profiles) }

    /// Every profile as a candidate; a profile with a mistake ends the command and names the place.
    func candidates() throws(AgentFault) -> [Candidate] {
        let library = library
        var candidates: [Candidate] = []
        do throws(ConfigurationFaults) {
            let quantities = try library.quantities()
            for name in library.names {
                if let profile = try library.profile(named: name) {
                    candidates.append(Candidate(profile, quantities: quantities))
                }
            }
        } catch {
            throw AgentFault(error)
        }
        guard !candidates.isEmpty else {
            throw AgentFault(
                .missingInput,
                "no profiles in \(library.folders.joined(separator: ", ")); give a folder with --profiles")
        }
        return candidates
    }
}

extension Candidate {
    /// A profile, with what its quantities may plausibly be.
    init(_ profile: MeterProfile, quantities: [Quantity]) {
        self.init(
            name: profile.name, words: [profile.model], alike: profile.alike,
            traits: profile.points.map { point in
                let quantity = quantities.first { $0.name == point.name }
                return Trait(
                    definition: point.definition, plausible: quantity?.plausible ?? [], weight: quantity?.weight ?? 0,
                    grows: quantity?.grows ?? false, absent: point.absent)
            },
            marks: profile.marks.map { mark in
                Mark(address: mark.address, count: mark.count) { mark.isProven(by: $0) }
            }, worthReading: Self.worthReading(profile, quantities))
    }

    /// What is billed and what tells that the wiring is right; of a small meter everything.
    private static func worthReading(_ profile: MeterProfile, _ quantities: [Quantity]) -> [String] {
        let names = profile.points.map(\.name)
        guard names.count > 8 else { return names }
        let telling = names.filter { name in
            let quantity = quantities.first { $0.name == name }
            let isPart = ["_l1", "_l2", "_l3"].contains { name.hasSuffix($0) }
            return quantity.map { ($0.grows && !isPart) || $0.weight > 2 } ?? false
        }
        let wanted = Set(telling + ["current", "current_l1", "current_l2", "current_l3", "active_power"])
        return names.filter(wanted.contains)
    }
}

/// One slave and what it is, in JSON: docs/probe.md.
struct IdentifiedSlave: Encodable {
    struct Profile: Encodable {
        let profile: String
        let confidence: Double
        let score: Double
        let plausible: Int
        let read: Int
        let refused: Int
        let alike: [String]
    }

    let slave: UInt8
    let reports: [String]
    let matches: [Profile]

    init(_ slave: SlaveAddress, _ result: Identification.Result) {
        self.slave = slave.rawValue
        reports = (result.objects + [result.serverID].compactMap(\.self)).filter { !$0.isEmpty }
        matches = result.matches.prefix(5).map { match in
            Profile(
                profile: match.name, confidence: match.confidence, score: (match.score * 10).rounded() / 10,
                plausible: match.plausible, read: match.read, refused: match.refused, alike: match.alike)
        }
    }
}
