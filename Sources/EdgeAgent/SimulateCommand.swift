import AgentConfiguration
import ArgumentParser
import BlockingExecutor
import BusProbe
import EdgeAgentCore
import Glibc
import LineSimulator
import ModbusModel
import UnixSignals

/// `edge-agent simulate`: the meters of a configuration, without meters.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: Words(
            en: "Play the meters of a configuration on a pseudo-terminal that behaves like an RS-485 line.",
            pt: "Simular os medidores de uma configuração, sem medidores (em inglês)."
        ).here,
        discussion: """
            Bytes travel at the true speed of the baud rate. The line appears at line.port of the configuration, as a \
            link, or listens at line.url, so that `edge-agent run` with the same file polls it. Values move as value, counts and waves say, \
            or as is usual for their unit.

            While it runs, faults are typed in, one a line, for one slave or (without a number) for all. With several \
            lines, a name and a colon before it choose one: `roof: dead #3`.
            \(FaultCommand.help)
            """)

    @OptionGroup var configurationFile: ConfigurationOption

    @Option(help: ArgumentHelp("Where to make the link instead of line.port.", valueName: "path"))
    var link: String?

    @Option(
        help: ArgumentHelp(
            "Listen there instead: tcp://127.0.0.1:1502 plays Modbus TCP, rtu+tcp://127.0.0.1:4001 a serial server.",
            valueName: "url"))
    var listen: String?

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
            let lines = try simulated(simulation)
            defer { for line in lines { line.line.stop() } }
            if trace { for line in lines { line.line.observe { Terminal.say(Self.text(of: $0)) } } }
            await follow(lines)
        }
    }

    /// A line that is played, and its name where there is more than one.
    private typealias Played = (name: String, line: SimulatedLine)

    private func simulated(_ simulation: SimulationConfiguration) throws(AgentFault) -> [Played] {
        if simulation.buses.count > 1, link != nil || listen != nil {
            throw AgentFault(.usage, "--link and --listen are for a configuration with one line; this one has several")
        }
        var lines: [Played] = []
        for bus in simulation.buses {
            let (line, place) = try played(bus)
            lines.append((bus.line.name, line))
            let name = simulation.buses.count > 1 ? "line \(bus.line.name): " : ""
            Terminal.say("\(name)\(bus.slaves.count) slaves on \(place)")
        }
        return lines
    }

    /// Plays one line where the agent will look for it, or where the command line says.
    private func played(
        _ bus: Bus<SimulationConfiguration.Slave>
    ) throws(AgentFault) -> (line: SimulatedLine, place: String) {
        if let listen {
            let endpoint: NetworkEndpoint
            do throws(EndpointFault) {
                endpoint = try NetworkEndpoint(url: listen)
            } catch {
                throw AgentFault(.usage, "--listen \(listen): \(error)")
            }
            let line = try SimulatedLine(bus, face: .init(endpoint))
            return (line, line.path)
        }
        switch bus.line.way {
        case .network(let endpoint, _) where link == nil:
            let line = try SimulatedLine(bus, face: .init(endpoint))
            return (line, line.path)
        default:
            let line = try SimulatedLine(bus, face: .pseudoTerminal)
            let path = link ?? bus.line.place
            do throws(SimulatorError) { try line.link(at: path) } catch {
                line.stop()
                throw AgentFault(.cannotCreate, "\(error); give another place with --link")
            }
            return (line, "\(line.path), link \(path)")
        }
    }

    /// Takes faults from standard input until a signal ends the command; the end of the input does not.
    private func follow(_ lines: [Played]) async {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let console = Task { await Console().read { Self.obey($0, lines) } }
        for await _ in signals { break }
        console.cancel()
    }

    private static func obey(_ text: String, _ lines: [Played]) {
        do throws(FaultCommand.Mistake) {
            let (chosen, command) = choose(from: lines, text)
            for line in chosen {
                if let answer = try FaultCommand(command).apply(to: line) { Terminal.say(answer) }
            }
        } catch {
            Terminal.complain(error.description)
        }
    }

    /// Standard input, on a thread of its own: whoever types takes his time.
    private actor Console {
        private let executor = BlockingExecutor(name: "console")

        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

        func read(_ obey: @Sendable (String) -> Void) {
            while let text = readLine() { obey(text) }
        }
    }

    /// A command that begins with a line's name and a colon is for that line alone.
    private static func choose(from lines: [Played], _ text: String) -> (lines: [SimulatedLine], command: String) {
        for (name, line) in lines where text.hasPrefix("\(name):") {
            return ([line], String(text.dropFirst(name.count + 1)))
        }
        return (lines.map(\.line), text)
    }

    private static func text(of exchange: Exchange) -> String {
        func hex(_ bytes: [UInt8]) -> String {
            bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined(separator: " ")
        }
        let faults = exchange.faults.isEmpty ? "" : "  [\(exchange.faults.map { "\($0)" }.joined(separator: ", "))]"
        return "> \(hex(exchange.request))  < \(exchange.answer.isEmpty ? "silence" : hex(exchange.answer))\(faults)"
    }
}
