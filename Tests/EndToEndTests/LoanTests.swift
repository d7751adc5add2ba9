import FieldBench
import Foundation
import LineSimulator
import Testing

extension EndToEnd {
    @Suite struct LoanTests {
        private func scan(_ gateway: Gateway, _ arguments: String...) throws -> ChildProcess {
            try ChildProcess(
                Repository.binary("edge-agent"),
                ["probe", "scan", "--port", gateway.port, "--baud", "115200", "--no-listen"] + arguments,
                environment: ["RUNTIME_DIRECTORY": gateway.folder.path("run")])
        }

        private func start(_ gateway: Gateway) async throws {
            try gateway.start(environment: ["RUNTIME_DIRECTORY": gateway.folder.path("run")])
            try await gateway.says(" cycle ")
        }

        @Test func `a running agent lends its port to a probe and polls again by itself`() async throws {
            let gateway = try await plainGateway(2)
            try await start(gateway)
            let probe = try scan(gateway, "--slaves", "1-4")
            #expect(try await probe.waitForExit(within: .seconds(60)) == .status(0), "\(probe.errors.text)")
            #expect(probe.errors.text.contains("the running agent lends the port"))
            #expect(probe.output.text.contains("2 slaves"))
            try await gateway.says("the port is taken back")
            try await gateway.polls(4)
            #expect(gateway.agent?.isRunning == true)
        }

        @Test func `a probe that is killed gives the port back like one that ends well`() async throws {
            let gateway = try await plainGateway(2)
            try await start(gateway)
            let probe = try scan(gateway)
            try await eventually("the probe has found a slave", within: .seconds(30)) {
                probe.output.text.contains("  2  115200")
            }
            #expect(gateway.log.contains("lent to a probe"))
            try await probe.kill()
            try await gateway.says("the port is taken back")
            try await gateway.polls(4)
        }

        @Test func `a dead socket and an agent on another port disturb no loan`() async throws {
            let gateway = try await plainGateway(1)
            let other = try await plainGateway(1, mac: "02:00:5e:10:00:02", broker: gateway.broker)
            let run = gateway.folder.path("run")
            try other.start(environment: ["RUNTIME_DIRECTORY": run])
            try await other.says(" cycle ")
            try await start(gateway)
            // What an agent leaves behind that was killed.
            let dead = try #require(
                FileManager.default.contentsOfDirectory(atPath: run).first { $0.hasSuffix(".sock") })
            try await other.agent?.kill()
            #expect(FileManager.default.fileExists(atPath: "\(run)/\(dead)"))
            try other.start(environment: ["RUNTIME_DIRECTORY": run])
            try await other.says(" cycle ")
            let probe = try scan(gateway, "--slaves", "1-3")
            #expect(try await probe.waitForExit(within: .seconds(60)) == .status(0), "\(probe.errors.text)")
            try await gateway.says("the port is taken back")
            #expect(!other.log.contains("lent to a probe"), "the other agent kept its own port")
            try await gateway.polls(3)
        }
    }
}
