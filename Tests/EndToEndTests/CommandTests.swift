import FieldBench
import Foundation
import LineSimulator
import Testing

extension EndToEnd {
    @Suite struct CommandTests {
        private func run(_ arguments: [String]) async throws -> ChildProcess {
            let process = try ChildProcess(Repository.binary("edge-agent"), arguments)
            #expect(try await process.waitForExit() == .status(0), "\(process.errors.text)")
            return process
        }

        @Test func `help says what each command does, and version which release it is`() async throws {
            let help = try await run(["--help"]).output.text
            for command in ["run", "check", "simulate"] {
                #expect(help.contains("  \(command) "))
                #expect(try await run([command, "--help"]).output.text.contains("--config <file>"))
            }
            for command in ["run", "check"] {
                #expect(try await run([command, "--help"]).output.text.contains("status"))
            }
            let words = Set(help.split(whereSeparator: \.isWhitespace))
            for status in [64, 65, 66, 68, 69, 73, 74, 75, 76, 77, 78] { #expect(words.contains("\(status)")) }
            let version = try await run(["--version"]).output.text
            #expect(version.split(separator: ".").count == 3)
        }

        @Test func `an unknown command is a wrong usage`() async throws {
            let process = try ChildProcess(Repository.binary("edge-agent"), ["pol"])
            #expect(try await process.waitForExit() == .status(64))
        }

        @Test func `check tells the plan, to people and to machines`() async throws {
            let gateway = try await plainGateway(3, points: 4)
            let configuration = try gateway.configuration()
            let text = try await run(["check", "--config", configuration]).output.text
            #expect(text.contains("slave 3: 4 points in 1 request: 40001×4"))
            #expect(text.contains("requests per cycle   3"))
            let json = try await run(["check", "--json", "--config", configuration]).output.bytes
            let plan = try #require(try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any])
            #expect(plan["requests_per_cycle"] as? Int == 3)
            #expect((plan["slaves"] as? [[String: Any]])?.count == 3)
            #expect((plan["message_bytes"] as? Int ?? 0) > 300)
            #expect((plan["spool_days"] as? Double ?? 0) > 1)
            // The same figures in words: three exchanges of 8 + 13 characters at 115200 baud and two silences each.
            let bytes = try #require(plan["message_bytes"] as? Int)
            #expect(text.contains("bytes a message      about \(bytes)\n"))
            let milliseconds = try #require(plan["wire_milliseconds"] as? Double)
            #expect(abs(milliseconds - 3 * (21 * 10 / 115.2 + 2 * 1.75)) < 0.1)
            #expect(text.contains("wire time per cycle  \((milliseconds * 10).rounded() / 10) ms"))
            let megabytes = try #require(plan["megabytes_per_month"] as? Double)
            #expect(text.contains("traffic              about \((megabytes * 100).rounded() / 100) MB in 30 days"))
            // A message each second, with topic and overhead at most 512 bytes more.
            #expect((1.0...2.0).contains(megabytes / (Double(bytes + 150) * 86_400 * 30 / 1_000_000)))
        }

        @Test func `the simulator plays an agent's configuration for any master`() async throws {
            let gateway = try await plainGateway(1, brokerRuns: false)
            gateway.slaves = """
                  - id: 5
                    points:
                      - { code: A, register: 40001, type: uint16, scale: 0.1, unit: V, value: 230.1 }
                      - { code: B, register: 40002, type: uint16, bits: 4-7, unit: "", value: 9 }
                      - { code: C, register: 30001, type: int16, unit: "°C", value: -7 }

                """
            gateway.port = gateway.folder.path("line")
            let simulator = try ChildProcess(
                Repository.binary("edge-agent"), ["simulate", "--trace", "--config", gateway.configuration()],
                takesInput: true)
            try await eventually("the line is there", within: .seconds(10)) {
                FileManager.default.fileExists(atPath: gateway.port)
            }
            func poll(_ table: String, _ count: Int) async throws -> String {
                let master = try ChildProcess(
                    "mbpoll",
                    [
                        "-m", "rtu", "-a", "5", "-b", "115200", "-P", "none", "-t", table, "-r", "1", "-c", "\(count)",
                        "-1", "-o", "1",
                    ]
                        + [gateway.port])
                #expect(try await master.waitForExit() == .status(0), "\(master.output.text)")
                return master.output.text
            }
            let holding = try await poll("4", 2)
            #expect(holding.contains("[1]: \t2301") && holding.contains("[2]: \t144"), "\(holding)")
            #expect(try await poll("3", 1).contains("65529"), "minus seven in two's complement")
            #expect(simulator.output.text.contains("> 05 03 00 00 00 02"))

            let agent = try gateway.start()
            try await gateway.says("read=3")
            try simulator.type("dead #5")
            try await gateway.says("a slave is offline")
            try simulator.type("clear")
            try await gateway.says("a slave is back")
            try simulator.type("unplug")
            try await gateway.says("the line failed")
            try simulator.type("replug")
            try await gateway.says("the line is back")
            try simulator.type("tickle #5")
            try await eventually("it says what it knows") { simulator.errors.text.contains("tickle: unknown") }
            #expect(try await agent.stop() == .status(0))
            #expect(try await simulator.stop() == .status(0))
            #expect(!FileManager.default.fileExists(atPath: gateway.port), "the link goes with the simulator")
        }
    }
}
