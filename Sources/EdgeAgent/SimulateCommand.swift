import AgentConfiguration
import ArgumentParser
import EdgeAgentCore
import Glibc
import LineSimulator
import ModbusModel
import UnixSignals

/// `edge-agent simulate`: the meters of a configuration, without meters.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Play the meters of a configuration on a pseudo-terminal that behaves like an RS-485 line.",
        discussion: """
            Bytes travel at the true speed of the baud rate. The line appears at line.port of the configuration, as a \
            link, so that `edge-agent run` with the same file polls it. Values move as value, counts and waves say, \
            or as is usual for their unit.

            While it runs, faults are typed in, one a line, for one slave or (without a number) for all:
            \(FaultCommand.help)
            """)

    @OptionGroup var configurationFile: ConfigurationOption

    @Option(help: ArgumentHelp("Where to make the link instead of line.port.", valueName: "path"))
    var link: String?

    @Flag(help: "Print every exchange as it happens, in hexadecimal.")
    var trace = false

    func run() async throws {
        try await Terminal.ending {
            let simulation: SimulationConfiguration
            do throws(ConfigurationFaults) {
                simulation = try SimulationConfiguration.load(path: configurationFile.path)
            } catch {
                throw AgentFault(error)
            }
            let line = try SimulatedLine(simulation)
            defer { line.stop() }
            let path = link ?? simulation.line.port
            do throws(SimulatorError) { try line.link(at: path) } catch {
                throw AgentFault(.cannotCreate, "\(error); give another place with --link")
            }
            if trace { line.observe { Terminal.say(Self.text(of: $0)) } }
            Terminal.say("\(simulation.slaves.count) slaves on \(line.path), link \(path)")
            await follow(line)
        }
    }

    /// Takes faults from standard input until a signal ends the command; the end of the input does not.
    private func follow(_ line: SimulatedLine) async {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let console = Task.detached(name: "console") {
            while let text = readLine() {
                do throws(FaultCommand.Mistake) {
                    if let answer = try FaultCommand(text).apply(to: line) { Terminal.say(answer) }
                } catch {
                    Terminal.complain(error.description)
                }
            }
        }
        for await _ in signals { break }
        console.cancel()
    }

    private static func text(of exchange: Exchange) -> String {
        func hex(_ bytes: [UInt8]) -> String {
            bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined(separator: " ")
        }
        let faults = exchange.faults.isEmpty ? "" : "  [\(exchange.faults.map { "\($0)" }.joined(separator: ", "))]"
        return "> \(hex(exchange.request))  < \(exchange.answer.isEmpty ? "silence" : hex(exchange.answer))\(faults)"
    }
}
