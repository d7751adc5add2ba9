import AgentConfiguration
import BusProbe
import EdgeAgentCore
import FoundationEssentials
import Glibc
import ModbusModel

/// The file that a configuration is written to: a new one, or one that is extended.
struct ConfigurationTarget {
    /// The line of the file that is extended; nil for a new file.
    let bus: Bus<AgentConfiguration.Slave>?

    private let path: String?
    private let old: String?
    private let count: Int
    private let language: Language

    /// Reads what is there; a file with mistakes is not extended, and they are said.
    init(path: String?, _ options: ProbeOptions) throws(AgentFault) {
        self.path = path
        language = options.language
        guard let path, access(path, F_OK) == 0 else {
            (bus, old, count) = (nil, nil, 0)
            return
        }
        let configuration = try options.configuration(path)
        guard let data = try? Data(contentsOf: URL(filePath: path)) else {
            throw AgentFault(.missingInput, "\(path): \(String(cString: strerror(errno)))")
        }
        old = String(decoding: data, as: UTF8.self)
        bus = try options.bus(of: configuration, path)
        count = configuration.slaves.count
    }

    /// Whether there is no such file yet.
    var isNew: Bool { old == nil }

    /// The slaves that the file has already.
    var known: Set<UInt8> { Set(bus?.slaves.map(\.id.rawValue) ?? []) }

    /// Why a MAC or a broker is not taken for a file that has its own.
    var keepsGateway: AgentFault {
        AgentFault(
            .usage,
            Words(
                en: "--mac and --broker are for a new file; \(path ?? "") keeps its own",
                pt: "--mac e --broker são para um arquivo novo; \(path ?? "") mantém os dele"
            ).said(in: language))
    }

    /// Refuses another port or another setting than the file has: its line would not reach what is found there.
    func expect(port: String, _ setting: ProbeSetting?) throws(AgentFault) {
        guard let bus else { return }
        let own = "\(bus.line.place) \(bus.line.baud) \(bus.line.format.rawValue)"
        let isSamePort = port == bus.line.place || Self.isSame(port, bus.line.place)
        let isSameSetting = setting.map { $0.baud == bus.line.baud && $0.format == bus.line.format.rawValue } ?? true
        guard !isSamePort || !isSameSetting else { return }
        throw AgentFault(
            .usage,
            Words(
                en: "\(path ?? ""): its line is \(own); leave --port, --baud and --format out, or write a new file",
                pt: "\(path ?? ""): a linha dele é \(own); tire --port, --baud e --format, ou escreva um arquivo novo"
            ).said(in: language))
    }

    /// Refuses a place where nothing can be written before minutes are spent on a scan.
    func expectWritable() throws(AgentFault) {
        guard let path else { return }
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        guard access(folder, W_OK) == 0 else { throw cannotBeSaved }
    }

    /// The file as it will be, checked, and whether its line is held against the measurement.
    ///
    /// One that was asked for and does not fit is a fault; one that only lies there is left alone.
    func text(
        _ draft: ConfigurationDraft, _ gateway: ConfigurationDraft.Gateway, baseline: BaselineChoice?, added: Int
    ) throws(AgentFault) -> (text: String, isWatched: Bool) {
        let text = try text(draft, gateway, added: added)
        guard let baseline else { return (text, false) }
        guard let line = try parsed(text).buses.first?.line else { throw cannotBeExtended }
        if let watch = line.watch {
            guard baseline.isAsked, watch.baseline != resolved(baseline.written) else { return (text, false) }
            throw hasBaseline(watch.baseline)
        }
        if let difference = baseline.difference(from: line) {
            guard baseline.isAsked else { return (text, false) }
            throw AgentFault(.wrongData, difference.said(in: language))
        }
        // The reader judges the result: a place that only looked like the line is noticed here.
        guard let watched = ConfigurationDraft.watching(text, baseline: baseline.written),
            let configuration = try? parsed(watched), configuration.slaves.count == count + added,
            configuration.buses.first?.line.watch?.baseline == resolved(baseline.written)
        else {
            guard baseline.isAsked else { return (text, false) }
            throw cannotBeWatched(baseline.written)
        }
        return (watched, true)
    }

    /// A path as the reader sees it from the configuration's folder.
    private func resolved(_ name: String) -> String {
        guard !name.hasPrefix("/"), let path, let slash = path.lastIndex(of: "/") else { return name }
        return String(path[...slash]) + name
    }

    private func parsed(_ text: String) throws(AgentFault) -> AgentConfiguration {
        do throws(ConfigurationFaults) {
            return try AgentConfiguration.parse(Array(text.utf8), file: path ?? "config.yaml")
        } catch {
            throw AgentFault(error)
        }
    }

    private func text(
        _ draft: ConfigurationDraft, _ gateway: ConfigurationDraft.Gateway, added: Int
    ) throws(AgentFault) -> String {
        let text: String
        if let old {
            guard let extended = draft.extending(old, in: language) else { throw cannotBeExtended }
            text = extended
        } else {
            text = draft.text(gateway, in: language)
        }
        // A place that only looked like the list's end is noticed here.
        guard try parsed(text).slaves.count == count + added else { throw cannotBeExtended }
        return text
    }

    /// Saves at once or not at all; a file that was there keeps its mode and its owner.
    func save(_ text: String) throws(AgentFault) {
        guard let path, text != old else { return }
        let real = realpath(path, nil).map { pointer in
            defer { free(pointer) }
            return String(cString: pointer)
        }
        let place = real ?? path
        var status = stat()
        let isThere = stat(place, &status) == 0
        let draft = "\(place).new-\(getpid())"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw cannotBeSaved }
        let bytes = Array(text.utf8)
        // The owner first: to give a file away takes rights from its mode.
        if isThere { _ = fchown(descriptor, status.st_uid, status.st_gid) }
        let isWritten =
            fchmod(descriptor, isThere ? status.st_mode & 0o7777 : 0o640) == 0
            && Glibc.write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
        close(descriptor)
        guard isWritten, rename(draft, place) == 0 else {
            let fault = cannotBeSaved
            unlink(draft)
            throw fault
        }
    }

    private var cannotBeSaved: AgentFault {
        let reason = String(cString: strerror(errno))
        return AgentFault(
            .cannotCreate,
            Words(
                en: "\(path ?? ""): cannot be written: \(reason)", pt: "\(path ?? ""): não pode ser escrito: \(reason)"
            ).said(in: language))
    }

    private func hasBaseline(_ own: String) -> AgentFault {
        AgentFault(
            .usage,
            Words(
                en: "\(path ?? ""): its line is held against \(own) already; leave --baseline out, or change the file",
                pt: "\(path ?? ""): a linha já é comparada com \(own); tire --baseline, ou mude o arquivo"
            ).said(in: language))
    }

    private func cannotBeWatched(_ name: String) -> AgentFault {
        AgentFault(
            .configuration,
            Words(
                en: "\(path ?? ""): its line: is in a form that cannot be extended; write there: baseline: \(name)",
                pt: "\(path ?? ""): a chave line: está numa forma que não pode ser ampliada; escreva nela: "
                    + "baseline: \(name)"
            ).said(in: language))
    }

    private var cannotBeExtended: AgentFault {
        AgentFault(
            .configuration,
            Words(
                en:
                    "\(path ?? ""): its list of slaves is in a form that cannot be extended; `slaves:` must stand at the "
                    + "margin with `- id:` below it. Print the new slaves with --dry-run and no --output, and copy them",
                pt:
                    "\(path ?? ""): a lista de escravos está numa forma que não pode ser ampliada; `slaves:` deve estar na "
                    + "margem com `- id:` embaixo. Mostre os novos com --dry-run sem --output, e copie"
            ).said(in: language))
    }

    private static func isSame(_ one: String, _ other: String) -> Bool {
        var (first, second) = (stat(), stat())
        return stat(one, &first) == 0 && stat(other, &second) == 0 && first.st_rdev == second.st_rdev
            && first.st_rdev != 0
    }
}
