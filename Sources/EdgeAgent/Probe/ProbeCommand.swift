import ArgumentParser
import BusProbe

/// `edge-agent probe`: the installer's eyes on the bus.
struct ProbeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: Words(
            en: "Find meters on a line, say what is wrong with the wiring, show what registers mean.",
            pt:
                "Achar medidores numa linha, dizer o que há de errado com a fiação, mostrar o que os registradores significam."
        ).here,
        discussion: Words(
            en: """
                Begin with `probe scan`. If nobody answers, `probe diagnose` says why. `probe read --all-orders` shows what \
                registers can mean, `probe quality` measures the line and writes the page for the work order, and \
                `probe config` writes the configuration.

                A running agent gives the port up while a probe needs it, and takes it back by itself. Nothing that the \
                probe asks changes anything in a meter, but `probe write --yes`. Every subcommand takes --json and --lang en or pt; the shapes are \
                in docs/probe.md.
                """,
            pt: """
                Comece com `probe scan`. Se ninguém responde, `probe diagnose` diz por quê. `probe read --all-orders` mostra o \
                que os registradores podem significar, `probe quality` mede a linha e escreve a página para a ordem de \
                serviço, e `probe config` escreve a configuração.

                Um agente em execução cede a porta enquanto a sonda precisa dela, e a retoma sozinho. Nada do que a \
                sonda pergunta muda algo num medidor, exceto `probe write --yes`. Todo subcomando aceita --json e --lang en ou pt; as formas estão \
                em docs/probe.md.
                """
        ).here,
        subcommands: [
            ScanCommand.self, IdentifyCommand.self, ReadCommand.self, DiagnoseCommand.self, QualityCommand.self,
            ConfigCommand.self, WriteCommand.self,
        ])
}
