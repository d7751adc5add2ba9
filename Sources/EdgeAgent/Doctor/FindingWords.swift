import BusProbe
import EdgeAgentCore

/// What is said of a finding: what it is, and what to do next where something is to be done.
struct FindingWords {
    let what: Words
    let todo: Words?

    init(_ what: Words, todo: Words? = nil) {
        self.what = what
        self.todo = todo
    }
}

extension Doctor.Finding {
    /// What is said of it.
    var words: FindingWords {
        switch self {
        case .configuration(let finding): finding.words
        case .identity(let finding): finding.words
        case .clock(let finding): finding.words
        case .line(let finding, _, let place): finding.words(place)
        case .disk(let finding): finding.words
        case .broker(let finding): finding.words
        }
    }

    /// The name of what was looked at, for people.
    var title: Words { Self.titles[check] ?? Words(en: check, pt: check) }

    /// The name of each check, for people.
    static let titles: [String: Words] = [
        "configuration": Words(en: "configuration", pt: "configuração"),
        "identity.files": Words(en: "certificate files", pt: "arquivos do certificado"),
        "identity.name": Words(en: "certificate name", pt: "nome no certificado"),
        "identity.dates": Words(en: "certificate dates", pt: "validade do certificado"),
        "clock.trust": Words(en: "clock", pt: "relógio"),
        "clock.hardware": Words(en: "hardware clock", pt: "relógio de hardware"),
        "line.port": Words(en: "port", pt: "porta"),
        "line.rights": Words(en: "port rights", pt: "permissão da porta"),
        "line.use": Words(en: "port in use", pt: "uso da porta"),
        "line.name": Words(en: "port name", pt: "nome da porta"),
        "line.adapter": Words(en: "adapter", pt: "adaptador"),
        "line.latency": Words(en: "adapter latency", pt: "latência do adaptador"),
        "line.server": Words(en: "serial server", pt: "servidor serial"),
        "disk.folder": Words(en: "spool folder", pt: "pasta do spool"),
        "disk.space": Words(en: "disk space", pt: "espaço em disco"),
        "disk.spool": Words(en: "spool file", pt: "arquivo do spool"),
        "disk.aside": Words(en: "damaged spools", pt: "spools danificados"),
        "disk.wear": Words(en: "disk", pt: "disco"),
        "broker.name": Words(en: "broker name", pt: "nome do broker"),
        "broker.tcp": Words(en: "broker connection", pt: "conexão com o broker"),
        "broker.tls": Words(en: "broker TLS", pt: "TLS do broker"),
        "broker.certificate": Words(en: "broker certificate", pt: "certificado do broker"),
        "broker.welcome": Words(en: "broker session", pt: "sessão no broker"),
        "broker.publish": Words(en: "right to publish", pt: "direito de publicar"),
        "broker.subscribe": Words(en: "right to subscribe", pt: "direito de assinar"),
    ]
}

extension Doctor.Verdict {
    /// The word at the beginning of a line.
    var word: Words {
        switch self {
        case .ok: Words(en: "ok", pt: "ok")
        case .warning: Words(en: "warning", pt: "aviso")
        case .fault: Words(en: "FAULT", pt: "FALHA")
        case .skipped: Words(en: "skipped", pt: "pulado")
        }
    }
}

extension Int64 {
    /// Seconds since 1970 as a day.
    var day: String { String(utc.prefix(10)) }

    /// Seconds since 1970 as UTC to the second.
    var utc: String { "\(WallClock.Moment(seconds: self).utc)" }
}

extension Int {
    /// Bytes as a person reads them.
    var bytes: String {
        self >= 10 << 30 ? "\(self >> 30) GiB" : self >= 1 << 20 ? "\(self >> 20) MiB" : "\(self >> 10) KiB"
    }
}
