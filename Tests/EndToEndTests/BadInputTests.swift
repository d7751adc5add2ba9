import FieldBench
import Foundation
import LineSimulator
import Testing

extension EndToEnd {
    /// A clear error and a status of sysexits.h for everything that can be wrong from the start.
    @Suite struct BadInputTests {
        private func expect(
            _ gateway: Gateway, _ arguments: [String], ends status: Int32, saying texts: String...,
            sourceLocation: SourceLocation = #_sourceLocation
        ) async throws {
            let process = try await gateway.command(arguments + ["--config", gateway.configuration()])
            #expect(process.exit == .status(status), "\(process.errors.text)", sourceLocation: sourceLocation)
            for text in texts {
                #expect(process.errors.text.contains(text), "\(process.errors.text)", sourceLocation: sourceLocation)
            }
        }

        @Test func `a key that does not exist is told with its line and the nearest one`() async throws {
            let gateway = try await plainGateway(1, brokerRuns: false)
            gateway.poll = "{ intervall: 5s }"
            for command in ["run", "check"] {
                try await expect(
                    gateway, [command], ends: 78, saying: "gateway.yaml:2:9: poll.intervall: ",
                    #"did you mean "interval"?"#)
            }
        }

        @Test func `a configuration that is not there`() async throws {
            let process = try ChildProcess(Repository.binary("edge-agent"), ["run", "--config", "/nowhere/a.yaml"])
            #expect(try await process.waitForExit() == .status(66))
            #expect(process.errors.text.contains("/nowhere/a.yaml"))
        }

        @Test func `a port that is missing, busy or no port`() async throws {
            let gateway = try await plainGateway(1, brokerRuns: false)
            let real = gateway.port
            gateway.port = "/dev/ttyUSB77"
            try await expect(gateway, ["run"], ends: 66, saying: "line.port", "/dev/ttyUSB77", "no such port")
            try await expect(gateway, ["check"], ends: 0)
            try await expect(gateway, ["check", "--connect"], ends: 66, saying: "/dev/ttyUSB77")
            gateway.port = "/dev/null"
            try await expect(gateway, ["run"], ends: 78, saying: "no serial port")
            try await expect(gateway, ["run", "--wait-for-port"], ends: 78, saying: "no serial port")
            gateway.port = real
            try gateway.start()
            try await gateway.says(" cycle ")
            let rival = try await Gateway(slaves: gateway.slaves, on: [SimulatedSlave(id: 1)], broker: gateway.broker)
            rival.port = real
            try await expect(rival, ["run"], ends: 75, saying: "another program has the port")
        }

        @Test func `a port that is waited for`() async throws {
            let gateway = try await plainGateway(1)
            let subscriber = try await gateway.subscribe()
            gateway.port = gateway.folder.path("adapter")
            let agent = try ChildProcess(
                Repository.binary("edge-agent"), ["run", "--wait-for-port", "--config", gateway.configuration()])
            try await eventually("it says that the port is missing", within: .seconds(10)) {
                agent.errors.text.contains("the line failed")
            }
            try gateway.line.link(at: gateway.folder.path("adapter"))
            try await subscriber.waitForMessages(1)
            #expect(try await agent.stop() == .status(0))
        }

        @Test func `the broker's faults end a check with a status each, and never a run`() async throws {
            let gateway = try await plainGateway(1)
            let other = try await Certificates(in: gateway.folder, named: "other-ca")
            try await expect(gateway, ["check", "--connect"], ends: 0)

            gateway.host = "host.invalid"
            try await expect(gateway, ["check", "--connect"], ends: 68, saying: "host.invalid", "DNS")
            try await expectPollingGoesOn(gateway, saying: "host.invalid")
            gateway.host = "localhost"

            let ca = try Data(contentsOf: URL(fileURLWithPath: gateway.files.ca))
            try Data(contentsOf: URL(fileURLWithPath: other.ca)).write(to: URL(fileURLWithPath: gateway.files.ca))
            try await expect(gateway, ["check", "--connect"], ends: 76, saying: gateway.files.ca)
            try await expectPollingGoesOn(gateway, saying: "handshake")
            try ca.write(to: URL(fileURLWithPath: gateway.files.ca))

            try await gateway.certificates.revoke(gateway.mac)
            try await gateway.certificates.renewCRL()
            try await gateway.broker.reload()
            try await expect(gateway, ["check", "--connect"], ends: 77, saying: "revoked")
            try await expectPollingGoesOn(gateway, saying: "revoked")

            try await gateway.broker.stop()
            try await expect(gateway, ["check", "--connect"], ends: 69, saying: "Connection refused")
        }

        /// Runs the agent for a while: it polls and stores, whatever the link's fault.
        private func expectPollingGoesOn(_ gateway: Gateway, saying text: String) async throws {
            let before = gateway.line.exchanges.count
            let agent = try gateway.start()
            try await gateway.says(text)
            try await eventually("polling goes on", within: .seconds(10)) {
                gateway.line.exchanges.count >= before + 3
            }
            #expect(agent.isRunning)
            #expect(try await agent.stop() == .status(0))
        }

        @Test func `certificates and keys that do not fit`() async throws {
            let gateway = try await plainGateway(1, brokerRuns: false)
            let other = try await gateway.certificates.device("02:00:5e:10:00:02")
            let key = URL(fileURLWithPath: gateway.files.key)
            let own = try Data(contentsOf: key)
            try Data(contentsOf: URL(fileURLWithPath: other.key)).write(to: key)
            try await expect(gateway, ["run"], ends: 78, saying: "gateway.yaml:", "broker.key", "does not belong")
            try own.write(to: key)
            chmod(gateway.files.key, 0o644)
            try await expect(gateway, ["run"], ends: 78, saying: "broker.key", "chmod 600")
            chmod(gateway.files.key, 0o600)
            gateway.poll += "\ngateway: { mac: \"02:00:5e:10:00:02\" }"
            try await expect(gateway, ["run"], ends: 78, saying: "gateway.mac", Gateway.mac)
            gateway.poll = "{ interval: 1s }\ngateway: { mac: \"02:00:5E:10:00:01\" }"
            try await expect(gateway, ["run"], ends: 78, saying: "gateway.mac", "02:00:5e:10:00:01")
            try FileManager.default.removeItem(atPath: gateway.files.certificate)
            gateway.poll = "{ interval: 1s }"
            try await expect(gateway, ["check"], ends: 78, saying: "broker.certificate", gateway.files.certificate)
        }

        @Test func `a certificate issued for a MAC in upper case`() async throws {
            let gateway = try await plainGateway(1, brokerRuns: false)
            // The scripts refuse to make one, so it is made by hand.
            let openssl = try ChildProcess(
                "openssl",
                [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", "/CN=02:00:5E:10:00:01", "-keyout", gateway.files.key, "-out", gateway.files.certificate,
                ])
            #expect(try await openssl.waitForExit() == .status(0))
            try await expect(
                gateway, ["check"], ends: 78, saying: "02:00:5E:10:00:01", #"it must be issued for "02:00:5e:10:00:01""#
            )
        }

        @Test func `a spool that is not ours, newer, or in use is not touched`() async throws {
            let gateway = try await plainGateway(1, brokerRuns: false)
            let letter = "Dear meter,\n"
            try letter.write(toFile: gateway.spool, atomically: true, encoding: .utf8)
            try await expect(gateway, ["run"], ends: 65, saying: "spool.path", gateway.spool)
            #expect(try String(contentsOfFile: gateway.spool, encoding: .utf8) == letter)

            try FileManager.default.removeItem(atPath: gateway.spool)
            try gateway.start()
            try await gateway.says(" cycle ")
            let rival = try await Gateway(
                slaves: gateway.slaves, on: [SimulatedSlave(id: 1)], broker: gateway.broker, brokerRuns: false)
            let path = rival.spool
            symlink(gateway.spool, path)
            try await expect(rival, ["run"], ends: 75, saying: "spool.path")
            #expect(try await gateway.agent?.stop() == .status(0))

            let sqlite = try ChildProcess("sqlite3", [gateway.spool, "PRAGMA user_version = 99;"])
            #expect(try await sqlite.waitForExit() == .status(0))
            try await expect(gateway, ["run"], ends: 65, saying: "99")
        }

        @Test func `a clock before the certificate's start`() async throws {
            // For a certificate that begins tomorrow every clock of today is too early, as 1970 is for all others.
            let gateway = try await plainGateway(1, validity: .notYetValid)
            try await expect(
                gateway, ["check"], ends: 75, saying: "before the certificate's start", "set the clock (timedatectl)")
            try await expectPollingGoesOn(gateway, saying: "before the certificate's start")
            #expect(gateway.log.contains("messages are kept"))
        }
    }
}
