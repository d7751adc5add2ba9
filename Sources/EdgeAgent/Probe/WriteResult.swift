import BusProbe
import ModbusKit
import ModbusModel

/// What became of one write: what is known, and not more.
struct WriteResult: Encodable, Sendable {
    enum Outcome: String, Encodable, Sendable {
        /// Nothing was sent: --yes is missing.
        case notWritten = "not_written"
        /// Acknowledged, and it reads back as written.
        case confirmed
        /// Acknowledged, and it reads back as something else.
        case differs
        /// Acknowledged, and it cannot be read back.
        case unverified
        /// Refused with an exception: nothing was written.
        case refused
        /// No usable acknowledgement: it may or may not have been written.
        case unknown
    }

    let slave: UInt8
    let table: String
    let address: UInt16
    let value: UInt16
    /// What it held before; absent where it could not be read.
    let before: UInt16?
    let outcome: Outcome
    /// What it holds now, where that is known.
    let now: UInt16?
    /// The exception that refused it (Modbus V1.1b3 §7).
    let exception: UInt8?

    init(
        _ request: WriteRequest, to slave: SlaveAddress, before: UInt16?, _ outcome: Outcome, now: UInt16? = nil,
        exception: UInt8? = nil
    ) {
        self.slave = slave.rawValue
        table = request.table.rawValue
        address = request.address
        value = request.words[0]
        self.before = before
        self.outcome = outcome
        self.now = now
        self.exception = exception
    }

    init(_ request: WriteRequest, to slave: SlaveAddress, before: UInt16?, _ outcome: WriteOutcome) {
        switch outcome {
        case .confirmed: self.init(request, to: slave, before: before, .confirmed, now: request.words[0])
        case .differs(let words): self.init(request, to: slave, before: before, .differs, now: words.first)
        case .unverified: self.init(request, to: slave, before: before, .unverified)
        case .refused(let failure):
            var exception: UInt8?
            if case .exception(let code) = failure.kind { exception = code }
            self.init(request, to: slave, before: before, .refused, exception: exception)
        case .unknown(_, let words): self.init(request, to: slave, before: before, .unknown, now: words?.first)
        }
    }

    /// What happened, and what to do, in one or two sentences.
    func words(in language: Language) -> String { words.said(in: language) }

    private var words: Words {
        let place = "\(RegisterAddress(RegisterTable(rawValue: table) ?? .holding, address))"
        let held = before.map(String.init)
        switch outcome {
        case .notWritten:
            return Words(
                en: "slave \(slave), \(place): holds \(held ?? "nothing that can be read"), \(value) would be written; "
                    + "nothing was sent, --yes does it",
                pt: "escravo \(slave), \(place): contém \(held ?? "nada que se possa ler"), \(value) seria escrito; "
                    + "nada foi enviado, --yes escreve")
        case .confirmed:
            return Words(
                en: "slave \(slave), \(place): \(held ?? "?") -> \(value), written and read back",
                pt: "escravo \(slave), \(place): \(held ?? "?") -> \(value), escrito e lido de volta")
        case .differs:
            return Words(
                en: "slave \(slave), \(place): acknowledged, but reads back as \(now ?? 0) and not \(value); is the "
                    + "register writable, is a password or a setting mode needed?",
                pt: "escravo \(slave), \(place): aceito, mas lê-se \(now ?? 0) e não \(value); o registrador permite "
                    + "escrita, é preciso senha ou modo de ajuste?")
        case .unverified:
            return Words(
                en: "slave \(slave), \(place): acknowledged, and cannot be read back; did the write change its address "
                    + "or its speed?",
                pt:
                    "escravo \(slave), \(place): aceito, e não se consegue ler de volta; a escrita mudou o endereço ou a "
                    + "velocidade dele?")
        case .refused:
            return Words(
                en: "slave \(slave), \(place): refused with exception \(exception ?? 0), nothing was written; "
                    + (exception == 1 ? "try --as-several" : "look the register up in the manual"),
                pt: "escravo \(slave), \(place): recusado com a exceção \(exception ?? 0), nada foi escrito; "
                    + (exception == 1 ? "tente --as-several" : "procure o registrador no manual"))
        case .unknown:
            let reads = now.map(String.init)
            return Words(
                en: "slave \(slave), \(place): no acknowledgement came, it may or may not have been written; it "
                    + (reads.map { "now reads \($0)" } ?? "cannot be read now: look before you write again"),
                pt: "escravo \(slave), \(place): nenhuma confirmação veio, pode ou não ter sido escrito; "
                    + (reads.map { "agora lê-se \($0)" }
                        ?? "não se consegue ler agora: verifique antes de escrever de novo"))
        }
    }
}
