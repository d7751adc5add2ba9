import ArgumentParser
import FieldBench
import Foundation
import TelemetryContract

/// A whole field on this machine: eight simulated meters, the agent, a broker with mutual TLS, and a subscriber.
@main
struct Demonstration: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edge-demo",
        abstract: "Run the gateway against simulated meters and a real broker, and show what arrives.")

    @Option(help: "The agent's executable.")
    var agent: String

    @Option(help: "End by itself after so many messages; 0 goes on until Ctrl-C.")
    var messages = 0

    @Option(help: "The polling interval.")
    var interval = "5s"

    private static let mac = "02:00:5e:10:00:01"

    func run() async throws {
        let interrupted = await Interruption()
        let folder = try TemporaryFolder(prefix: "edge-demo")
        say("Making a throw-away CA, a broker's certificate and a gateway's ...")
        let certificates = try await Certificates(in: folder)
        let files = try await certificates.device(Self.mac)
        let broker = try await Broker.start(certificates: certificates)
        let configuration = try folder.write(
            MeterPark.configuration(
                mac: Self.mac, interval: interval, port: folder.path("line"), brokerPort: broker.port, files: files,
                spool: folder.path("spool.db")),
            to: "gateway.yaml")

        say("Broker on \(broker.host):\(broker.port), mutual TLS; eight meters on \(folder.path("line")), 9600 8N1")
        let simulator = try ChildProcess(agent, ["simulate", "--config", configuration])
        try await eventually("the simulated line appears", within: .seconds(10)) {
            FileManager.default.fileExists(atPath: folder.path("line")) || !simulator.isRunning
        }
        guard simulator.isRunning else { throw BenchError("the simulator ended:\n\(simulator.errors.text)") }
        let subscriber = try await Subscriber(to: ["tds_new/devices/+/telemetry"], on: broker)
        let gateway = try ChildProcess(agent, ["run", "--config", configuration])
        say("The agent runs as process \(gateway.id) and polls every \(interval). Ctrl-C ends it all.\n")

        let complete = await show(subscriber, gateway, until: interrupted)
        say("\nStopping ...")
        let end = try await gateway.stop()
        _ = try? await simulator.stop()
        try? await subscriber.stop()
        try? await broker.stop()
        guard complete, end == .status(0) else {
            say("The agent ended with \(end). What it said:\n\(gateway.errors.text)")
            throw ExitCode(1)
        }
    }

    /// Shows messages as they arrive; false when the agent ended by itself.
    private func show(_ subscriber: Subscriber, _ gateway: ChildProcess, until interrupted: Interruption) async -> Bool
    {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                var count = 0
                for await message in subscriber.messages {
                    count += 1
                    say(Display.text(of: message.payload, number: count, agentLog: gateway.errors.text))
                    if count == messages { return true }
                }
                return false
            }
            group.addTask {
                await interrupted.wait()
                return true
            }
            group.addTask {
                _ = try? await gateway.waitForExit(within: .seconds(1_000_000_000))
                // Ctrl-C reaches the agent as well as this program: its orderly end is no failure.
                return Task.isCancelled || interrupted.hasHappened
            }
            let first = await group.next() ?? false
            group.cancelAll()
            return first
        }
    }
}

func say(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
}
