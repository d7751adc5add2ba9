import AgentConfiguration
import ArgumentParser
import BusProbe
import EdgeAgentCore
import ModbusKit
import ModbusModel

/// `edge-agent probe write`: one coil or one holding register, looked at before and read back after.
///
/// It is the only way from this program to a write; the agent itself never writes.
struct WriteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "write",
        abstract: Words(
            en: "Write one coil or holding register, and read it back.",
            pt: "Escrever uma bobina ou um registrador de retenção, e ler de volta."
        ).here,
        discussion: Words(
            en: """
                Without --yes it only shows what the register holds and what would be written. It is sent once, \
                whatever becomes of it: a write whose answer is lost may have arrived. Read the meter's manual first: a \
                wrong address, speed or transformer ratio is easily written and not easily found again. \
                Status 0: it reads back as written; 1: it was refused, reads back as something else, or is not known.
                """,
            pt: """
                Sem --yes apenas mostra o que o registrador contém e o que seria escrito. É enviado uma só vez, \
                aconteça o que acontecer: uma escrita cuja resposta se perde pode ter chegado. Leia antes o manual do \
                medidor: um endereço, uma velocidade ou uma relação de TC errados se escrevem fácil e se acham com \
                dificuldade. Status 0: a leitura de volta confirma; 1: foi recusado, lê-se outro valor, ou não se sabe.
                """
        ).here)

    @OptionGroup var options: ProbeOptions

    @OptionGroup var slave: SlaveOption

    @Option(
        name: .customLong("table"),
        help: ArgumentHelp(Words(en: "The table: holding or coil.", pt: "A tabela: holding ou coil.").here))
    var tableName = TableName.holding

    @Option(
        help: ArgumentHelp(
            Words(
                en: "The register's or coil's address, counted from 0.",
                pt: "O endereço do registrador ou da bobina, contado de 0."
            ).here, valueName: "number"))
    var address: Int

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            Words(
                en: "What to write: -32768 to 65535 for a register, 0 or 1 for a coil.",
                pt: "O que escrever: de -32768 a 65535 num registrador, 0 ou 1 numa bobina."
            ).here, valueName: "number"))
    var value: Int

    @Flag(
        help: ArgumentHelp(
            Words(
                en: "Use function 16 or 15, for slaves that do not know 6 or 5.",
                pt: "Usar a função 16 ou 15, para escravos que não conhecem 6 ou 5."
            ).here))
    var asSeveral = false

    @Flag(help: ArgumentHelp(Words(en: "Really write.", pt: "Escrever de fato.").here))
    var yes = false

    /// How long the slave may take; a meter that stores a setting is slow.
    private static let patience: Duration = .seconds(2)

    func validate() throws {
        guard (0...65535).contains(address) else {
            throw ValidationError(
                Words(en: "--address \(address): expected 0 to 65535", pt: "--address \(address): use de 0 a 65535")
                    .here)
        }
        let table = tableName.table
        guard table == .holding || table == .coil else {
            throw ValidationError(
                Words(
                    en: "--table \(table.rawValue): it can only be read; holding and coil can be written",
                    pt: "--table \(table.rawValue): só pode ser lida; holding e coil podem ser escritas"
                ).here)
        }
        let range = table == .coil ? 0...1 : -32768...65535
        guard range.contains(value) else {
            throw ValidationError(
                Words(
                    en: "--value \(value): expected \(range.lowerBound) to \(range.upperBound)",
                    pt: "--value \(value): use de \(range.lowerBound) a \(range.upperBound)"
                ).here)
        }
    }

    func run() async throws {
        try await Terminal.ending(wrapping: true) {
            let place = RegisterAddress(tableName.table, UInt16(address))
            guard let slave = slave.address,
                let request = WriteRequest([UInt16(truncatingIfNeeded: value)], to: place, asSeveral: asSeveral)
            else { return }
            let settings = try settings()
            let result = try await ProbeConsole(options).run(on: settings.place) { [yes] in
                let line = ModbusLine(settings)
                let result = try await Self.result(of: request, to: slave, on: line, writes: yes)
                await line.close()
                return result
            }
            if options.json {
                try ProbeConsole.json(result)
            } else {
                ProbeConsole.say(result.words(in: options.language))
            }
            if result.outcome != .confirmed, result.outcome != .notWritten { throw ExitCode(1) }
        }
    }

    private func settings() throws(AgentFault) -> LineSettings {
        let bus = try options.bus()
        let setting = options.setting(bus) ?? ProbeSetting.common[0]
        var mode = RS485Mode.none
        if case .serial(_, let rs485)? = bus?.line.way { mode = rs485 }
        return LineSettings(
            port: try options.portPath(bus),
            timing: SerialTiming(baud: setting.baud, format: SerialFormat(rawValue: setting.format) ?? .eightN1),
            rs485: mode)
    }

    private static func result(
        of request: WriteRequest, to slave: SlaveAddress, on line: ModbusLine, writes: Bool
    ) async throws -> WriteResult {
        do throws(ModbusFailure) {
            try await line.open()
        } catch {
            throw AgentFault(error)
        }
        // A register that can be written and not read is rare and real, so that a failure here forbids nothing.
        let before = try? await line.read(request.readBack, from: slave, timeout: Self.patience).first
        guard writes else { return WriteResult(request, to: slave, before: before, .notWritten) }
        do throws(ModbusFailure) {
            return WriteResult(
                request, to: slave, before: before, try await line.write(request, to: slave, timeout: Self.patience))
        } catch {
            throw AgentFault(error)
        }
    }
}
