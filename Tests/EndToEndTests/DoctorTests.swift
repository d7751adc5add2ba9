import FieldBench
import Foundation
import LineSimulator
import Testing

/// What the doctor writes with `--json`, as docs/operating.md has it.
struct DoctorShape: Decodable {
    let check, cause, state, what: String
    let line, todo: String?
    let status: Int32?
}

extension Gateway {
    /// Runs the built doctor on this gateway; nobody but it is asked.
    func doctor(
        _ arguments: [String] = [], ends status: Int32 = 0, environment: [String: String] = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> ChildProcess {
        let process = try ChildProcess(
            Repository.binary("edge-agent"), ["doctor", "--config", configuration()] + arguments,
            environment: ["RUNTIME_DIRECTORY": folder.path("run")].merging(environment) { $1 })
        let exit = try await process.waitForExit(within: .seconds(120))
        #expect(
            exit == .status(status), "\(process.output.text)\(process.errors.text)", sourceLocation: sourceLocation)
        return process
    }

    /// What it found, by check; of several of one check the last.
    func examined(
        _ arguments: [String] = [], ends status: Int32 = 0, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> [String: DoctorShape] {
        let process = try await doctor(["--json"] + arguments, ends: status, sourceLocation: sourceLocation)
        let list = try JSONDecoder().decode([DoctorShape].self, from: Data(process.output.bytes))
        #expect(list.allSatisfy { ($0.state == "fault") == ($0.status != nil) }, sourceLocation: sourceLocation)
        return Dictionary(list.map { ($0.check, $0) }) { $1 }
    }
}

private let phases = ["name", "tcp", "tls", "certificate", "welcome", "publish", "subscribe"].map { "broker.\($0)" }

extension EndToEndOutages {
    @Suite(.timeLimit(.minutes(10))) struct DoctorTests {
        /// A gateway whose clock is believed on any machine, so that only what a test breaks is a fault.
        private func gateway(
            _ change: (Gateway) throws -> Void = { _ in }, brokerRuns: Bool = true,
            validity: Certificates.Validity = .usual
        )
            async throws -> Gateway
        {
            let gateway = try await plainGateway(2, brokerRuns: brokerRuns, validity: validity)
            gateway.spoolKeys = " }\nclock: { trust: always"
            try change(gateway)
            return gateway
        }

        /// The states of the broker's phases, in their order.
        private func states(_ found: [String: DoctorShape]) -> [String] { phases.map { found[$0]?.state ?? "" } }

        @Test func `all is well: nothing but oks, in both languages, on 80 columns and without colour`() async throws {
            let gateway = try await gateway()
            let subscriber = try await gateway.subscribe("tds_new/devices/+/acks")
            let found = try await gateway.examined()
            #expect(found.values.allSatisfy { $0.state != "fault" && $0.state != "skipped" }, "\(found)")
            #expect(states(found).allSatisfy { $0 == "ok" }, "\(found)")
            #expect(found["line.use"]?.cause == "free" && found["disk.spool"]?.cause == "no_spool")
            for (language, words) in [("en", "0 faults"), ("pt", "0 falhas")] {
                let text = try await gateway.doctor(["--lang", language]).output.text
                #expect(text.contains(words))
                for line in text.split(separator: "\n") {
                    // A path or a topic that is longer than a line stays whole.
                    let longest = line.split(separator: " ").map(\.count).max() ?? 0
                    #expect(line.count <= 80 || longest > 45, "\(line)")
                    #expect(!line.contains("\u{1B}"))
                }
            }
            let environment = try await gateway.doctor(environment: ["LC_ALL": "pt_BR.UTF-8"]).output.text
            #expect(environment.contains("aviso"))
            // Each run has tried the right to publish once, on a topic that changes nothing, and kept nothing there.
            let messages = try await subscriber.waitForMessages(4, within: .seconds(30))
            #expect(messages.allSatisfy { $0.topic.hasSuffix("/acks") && !$0.isRetained && $0.qos == 1 })
            #expect(String(decoding: messages[0].payload, as: UTF8.self).contains(#""cmd_id":"doctor""#))
        }

        @Test func `a running agent keeps its port, its spool and its session`() async throws {
            let gateway = try await gateway()
            try gateway.start(environment: ["RUNTIME_DIRECTORY": gateway.folder.path("run")])
            try await gateway.says(" cycle ", within: .seconds(60))
            try await gateway.says("connected to the broker", within: .seconds(60))
            let id = try #require(gateway.agent?.id)
            let found = try await gateway.examined()
            #expect(found["line.use"]?.cause == "agent_has" && found["line.use"]?.what.contains("\(id)") == true)
            #expect(found["disk.spool"]?.cause == "in_use" && found["disk.spool"]?.what.contains("\(id)") == true)
            #expect(found["clock.trust"]?.what.contains("says the running agent") == true)
            #expect(states(found)[4] == "ok")
            #expect(!gateway.log.contains("no link to the broker"), "its session stands")
            #expect(!gateway.log.contains("lent"))
            // While a probe has borrowed the port, that is said instead.
            let probe = try ChildProcess(
                Repository.binary("edge-agent"),
                [
                    "probe", "read", "--slave", "1", "--count", "2", "--watch", "--port", gateway.port, "--baud",
                    "115200",
                ],
                environment: ["RUNTIME_DIRECTORY": gateway.folder.path("run")])
            try await gateway.says("lent to a probe", within: .seconds(60))
            let lent = try await gateway.examined(["--offline"])
            #expect(lent["line.use"]?.what.contains("lent it to a probe") == true)
            probe.send(SIGINT)
            try await gateway.says("the port is taken back", within: .seconds(60))
            try await gateway.polls(4, within: .seconds(60))
        }

        @Test func `the broker is off, unknown, or was not to be asked`() async throws {
            let gateway = try await gateway(brokerRuns: false)
            let off = try await gateway.examined(ends: 69)
            #expect(states(off) == ["ok", "fault"] + Array(repeating: "skipped", count: 5))
            #expect(off["broker.tcp"]?.what.contains("errno 111") == true)
            let text = try await gateway.doctor(["--lang", "pt"], ends: 69).output.text
            #expect(
                text.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains("nada escuta nessa porta"))
            #expect(text.components(separatedBy: "pulado").count == 2, "what was not tried is one line")
            let offline = try await gateway.examined(["--offline"])
            #expect(states(offline).allSatisfy { $0 == "skipped" })
            gateway.host = "no-such-name.invalid"
            let unknown = try await gateway.examined(ends: 68)
            #expect(states(unknown) == ["fault"] + Array(repeating: "skipped", count: 6))
        }

        @Test func `on a terminal it says what it waits for, and nowhere else`() async throws {
            let gateway = try await gateway()
            try await gateway.broker.pause()
            defer { gateway.broker.resume() }
            let command = try "\(Repository.binary("edge-agent")) doctor --config \(gateway.configuration())"
            let seen = try ChildProcess("script", ["-qec", command, "/dev/null"], environment: ["LC_ALL": "C"])
            try await eventually("a note comes; \(seen.output.text)", within: .seconds(60)) {
                seen.output.text.contains("... connecting to the broker")
            }
            try await seen.kill()
            gateway.broker.resume()
            let piped = try await gateway.doctor()
            #expect(piped.errors.text.isEmpty && !piped.output.text.contains("..."))
        }

        @Test func `a wrong CA and a wrong name end in the handshake`() async throws {
            let gateway = try await gateway()
            let other = try await Certificates(in: gateway.folder, named: "other")
            try FileManager.default.removeItem(atPath: gateway.files.ca)
            try FileManager.default.copyItem(atPath: other.ca, toPath: gateway.files.ca)
            let found = try await gateway.examined(ends: 76)
            #expect(states(found) == ["ok", "ok", "fault"] + Array(repeating: "skipped", count: 4))
            #expect(found["identity.files"]?.cause == "other_authority")
            #expect(found["broker.tls"]?.todo != nil)
        }

        @Test func `an expired certificate is a fault before the broker is asked, and the broker's no`() async throws {
            let gateway = try await gateway(validity: .expired)
            let found = try await gateway.examined(ends: 78)
            #expect(found["identity.dates"]?.cause == "ended")
            #expect(states(found) == ["ok", "ok", "ok", "fault", "skipped", "skipped", "skipped"])
            #expect(found["broker.certificate"]?.what.contains("TLS alert 45") == true)
        }

        @Test func `a certificate of another gateway than the configuration's`() async throws {
            let gateway = try await gateway { $0.spoolKeys += " }\ngateway: { mac: \"02:00:5e:10:00:02\"" }
            let found = try await gateway.examined(ends: 78)
            #expect(found["identity.name"]?.cause == "other_gateway")
            #expect(found["identity.name"]?.what.contains("02:00:5e:10:00:02") == true)
            // It goes on, and judges the broker by the certificate.
            #expect(states(found)[4] == "ok")
        }

        @Test func `files that are missing stop neither the door of the broker nor the rest`() async throws {
            let gateway = try await gateway()
            try FileManager.default.removeItem(atPath: gateway.files.key)
            let found = try await gateway.examined(ends: 78)
            #expect(found["identity.files"]?.cause == "file" && found["identity.name"]?.state == "ok")
            #expect(states(found) == ["ok", "ok"] + Array(repeating: "skipped", count: 5))
            #expect(found["line.use"]?.state == "ok")
        }

        @Test func `an ACL that denies publishing is told by its reason, and so is a subscription`() async throws {
            let gateway = try await gateway(brokerRuns: false)
            try "user nobody\n".write(toFile: gateway.broker.aclFile, atomically: false, encoding: .utf8)
            try gateway.broker.denySubscriptions(of: gateway.mac)
            try await gateway.broker.start()
            let found = try await gateway.examined(ends: 77)
            #expect(states(found) == Array(repeating: "ok", count: 5) + ["fault", "fault"])
            for check in ["broker.publish", "broker.subscribe"] {
                #expect(found[check]?.status == 77 && found[check]?.what.contains("135") == true)
            }
        }

        @Test func `a port that is missing, or held by another program`() async throws {
            let gateway = try await gateway()
            let other = open(gateway.port, O_RDWR | O_NOCTTY | O_CLOEXEC)
            defer { close(other) }
            try #require(flock(other, LOCK_EX | LOCK_NB) == 0)
            let busy = try await gateway.examined(["--offline"], ends: 75)
            #expect(busy["line.use"]?.cause == "busy" && busy["line.rights"]?.state == "ok")
            gateway.port = gateway.folder.path("ttyUSB0")
            let missing = try await gateway.examined(["--offline"], ends: 66)
            #expect(missing["line.port"]?.cause == "missing" && missing["line.use"] == nil)
            #expect(missing["disk.folder"]?.state != "fault", "one fault stops no other")
        }

        @Test func `a line over the network is reached, refused, held by the agent, or not to be asked`() async throws {
            let gateway = try await gateway()
            let slave = plainSlave(1)
            let server = try SimulatedLine(
                SimulatedLineSettings(baud: 115_200, face: .tcp(host: "127.0.0.1", port: 0)), slaves: [slave.meter])
            gateway.lines = """
                lines:
                  - name: roof
                    url: "\(server.path)"
                    slaves:
                \(slave.yaml.indented)
                """
            #expect(try await gateway.examined()["line.server"]?.cause == "server")
            #expect(try await gateway.examined(["--offline"])["line.server"]?.cause == "offline")
            try gateway.start(environment: ["RUNTIME_DIRECTORY": gateway.folder.path("run")])
            try await gateway.says(" cycle ", within: .seconds(60))
            let held = try await gateway.examined(["--offline"])
            #expect(held["line.server"]?.cause == "offline")
            #expect(try await gateway.examined()["line.use"]?.cause == "agent_has")
            _ = try await gateway.agent?.stop()
            gateway.lines = gateway.lines?.replacing(/127.0.0.1:[0-9]+/, with: "127.0.0.1:1")
            let refused = try await gateway.examined(ends: 69)
            #expect(refused["line.server"]?.cause == "no_server" && refused["line.server"]?.line == "roof")
        }

        @Test func `a configuration that is wrong is told in every line, and nothing else is`() async throws {
            let gateway = try await gateway { $0.poll = "{ interval: never, timeout: 1x }" }
            let process = try await gateway.doctor(ends: 78)
            #expect(process.output.text.components(separatedBy: "FAULT    configuration: ").count == 3)
            #expect(process.output.text.contains("2 faults"))
            let usage = try await gateway.doctor(["--lang", "de"], ends: 64)
            #expect(usage.errors.text.contains("en and pt are known"))
        }
    }
}
