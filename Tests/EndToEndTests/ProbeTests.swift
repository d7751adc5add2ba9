import FieldBench
import Foundation
import LineSimulator
import MachineTime
import TelemetryContract
import Testing

extension EndToEnd {
    @Suite struct ProbeTests {
        @Test func `scan, identify and read find the meters and say what they hold`() async throws {
            let field = try await ProbeField()
            _ = try await field.result(ProbeShape.Scan.self, ["scan", "--slaves", "1-12", "--no-listen"]) { scan in
                scan.slaves.map(\.slave) == [1, 7] && scan.complete && !scan.echo
                    && scan.slaves.map(\.verdict) == ["exception", "answers"]
            }
            #expect(
                try await field.probe("scan", "--slaves", "20-25", "--no-listen", ends: 1).output.text.contains(
                    "0 slaves"))
            let found = try await field.probe("scan", "--slaves", "5-9", "--until-found", "--lang", "pt", "--no-listen")
            #expect(found.output.text.contains("7  115200 8N1  responde"))

            _ = try await field.result([ProbeShape.Identity].self, ["identify", "--slaves", "1,7"], ends: 1) {
                $0.first?.matches.first?.profile.hasPrefix("eastron/") == true && $0.last?.matches.isEmpty == true
            }

            let registers = try await field.result(
                [ProbeShape.Register].self, ["read", "--slave", "7", "--count", "3"]
            ) { $0.first?.value == 77 }
            #expect(registers.map(\.address) == [0, 1, 2])
            #expect(registers.last?.value == nil, "a register that is refused is null")
            let places = try await field.result(
                [ProbeShape.Place].self, ["read", "--slave", "1", "--table", "input", "--count", "2", "--all-orders"])
            let first = try #require(places.first?.meanings.first)
            #expect(first.type == "float32" && first.order == "ABCD" && first.configuration.contains("type: float32"))
            let text = try await field.probe("read", "--slave", "1", "--table", "input", "--count", "8", "--all-orders")
            #expect(text.output.text.contains("- { code: \"\", register: 30001, type: float32"))
        }

        @Test func `watching marks what has changed, until it is told to stop`() async throws {
            let field = try await ProbeField()
            let watch = try ChildProcess(
                Repository.binary("edge-agent"),
                ["probe", "read", "--slave", "7", "--count", "2", "--watch", "--port", field.port, "--baud", "115200"])
            try await eventually("a changed register is marked; \(watch.output.text)", within: .seconds(30)) {
                watch.output.text.contains("40002") && watch.output.text.contains(" *")
            }
            #expect(!watch.output.text.contains("40001      0     77  0x004d      77 *"), "what rests is not marked")
            watch.send(SIGINT)
            #expect(try await watch.waitForExit() == .status(0))
        }

        @Test func `an interrupted scan keeps what it found and goes on from there`() async throws {
            let field = try await ProbeField()
            let kept = field.folder.path("left.json")
            let arguments = [
                "probe", "scan", "--port", field.port, "--baud", "115200", "--no-listen", "--resume", kept,
            ]
            let scan = try ChildProcess(Repository.binary("edge-agent"), arguments)
            try await eventually("slave 7 is found", within: .seconds(30)) { scan.output.text.contains("  7  115200") }
            scan.send(SIGINT)
            #expect(try await scan.waitForExit() == .status(0))
            #expect(scan.output.text.contains("interrupted"))
            #expect(FileManager.default.fileExists(atPath: kept))
            let rest = try ChildProcess(Repository.binary("edge-agent"), arguments + ["--json"])
            #expect(try await rest.waitForExit(within: .seconds(120)) == .status(0))
            let json = try JSONSerialization.jsonObject(with: Data(rest.output.bytes)) as? [String: Any]
            #expect((json?["slaves"] as? [[String: Any]])?.compactMap { $0["slave"] as? Int } == [1, 7])
            #expect(json?["complete"] as? Bool == true)
            #expect(!FileManager.default.fileExists(atPath: kept), "nothing is left")
        }

        @Test func `diagnose and quality judge a good line and a bad one`() async throws {
            let field = try await ProbeField()
            _ = try await field.result(ProbeShape.Diagnosis.self, ["diagnose", "--slaves", "1,7"]) {
                $0.findings.map(\.name) == ["fine"] && $0.slaves.count == 2
            }
            let page = field.folder.path("page.html")
            _ = try await field.result(
                ProbeShape.Quality.self,
                ["quality", "--slaves", "1,7", "--times", "20", "--html", page, "--lang", "pt"]
            ) { good in
                good.slaves.allSatisfy { $0.answered == 20 && $0.lost == 0 && $0.proposedTimeoutMilliseconds >= 80 }
            }
            let html = try String(contentsOfFile: page, encoding: .utf8)
            #expect(html.contains("lang=\"pt-BR\"") && html.contains("Boa"))

            try await field.simulate("badcrc #7")
            let bad = try await field.probe("diagnose", "--slaves", "1,7", "--lang", "pt", ends: 1)
            #expect(bad.output.text.contains("escravo 7") && bad.output.text.contains("->"))
            _ = try await field.probe("quality", "--slaves", "1,7", "--times", "10", "--html", page, ends: 1)
            #expect(try String(contentsOfFile: page, encoding: .utf8).contains("Bad: mend the line"))
        }

        @Test func `quality holds a line against what was measured before, in both languages`() async throws {
            let field = try await ProbeField()
            let saved = field.folder.path("line.json")
            _ = try await field.probe("quality", "--slaves", "1,7", "--times", "60", "--save", saved)
            let well = try await field.probe("quality", "--slaves", "1,7", "--times", "60", "--against", saved)
            #expect(well.output.text.contains("No worse than on 20"), "\(well.output.text)")

            try await field.simulate("slow #7 120ms")
            let slow = try await field.probe(
                "quality", "--slaves", "1,7", "--times", "60", "--against", saved, "--lang", "pt", ends: 1)
            #expect(slow.output.text.contains("escravo 7: 60 de 60 respostas atrasadas"), "\(slow.output.text)")
            #expect(slow.output.text.contains("Pior que em 20"))
            try await field.simulate("badcrc #7")
            let bad = try await field.result(
                ProbeShape.Quality.self, ["quality", "--slaves", "1,7,9", "--times", "20", "--against", saved], ends: 1)
            let drift = try #require(bad.drift)
            #expect(drift.isWorse && drift.unknown == [9])
            #expect(drift.findings.contains { $0.kind == "loss" && $0.slave == 7 && $0.bad == 20 })
            let other = try await field.probe(
                "quality", "--slaves", "1", "--times", "2", "--against", saved, "--format", "8E1", ends: 65)
            #expect(other.errors.text.contains("8N1") && other.errors.text.contains("8E1"))
            _ = try await field.probe("quality", "--slaves", "1", "--against", "/nowhere/line.json", ends: 66)
        }

        @Test func `what config writes is right for check, and runs once the codes are filled in`() async throws {
            let field = try await ProbeField()
            let certificates = try await Certificates(in: field.folder)
            let files = try await certificates.device(Gateway.mac)
            let broker = try Broker(certificates: certificates)
            try await broker.start()
            let path = field.folder.path("gateway.yaml")
            _ = try await field.probe(
                "config", "--slaves", "1-8", "--output", path, "--broker", "localhost", "--mac", Gateway.mac)
            let written = try String(contentsOfFile: path, encoding: .utf8)
            #expect(written.contains("profile: eastron/") && written.contains("- id: 7"))
            let edited =
                written.replacingOccurrences(of: "host: localhost", with: "host: localhost\n  port: \(broker.port)")
                .replacingOccurrences(of: "ca: ca.crt", with: "ca: \(files.ca)")
                .replacingOccurrences(of: "device.crt", with: files.certificate)
                .replacingOccurrences(of: "device.key", with: files.key)
                + "spool: { path: \(field.folder.path("spool.db")) }\npoll: { interval: 1s, timeout: 300ms }\n"
            try edited.write(toFile: path, atomically: true, encoding: .utf8)
            let check = try await ChildProcess.run(Repository.binary("edge-agent"), ["check", "--config", path])
            #expect(check.exit == .status(0), "\(check.errors.text)")
            #expect(check.errors.text.contains("FILL-1-voltage is still to be filled in"))

            // Once more: nothing is new, nothing changes.
            let again = try ChildProcess(
                Repository.binary("edge-agent"), ["probe", "config", "--output", path, "--slaves", "1-8"])
            #expect(try await again.waitForExit(within: .seconds(60)) == .status(0), "\(again.errors.text)")
            #expect(try String(contentsOfFile: path, encoding: .utf8) == edited)

            let filled = edited.replacingOccurrences(of: "FILL-", with: "C-")
            try filled.write(toFile: path, atomically: true, encoding: .utf8)
            let subscriber = try await Subscriber(to: ["tds_new/devices/+/telemetry"], on: broker)
            let agent = try ChildProcess(Repository.binary("edge-agent"), ["run", "--config", path])
            try await subscriber.waitForMessages(1, within: .seconds(30))
            let codes = try telemetry(subscriber).first?.readings.map(\.code) ?? []
            #expect(
                codes.contains("C-1-voltage") && codes.contains("C-7-0"), "\(codes) \(agent.errors.text.suffix(500))")
            #expect(try await agent.stop() == .status(0))
        }

        @Test func `config extends a file in place, with its comments and its mode, or says why not`() async throws {
            let field = try await ProbeField()
            let text = """
                # mine
                line: { port: \(field.port), baud: 115200, format: 8N1 }
                slaves:   # two in the end
                  - id: 1
                    points:
                      - { code: A, register: 30001, type: float32, unit: V }   # phase

                # the broker's section
                broker: { host: b.invalid, ca: ca.crt, certificate: device.crt, key: device.key }

                """
            let path = try field.folder.write(text, to: "own.yaml")
            chmod(path, 0o604)
            let arguments = ["probe", "config", "--output", path, "--slaves", "1-8"]
            let process = try ChildProcess(Repository.binary("edge-agent"), arguments)
            #expect(try await process.waitForExit(within: .seconds(60)) == .status(0), "\(process.errors.text)")
            let extended = try String(contentsOfFile: path, encoding: .utf8)
            for line in text.split(separator: "\n") { #expect(extended.contains(line)) }
            #expect(extended.components(separatedBy: "- id: ").count == 3 && extended.contains("- id: 7"))
            let order = ["unit: V }   # phase", "- id: 7", "# the broker's section"].map {
                extended.range(of: $0)?.lowerBound
            }
            #expect(order.compactMap(\.self).count == 3 && order[0]! < order[1]! && order[1]! < order[2]!)
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o604)

            let flow = text.replacingOccurrences(of: "slaves:   # two in the end", with: "slaves: [ { id: 1, points: [")
                .replacingOccurrences(of: "  - id: 1\n    points:\n      - { code: A", with: "  { code: A")
                .replacingOccurrences(of: "unit: V }   # phase", with: "unit: V } ] } ]")
            try flow.write(toFile: path, atomically: true, encoding: .utf8)
            let refused = try ChildProcess(Repository.binary("edge-agent"), arguments + ["--lang", "pt"])
            #expect(try await refused.waitForExit(within: .seconds(60)) == .status(78), "\(refused.errors.text)")
            #expect(refused.errors.text.contains("ampliada"))
            #expect(try String(contentsOfFile: path, encoding: .utf8) == flow, "not a byte of it has changed")
        }

        @Test(.judgesValues) func `config holds the line against figures that lie beside the file, or that are named`()
            async throws
        {
            let field = try await ProbeField()
            let certificates = try await Certificates(in: field.folder)
            let files = try await certificates.device(Gateway.mac)
            func figures(of port: String, at name: String) throws -> String {
                let slaves = [1, 7].map {
                    #"{ "slave": \#($0), "asked": 9, "answered": 9, "p95_milliseconds": 9, "p99_milliseconds": 9 }"#
                }
                return try field.folder.write(
                    """
                    { "port": "\(port)", "baud": 115200, "format": "8N1", "at": "2026-11-21T12:00:00Z",
                      "slaves": [\(slaves.joined(separator: ", "))] }
                    """, to: name)
            }
            // The slaves are in the file: nobody is asked, and no machine is too slow for it.
            let point = #"points: [{ code: A%, register: 40001, type: uint16, unit: "" }]"#
            let text = """
                line:
                  port: \(field.port)
                  baud: 115200  # as the meters are set

                slaves:
                  - { id: 1, \(point.replacingOccurrences(of: "%", with: "1")) }
                  - { id: 7, \(point.replacingOccurrences(of: "%", with: "7")) }
                broker: { host: b.invalid, ca: \(files.ca), certificate: \(files.certificate), key: \(files.key) }

                """
            let path = try field.folder.write(text, to: "gateway.yaml")
            func config(_ more: String..., ends status: Int32 = 0) async throws -> ChildProcess {
                let process = try ChildProcess(
                    Repository.binary("edge-agent"),
                    ["probe", "config", "--slaves", "1,7", "--output", path, "--lang", "pt"] + more)
                #expect(
                    try await process.waitForExit(within: .seconds(120)) == .status(status), "\(process.errors.text)")
                return process
            }
            func expectWatched(by name: String) async throws {
                let written = try String(contentsOfFile: path, encoding: .utf8)
                let line = "baud: 115200  # as the meters are set\n"
                #expect(written == text.replacingOccurrences(of: line, with: line + "  baseline: \(name)\n"))
                let check = try await ChildProcess.run(Repository.binary("edge-agent"), ["check", "--config", path])
                #expect(check.exit == .status(0) && check.errors.text.isEmpty, "\(check.errors.text)")
            }

            let alone = try await config()
            #expect(alone.output.text.contains("nada de novo"), "\(alone.output.text)")
            #expect(try String(contentsOfFile: path, encoding: .utf8) == text)

            // Of another port: left alone where it only lies there, and a fault where it is asked for.
            let saved = try figures(of: "/dev/ttyUSB77", at: "line.json")
            _ = try await config()
            #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
            let unlike = try await config("--baseline", saved, ends: 65)
            #expect(unlike.errors.text.contains("/dev/ttyUSB77"), "\(unlike.errors.text)")
            _ = try await config("--baseline", "/nowhere/line.json", ends: 66)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == text)

            _ = try figures(of: field.port, at: "line.json")
            let beside = try await config()
            #expect(beside.output.text.contains("a linha é comparada com line.json"), "\(beside.output.text)")
            try await expectWatched(by: "line.json")

            // A file that has one keeps it, whatever else lies there, and says so where another is asked for.
            let other = try figures(of: field.port, at: "other.json")
            let kept = try await config("--baseline", other, ends: 64)
            #expect(kept.errors.text.contains("já é comparada com"), "\(kept.errors.text)")
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            let named = try await config("--baseline", other, "--json")
            #expect(named.output.text.contains("\"baseline\" : \"other.json\""), "\(named.output.text)")
            try await expectWatched(by: "other.json")
        }

        @Test func `bad input is said in both languages, with a status each`() async throws {
            let field = try await ProbeField()
            let plain = try field.folder.write("no port\n", to: "plain")
            let cases: [(arguments: [String], status: Int32, en: String, pt: String)] = [
                (["scan", "--port", plain], 78, "no serial port", "não é uma porta serial"),
                (["scan", "--port", "/dev/ttyNONE9"], 66, "no such port", "porta inexistente"),
                (["scan", "--slaves", "0-5"], 64, "expected addresses from 1 to 247", "use endereços de 1 a 247"),
                (["scan", "--slaves", "248"], 64, "expected addresses from 1 to 247", "use endereços de 1 a 247"),
                (["read", "--slave", "250", "--port", plain], 64, "expected 1 to 247", "use de 1 a 247"),
                (["scan", "--baud", "9601"], 64, "expected one of", "use um destes"),
                (["config", "--port", plain], 64, "--dry-run", "--dry-run"),
                (
                    ["config", "--port", plain, "--output", "/none/x.yaml"], 73, "cannot be written",
                    "não pode ser escrito"
                ),
                (["quality", "--port", plain], 64, "name the slaves", "informe os escravos"),
            ]
            for bad in cases {
                for (language, words) in [("en", bad.en), ("pt", bad.pt)] {
                    let process = try ChildProcess(
                        Repository.binary("edge-agent"), ["probe"] + bad.arguments + ["--lang", language])
                    #expect(try await process.waitForExit() == .status(bad.status), "\(bad) \(process.errors.text)")
                    #expect(process.errors.text.contains(words), "\(process.errors.text)")
                }
            }
            let folder = field.folder.path("profiles/acme")
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try
                "maker: Acme\nmodel: X\npoints:\n  - { name: voltage, unit: V, table: input, addres: 0, type: float32 }\n"
                .write(toFile: "\(folder)/x.yaml", atomically: true, encoding: .utf8)
            let faulty = try await field.probe(
                "identify", "--slaves", "1", "--profiles", field.folder.path("profiles"), ends: 78)
            #expect(faulty.errors.text.contains("acme/x.yaml:4:") && faulty.errors.text.contains("addres"))
        }
    }
}
