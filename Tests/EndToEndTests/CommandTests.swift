import FieldBench
import Foundation
import LineSimulator
import MachineTime
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

        @Test(.judgesValues) func `a mistake is told in the language asked for, and by a code that is the same in all`()
            async throws
        {
            let gateway = try await plainGateway(1, brokerRuns: false)
            gateway.poll = "{ intervall: 5s, timeout: 1 }"
            let path = try gateway.configuration()
            func text(_ arguments: [String], _ environment: [String: String] = [:]) async throws -> ChildProcess {
                let process = try ChildProcess(
                    Repository.binary("edge-agent"), arguments + ["--config", path], environment: environment)
                #expect(try await process.waitForExit(within: .seconds(40)) == .status(78))
                return process
            }
            let place = "\(path):2:9: poll.intervall: "
            let portuguese = place + #"chave desconhecida; seria "interval"?"#
            let english = place + #"unknown key; did you mean "interval"?"#
            let brazil = ["LC_ALL": "pt_BR.UTF-8"]
            #expect(try await text(["check", "--lang", "pt-BR"]).errors.text.contains(portuguese))
            #expect(try await text(["check"], brazil).errors.text.contains(portuguese))
            #expect(try await text(["check", "--lang", "en"], brazil).errors.text.contains(english))
            #expect(try await text(["run"], brazil).errors.text.contains(portuguese))
            // The journal is searched by operators: English, whatever the environment says.
            let service = brazil.merging(["JOURNAL_STREAM": "8:1"]) { $1 }
            #expect(try await text(["run"], service).errors.text.contains(english))

            for (arguments, what) in [(["--lang", "pt"], "chave desconhecida"), (["--lang", "en"], "unknown key")] {
                let bytes = try await text(["check", "--json"] + arguments).output.bytes
                let result = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
                let faults = try #require(result["faults"] as? [[String: Any]])
                #expect(faults.map { $0["code"] as? String } == ["unknown_key", "mismatch"])
                #expect(faults[0]["line"] as? Int == 2 && faults[0]["column"] as? Int == 9)
                #expect(faults[0]["key"] as? String == "poll.intervall" && faults[0]["file"] as? String == path)
                #expect(faults[0]["what"] as? String == what)
                #expect((faults[0]["todo"] as? String)?.contains("interval") == true)
                #expect((result["warnings"] as? [Any])?.isEmpty == true)
            }
        }

        @Test(.judgesValues)
        func `the plan and what follows it are told in Portuguese, and a fault of the certificate has a code`()
            async throws
        {
            let gateway = try await plainGateway(1, points: 2)
            let plan = try await run(["check", "--lang", "pt", "--config", gateway.configuration()]).output.text
            #expect(plan.contains("escravo 1: 2 pontos em 1 pergunta: 40001×2"), "\(plan)")
            #expect(plan.contains("perguntas por ciclo  1\n") && plan.contains("tráfego              cerca de"))
            gateway.poll += "\ngateway: { mac: \"02:00:5e:10:00:02\" }"
            let other = try await gateway.command([
                "check", "--lang", "pt", "--json", "--config", gateway.configuration(),
            ])
            #expect(other.exit == .status(78))
            #expect(
                other.errors.text.contains("gateway.mac: o certificado é de \(Gateway.mac)"), "\(other.errors.text)")
            let result = try JSONSerialization.jsonObject(with: Data(other.output.bytes)) as? [String: Any]
            let faults = try #require(result?["faults"] as? [[String: Any]])
            #expect(faults.map { $0["code"] as? String } == ["identity.name.other_gateway"])
            #expect(faults[0]["line"] is NSNull)
            gateway.poll = "{ interval: 1s }"
            gateway.port = "/dev/ttyUSB77"
            let port = try await gateway.command(
                ["check", "--connect", "--lang", "pt", "--json", "--config", gateway.configuration()])
            #expect(port.exit == .status(66))
            #expect(port.errors.text.contains("/dev/ttyUSB77: porta inexistente"), "\(port.errors.text)")
            #expect(port.output.text.contains("\"code\" : \"line.port_missing\""))
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
                        "-1", "-o", "10",
                    ]
                        + [gateway.port])
                #expect(
                    try await master.waitForExit(within: .seconds(20)) == .status(0), "\(master.output.text)")
                return master.output.text
            }
            let holding = try await poll("4", 2)
            #expect(holding.contains("[1]: \t2301") && holding.contains("[2]: \t144"), "\(holding)")
            #expect(try await poll("3", 1).contains("65529"), "minus seven in two's complement")
            try await eventually("the trace shows the request; \(simulator.output.text)", within: .seconds(10)) {
                simulator.output.text.contains("> 05 03 00 00 00 02")
            }

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
            try await eventually("it says what it knows", within: .seconds(10)) {
                simulator.errors.text.contains("tickle: unknown")
            }
            #expect(try await agent.stop() == .status(0))
            #expect(try await simulator.stop() == .status(0))
            #expect(!FileManager.default.fileExists(atPath: gateway.port), "the link goes with the simulator")
        }
    }
}
