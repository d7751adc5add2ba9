import ArgumentParser
import BusProbe
import EdgeAgentCore
import ExactArithmetic
import Glibc
import ModbusModel

/// `edge-agent probe read`: what a slave's registers hold, and what it can mean.
struct ReadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "read",
        abstract: Words(
            en: "Read registers of a slave, once or again and again, and show what they can mean.",
            pt: "Ler registradores de um escravo, uma vez ou sem parar, e mostrar o que podem significar."
        ).here,
        discussion: Words(
            en: """
                --all-orders shows each place under every type and order, the most plausible first, each as a line to copy \
                into the configuration. It reads twice: what moves between the readings tells more than a single value. \
                Registers that a slave refuses are left out and the others are shown.
                """,
            pt: """
                --all-orders mostra cada lugar em todo tipo e ordem, o mais plausível primeiro, cada um como linha a \
                copiar para a configuração. Lê duas vezes: o que muda entre as leituras diz mais que um só valor. \
                Registradores que o escravo recusa ficam de fora, e os outros aparecem.
                """
        ).here)

    @OptionGroup var options: ProbeOptions

    @OptionGroup var slave: SlaveOption

    @Option(name: .customLong("table"), help: ArgumentHelp(Words(en: "The table.", pt: "A tabela.").here))
    var tableName = TableName.holding

    private var table: RegisterTable { tableName.table }

    @Option(
        help: ArgumentHelp(
            Words(en: "First address, counted from 0.", pt: "Primeiro endereço, contado de 0.").here,
            valueName: "number"))
    var from: Int = 0

    @Option(
        help: ArgumentHelp(
            Words(en: "How many registers or bits.", pt: "Quantos registradores ou bits.").here, valueName: "number"))
    var count: Int = 20

    @Flag(
        help: ArgumentHelp(
            Words(
                en: "Read every second until Ctrl-C, changed registers marked.",
                pt: "Ler a cada segundo até Ctrl-C, marcando o que mudou."
            ).here))
    var watch = false

    @Flag(
        help: ArgumentHelp(
            Words(
                en: "Show every place under every type, word order and byte order.",
                pt: "Mostrar cada lugar em todo tipo e toda ordem de palavras e bytes."
            ).here))
    var allOrders = false

    @Option(
        help: ArgumentHelp(
            Words(
                en: "How many meanings of each place to show with --all-orders.",
                pt: "Quantos significados de cada lugar mostrar com --all-orders."
            ).here, valueName: "number"))
    var best: Int = 3

    func validate() throws {
        guard (0...65535).contains(from), count > 0, from + count <= 65536 else {
            throw ValidationError(
                Words(
                    en: "--from \(from) --count \(count): addresses go from 0 to 65535",
                    pt: "--from \(from) --count \(count): os endereços vão de 0 a 65535"
                ).here)
        }
        guard !(allOrders && table.holdsBits) else {
            throw ValidationError(
                Words(
                    en: "--all-orders: a \(table.rawValue) is a single bit and has no order",
                    pt: "--all-orders: um \(table.rawValue) é um só bit e não tem ordem"
                ).here)
        }
    }

    func run() async throws {
        try await Terminal.ending(wrapping: true) {
            let bus = try options.bus()
            let path = try options.portPath(bus)
            let setting = options.setting(bus) ?? ProbeSetting.common[0]
            let console = ProbeConsole(options)
            try await console.run(on: path) { [self] in
                let line = try ProbeLine(port: path)
                try await line.use(setting)
                guard let slave = slave.address else { return }
                let reader = RegisterReader(line, slave: slave, table: table)
                let first = try await reader.read(from: from, count: count)
                guard first.contains(where: { $0 != nil }) else { throw silence(await reader.lastVerdict) }
                if allOrders {
                    try? await Task.sleep(for: .seconds(1))
                    try showOrders([first, try await reader.read(from: from, count: count)])
                } else {
                    try show(first, before: nil)
                    var last = first
                    while watch, (try? await Task.sleep(for: .seconds(1))) != nil {
                        let next = try await reader.read(from: from, count: count)
                        try show(next, before: last)
                        last = next
                    }
                }
            }
        }
    }

    private func silence(_ verdict: Verdict?) -> AgentFault {
        let words =
            switch verdict {
            case .exception(let code)?:
                Words(
                    en:
                        "slave \(slave.number) is there and refuses these registers (exception \(code)); try --table input, or another --from",
                    pt:
                        "o escravo \(slave.number) está presente e recusa estes registradores (exceção \(code)); tente --table input, ou outro --from"
                )
            case .broken?, .twoVoices?:
                Words(
                    en: "slave \(slave.number) answers brokenly; edge-agent probe diagnose says why",
                    pt: "o escravo \(slave.number) responde corrompido; edge-agent probe diagnose diz por quê")
            default:
                Words(
                    en: "slave \(slave.number) does not answer; edge-agent probe scan finds who does",
                    pt: "o escravo \(slave.number) não responde; edge-agent probe scan mostra quem responde")
            }
        return AgentFault(.unavailable, words.said(in: options.language))
    }

    // MARK: What is shown

    private func show(_ words: [UInt16?], before: [UInt16?]?) throws {
        if options.json {
            try ProbeConsole.json(
                words.enumerated().map { RegisterRow(address: from + $0.offset, value: $0.element) })
            return
        }
        let isTerminal = isatty(STDOUT_FILENO) == 1
        for (index, word) in words.enumerated() {
            guard let word else {
                if before == nil { Terminal.say("\(place(index))  \(refused)") }
                continue
            }
            let changed = before.map { $0[index] != word } ?? false
            guard before == nil || changed else { continue }
            let hex = String(word, radix: 16)
            let text =
                table.holdsBits
                ? "\(place(index))  \(word)"
                : "\(place(index))  \(padded(String(word), 5))  0x\(String(repeating: "0", count: 4 - hex.count))\(hex)  "
                    + padded(String(Int16(bitPattern: word)), 6)
            Terminal.say(changed ? (isTerminal ? "\u{1B}[1m\(text) *\u{1B}[0m" : "\(text) *") : text)
        }
        if before != nil { Terminal.say("") }
    }

    private func showOrders(_ readings: [[UInt16?]]) throws {
        // Runs of registers that the slave has; a hole ends one.
        var places: [PlaceMeanings] = []
        for run in readings[0].runs {
            let words = readings.map { reading in reading[run].map { $0 ?? 0 } }
            let ranking = OrderRanking(words, from: from + run.lowerBound)
            let likely = ranking.likelyPlaces
            for address in from + run.lowerBound..<from + run.upperBound {
                let meanings = ranking.interpretations(at: address).filter { $0.value != nil }.prefix(best)
                places.append(
                    PlaceMeanings(
                        address: address, table: table, meanings: Array(meanings), isLikely: likely.contains(address)))
            }
            if !options.json, let first = ranking.encodings.first {
                ProbeConsole.say("# \(likeliest): \(first.encoding)")
            }
        }
        if options.json { return try ProbeConsole.json(places) }
        for place in places {
            for (rank, meaning) in place.meanings.enumerated() {
                let line = "\(rank == 0 && place.isLikely ? "" : "# ")\(meaning.configuration)"
                let isShort = line.count + meaning.value.count + 4 <= 80
                Terminal.say("\(line)\(isShort ? "  # " : "\n#   ")\(meaning.value)")
            }
        }
    }

    private func place(_ index: Int) -> String {
        padded(RegisterAddress(table, UInt16(from + index)).description, 6) + "  " + padded("\(from + index)", 5)
    }

    private func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private var refused: String { Words(en: "refused", pt: "recusado").said(in: options.language) }
    private var likeliest: String {
        Words(en: "most likely everywhere", pt: "mais provável em geral").said(in: options.language)
    }
}

/// A table, by the name that the configuration has for it.
enum TableName: String, ExpressibleByArgument, CaseIterable {
    case coil, discrete, input, holding

    var table: RegisterTable {
        switch self {
        case .coil: .coil
        case .discrete: .discrete
        case .input: .input
        case .holding: .holding
        }
    }
}

/// One register in JSON; one without a value was refused.
struct RegisterRow: Encodable {
    let address: Int
    let value: UInt16?
}

/// What one place can mean, in JSON and as lines of configuration.
struct PlaceMeanings: Encodable {
    struct Meaning: Encodable {
        let type: String
        let order: String
        let value: String
        let score: Double
        let configuration: String
    }

    let address: Int
    /// Whether a value most likely begins here; the others lie inside one.
    let isLikely: Bool
    let meanings: [Meaning]

    init(address: Int, table: RegisterTable, meanings: [Interpretation], isLikely: Bool) {
        self.address = address
        self.isLikely = isLikely
        let register = RegisterAddress(table, UInt16(address)).description
        self.meanings = meanings.map { meaning in
            let (type, order) = (meaning.encoding.type.rawValue, meaning.encoding.order.rawValue)
            let orderText = order == "ABCD" ? "" : ", order: \(order)"
            return Meaning(
                type: type, order: order, value: meaning.value ?? "", score: (meaning.score * 10).rounded() / 10,
                configuration:
                    "- { code: \"\", register: \(register), type: \(type)\(orderText), unit: \"\" }")
        }
    }
}

extension [UInt16?] {
    /// The spans in which every register was read.
    fileprivate var runs: [Range<Int>] {
        var runs: [Range<Int>] = []
        for index in indices where self[index] != nil {
            if let last = runs.last, last.upperBound == index {
                runs[runs.count - 1] = last.lowerBound..<index + 1
            } else {
                runs.append(index..<index + 1)
            }
        }
        return runs
    }
}
