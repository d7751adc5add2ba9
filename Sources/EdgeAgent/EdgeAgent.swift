import ArgumentParser
import BusProbe
import MainLoop

/// Where the program begins.
@main
enum Program {
    static func main() { MainLoop.run { await EdgeAgent.main(nil) } }
}

/// The command line: each command in a file of its own.
struct EdgeAgent: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edge-agent",
        abstract: Words(
            en: "Reads utility meters over Modbus RTU and gets every reading to the broker.",
            pt: "Lê medidores por Modbus RTU e faz cada leitura chegar ao broker."
        ).here,
        discussion: Words(
            en: """
                A gateway polls up to eight meters on one RS-485 line, stores what it read on disk, and publishes it over \
                MQTT with mutual TLS. What was stored stays until the broker has it, through outages of days or months.

                Commands end with the statuses of sysexits.h: 64 wrong usage, 65 a spool that is not ours, 66 a file or \
                port is missing, 68 the broker's name is unknown, 69 it cannot be reached, 73 a file cannot be made, 74 the \
                disk or the port failed, 75 try again later, 76 the broker's certificate is not trusted, 77 not permitted, \
                78 the configuration or a certificate is wrong.
                """,
            pt: """
                Um gateway consulta até oito medidores numa linha RS-485, guarda em disco o que leu e publica por MQTT \
                com TLS mútuo. O que foi guardado fica até o broker receber, mesmo depois de dias ou meses sem rede.

                Os comandos terminam com os status de sysexits.h: 64 uso errado, 65 um spool que não é nosso, 66 falta \
                um arquivo ou a porta, 68 o nome do broker não existe, 69 ele não é alcançado, 73 um arquivo não pode ser \
                criado, 74 o disco ou a porta falhou, 75 tente mais tarde, 76 o certificado do broker não é confiável, 77 \
                sem permissão, 78 erro na configuração ou num certificado.
                """
        ).here,
        version: Release.version,
        subcommands: [
            RunCommand.self, CheckCommand.self, DoctorCommand.self, ProbeCommand.self, SimulateCommand.self,
            SpoolCommand.self,
        ])
}
