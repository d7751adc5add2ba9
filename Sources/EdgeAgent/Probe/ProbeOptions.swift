import AgentConfiguration
import ArgumentParser
import BusProbe
import EdgeAgentCore
import Glibc
import ModbusModel

/// What every probe needs to know: which port, which setting, which language.
struct ProbeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            Words(
                en: "The serial port; without it the configuration's, or the only adapter that is plugged in.",
                pt: "A porta serial; senão a da configuração, ou o único adaptador conectado."
            ).here, valueName: "path"))
    var port: String?

    @Option(help: ArgumentHelp(Words(en: "Speed in bit/s.", pt: "Velocidade em bit/s.").here, valueName: "speed"))
    var baud: Int?

    @Option(
        help: ArgumentHelp(
            Words(
                en: "Data bits, parity, stop bits: 8N1, 8E1, 8O1, 8N2.",
                pt: "Bits de dados, paridade, bits de parada: 8N1, 8E1, 8O1, 8N2."
            ).here, valueName: "format"))
    var format: String?

    @Option(
        name: .customLong("config"),
        help: ArgumentHelp(
            Words(
                en: "A configuration file to take port, setting and slaves from.",
                pt: "Um arquivo de configuração de onde vêm porta, velocidade e escravos."
            ).here, valueName: "file"))
    var configurationPath: String?

    @Option(
        help: ArgumentHelp(
            Words(
                en: "Which of the configuration's lines; the first serial one by default.",
                pt: "Qual das linhas da configuração; por padrão a primeira serial."
            ).here, valueName: "name"))
    var line: String?

    @OptionGroup var report: ReportOptions

    /// The language that messages are in.
    var language: Language { report.language }

    /// Whether the result is for a program.
    var json: Bool { report.json }

    func validate() throws {
        if let baud, !ProbeSetting.speeds.contains(baud) {
            let speeds = ProbeSetting.speeds.sorted().map(String.init).joined(separator: ", ")
            throw ValidationError(
                Words(en: "--baud \(baud): expected one of \(speeds)", pt: "--baud \(baud): use um destes: \(speeds)")
                    .here)
        }
        if let format, ProbeSetting(baud: 9600, format: format) == nil {
            throw ValidationError(
                Words(
                    en: "--format \(format): expected 8N1, 8E1, 8O1 or 8N2",
                    pt: "--format \(format): use 8N1, 8E1, 8O1 ou 8N2"
                ).here)
        }
    }

    /// The line of the configuration that is to be probed, with its slaves; nil where no configuration was named.
    func bus() throws(AgentFault) -> Bus<AgentConfiguration.Slave>? {
        guard let path = configurationPath else { return nil }
        return try bus(of: configuration(path), path)
    }

    /// Reads a configuration for its lines; the certificates that it names may still be missing.
    func configuration(_ path: String) throws(AgentFault) -> AgentConfiguration {
        do throws(ConfigurationFaults) {
            return try AgentConfiguration.load(path: path, withFiles: false)
        } catch {
            throw AgentFault(error)
        }
    }

    /// The serial line that was asked for, or the first.
    func bus(of configuration: AgentConfiguration, _ path: String) throws(AgentFault) -> Bus<AgentConfiguration.Slave> {
        let serial = configuration.buses.filter { if case .serial = $0.line.way { true } else { false } }
        if let bus = serial.first(where: { line == nil || $0.line.name == line }) { return bus }
        let names = serial.map(\.line.name).joined(separator: ", ")
        throw AgentFault(
            .usage,
            Words(
                en: "\(path): no serial line \(line ?? ""); serial lines are: \(names)",
                pt: "\(path): nenhuma linha serial \(line ?? ""); as linhas seriais são: \(names)"
            ).said(in: language))
    }

    /// The setting that was asked for, the configuration's, or nil.
    func setting(_ bus: Bus<AgentConfiguration.Slave>?) -> ProbeSetting? {
        guard baud != nil || format != nil || bus != nil else { return nil }
        return ProbeSetting(
            baud: baud ?? bus?.line.baud ?? 9600, format: format ?? bus?.line.format.rawValue ?? "8N1")
    }

    /// The port that was asked for, the configuration's, or the only one that is there.
    func portPath(_ bus: Bus<AgentConfiguration.Slave>?) throws(AgentFault) -> String {
        if let port = port ?? bus?.line.place { return port }
        let adapters = SerialAdapters.all
        guard let only = adapters.first, adapters.count == 1 else {
            let choice = adapters.isEmpty ? "" : ":\n  " + adapters.joined(separator: "\n  ")
            let words =
                adapters.isEmpty
                ? Words(
                    en: "no adapter is plugged in; plug one in, or name the port: --port /dev/ttyS0",
                    pt: "nenhum adaptador conectado; conecte um, ou informe a porta: --port /dev/ttyS0")
                : Words(
                    en: "several adapters are plugged in; choose one with --port",
                    pt: "há vários adaptadores conectados; escolha um com --port")
            throw AgentFault(adapters.isEmpty ? .missingInput : .usage, words.said(in: language) + choice)
        }
        return only
    }
}

/// The serial adapters that are plugged in, by the names that stay the same.
enum SerialAdapters {
    static var all: [String] {
        let folder = "/dev/serial/by-id"
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append("\(folder)/\(name)") }
        }
        return names.sorted()
    }
}

/// Slaves' addresses as people write them: `1`, `1-20`, `1,5,17-20`.
struct SlaveList {
    let addresses: [UInt8]

    init?(argument: String) {
        var addresses: [UInt8] = []
        for part in argument.split(separator: ",") {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard let low = ends.first ?? nil, let high = ends.last ?? nil, ends.count <= 2, 1 <= low, low <= high,
                high <= 247
            else { return nil }
            addresses += (low...high).map { UInt8($0) }.filter { !addresses.contains($0) }
        }
        guard !addresses.isEmpty else { return nil }
        self.addresses = addresses
    }

    /// Reads a list, or says what one looks like.
    static func reading(_ argument: String) throws -> SlaveList {
        if let list = SlaveList(argument: argument) { return list }
        throw ValidationError(
            Words(
                en: "\(argument): expected addresses from 1 to 247, as 1-247 or 1,5,17-20",
                pt: "\(argument): use endereços de 1 a 247, como 1-247 ou 1,5,17-20"
            ).here)
    }

    /// All addresses that a slave may have.
    static let all = (1...247).map { UInt8($0) }

    /// The addresses as the bus knows them.
    var slaves: [SlaveAddress] { addresses.compactMap { SlaveAddress(Int($0)) } }
}
