import BusProbe
import ModbusModel

/// Who is on a line, and what each of them is.
struct Survey {
    /// What was found.
    struct Result: Sendable {
        var beginning = ScanReport.Beginning.silent
        var setting = ProbeSetting.common[0]
        var slaves: [ConfigurationDraft.Slave] = []
        var advice: Words?
    }

    /// Below it a profile is a guess, which is told and not written down as if it were known.
    private static let sureEnough = 0.5

    private let line: ProbeLine
    private let setting: ProbeSetting?
    private let asked: [UInt8]?
    private let known: Set<UInt8>
    private let candidates: [Candidate]
    private let console: ProbeConsole

    /// Prepares a survey; slaves that are known already are neither identified nor given back.
    init(
        _ line: ProbeLine, setting: ProbeSetting?, slaves: [UInt8]?, known: Set<UInt8>, candidates: [Candidate],
        _ console: ProbeConsole
    ) {
        self.line = line
        self.setting = setting
        asked = slaves
        self.known = known
        self.candidates = candidates
        self.console = console
    }

    /// Listens, scans and identifies; what Ctrl-C cuts short is given back as far as it came.
    func run() async throws -> Result {
        var (result, report) = (Result(), ScanReport())
        let scanner = Scanner(line, until: .firstSetting) { event in
            switch event {
            case .listening(let heard): console.progress(heard.words)
            case .progress(let setting, let slave, _, let left): console.progress(.scanning(setting, slave, left))
            case .found: break
            }
        }
        try await scanner.listen(setting ?? ProbeSetting.common[0], into: &report)
        result.beginning = report.beginning
        if case .master = result.beginning { return result }
        let addresses = (asked ?? SlaveList.all).filter { !known.contains($0) }
        try await scanner.run(
            ScanPlan(settings: setting.map { [$0] } ?? ProbeSetting.all, addresses: addresses), into: &report)
        result.advice = report.advice
        guard let found = report.setting ?? setting else { return result }
        result.setting = found
        try await line.use(found)
        for address in report.present.map(\.slave).sorted() where !Task.isCancelled {
            guard let slave = SlaveAddress(Int(address)) else { continue }
            let identity = try await Identification(line, slave: slave) { done in
                console.progress(.identifying(slave, done))
            }.run(candidates)
            result.slaves.append(draft(address, identity.matches))
        }
        return result
    }

    private func draft(_ address: UInt8, _ matches: [Match]) -> ConfigurationDraft.Slave {
        guard let best = matches.first, let candidate = candidates.first(where: { $0.name == best.name }) else {
            return ConfigurationDraft.Slave(address: address, profile: nil, values: [], confidence: 0)
        }
        guard best.confidence >= Self.sureEnough else {
            return ConfigurationDraft.Slave(
                address: address, profile: nil, alike: [best.name], values: [], confidence: best.confidence)
        }
        return ConfigurationDraft.Slave(
            address: address, profile: best.name, alike: best.alike, values: candidate.worthReading,
            confidence: best.confidence)
    }
}

extension Words {
    /// How far a scan has come.
    static func scanning(_ setting: ProbeSetting, _ slave: UInt8, _ left: Duration) -> Words {
        Words(
            en: "\(setting), address \(slave), \(left.spoken) left at the most",
            pt: "\(setting), endereço \(slave), faltam no máximo \(left.spoken)")
    }

    /// How far an identification has come.
    static func identifying(_ slave: SlaveAddress, _ done: Double) -> Words {
        Words(en: "slave \(slave): \(Int(done * 100)) %", pt: "escravo \(slave): \(Int(done * 100)) %")
    }
}
