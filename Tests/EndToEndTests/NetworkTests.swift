import ExactArithmetic
import FieldBench
import LineSimulator
import TelemetryContract
import Testing

extension EndToEnd {
    /// The agent, with slaves behind a serial server or a Modbus TCP device, and with several lines.
    @Suite struct NetworkTests {
        private static let faces: [SimulatedLineSettings.Face] = [
            .tcp(host: "127.0.0.1", port: 0), .rtuOverTCP(host: "127.0.0.1", port: 0),
        ]

        @Test(arguments: faces)
        func `meters behind a socket are published, also after it was away`(face: SimulatedLineSettings.Face)
            async throws
        {
            let slave = plainSlave(1)
            let gateway = try await Gateway(slaves: slave.yaml, on: [slave.meter])
            let server = try SimulatedLine(
                SimulatedLineSettings(baud: 115_200, face: face, packetSize: 256), slaves: [slave.meter])
            gateway.lines = "line: \"\(server.path)\"\nslaves:\n\(slave.yaml)"
            let subscriber = try await gateway.subscribe()
            try gateway.start()
            try await subscriber.waitForMessages(2)
            server.unplug()
            try await gateway.says("connection refused")
            let before = subscriber.received.count
            let back = ContinuousClock.now
            try server.replug()
            try await subscriber.waitForMessages(before + 1)
            #expect(back.duration(to: .now) < .seconds(8))
            try await gateway.says("the line is back")
            for message in try telemetry(subscriber) {
                #expect(message.readings.map(\.code) == ["P1-0", "P1-1"])
                #expect(message.readings.map(\.value.text) == ["100", "101"])
            }
        }

        @Test func `of two lines one dies, and the other keeps its interval`() async throws {
            let (hall, roof) = (plainSlave(1), plainSlave(2))
            let gateway = try await Gateway(slaves: "", on: [hall.meter])
            let server = try SimulatedLine(
                SimulatedLineSettings(baud: 115_200, face: .tcp(host: "127.0.0.1", port: 0)), slaves: [roof.meter])
            // The dead line stands first, so that its failure would come before the other's readings.
            gateway.lines = """
                lines:
                  - name: roof
                    url: "\(server.path)"
                    slaves:
                \(roof.yaml.indented)
                  - name: hall
                    port: \(gateway.line.path)
                    baud: 115200
                    slaves:
                \(hall.yaml.indented)
                """
            let subscriber = try await gateway.subscribe()
            try gateway.start()
            try await subscriber.waitForMessages(2)
            #expect(try telemetry(subscriber).last?.readings.map(\.code) == ["P2-0", "P2-1", "P1-0", "P1-1"])
            server.unplug()
            try await gateway.says("the line failed")
            #expect(gateway.log.contains("line=roof"))
            // From the first message without the dead line on.
            func alone() throws -> [TelemetryMessage] {
                try Array(telemetry(subscriber).drop { $0.readings.count == 4 })
            }
            try await eventually("the other line goes on", within: .seconds(20)) { try alone().count >= 5 }
            let messages = try alone()
            for message in messages { #expect(message.readings.map(\.code) == ["P1-0", "P1-1"]) }
            let seconds = messages.map(\.timestamp.secondsSince1970)
            // A machine that has other work may stretch one of them; the dead line would stretch all.
            let steps = zip(seconds, seconds.dropFirst()).map { $1 - $0 }.sorted()
            #expect(steps[steps.count / 2] == 1, "one cycle each second: \(seconds)")
            try server.replug()
            try await gateway.says("the line is back")
            try await eventually("both are published", within: .seconds(20)) {
                try telemetry(subscriber).last?.readings.count == 4
            }
        }

        @Test func `a line that comes back between two cycles is polled at once, and alone`() async throws {
            let (hall, roof) = (plainSlave(1), plainSlave(2))
            let gateway = try await Gateway(slaves: "", on: [hall.meter])
            gateway.poll = "{ interval: 60s, timeout: 5s }"
            let link = gateway.folder.path("adapter")
            let adapter = try SimulatedLine(
                SimulatedLineSettings(baud: 115_200, packetSize: 256), slaves: [roof.meter])
            try adapter.link(at: link)
            adapter.unplug()
            gateway.lines = """
                lines:
                  - { name: hall, port: \(gateway.line.path), baud: 115200, slaves: [\(hall.yaml.flow)] }
                  - { name: roof, port: \(link), baud: 115200, slaves: [\(roof.yaml.flow)] }
                """
            let subscriber = try await gateway.subscribe()
            try gateway.start(arguments: ["--wait-for-port"])
            try await subscriber.waitForMessages(1)
            try await gateway.says("no such port")
            let back = ContinuousClock.now
            try adapter.replug()
            try await subscriber.waitForMessages(2)
            #expect(back.duration(to: .now) < .seconds(8))
            #expect(
                try telemetry(subscriber).map { $0.readings.map(\.code) } == [["P1-0", "P1-1"], ["P2-0", "P2-1"]])
        }

        @Test func `check shows each line, and an unreachable server has its status`() async throws {
            let (hall, roof) = (plainSlave(1), plainSlave(1, points: 3))
            let gateway = try await Gateway(slaves: "", on: [hall.meter])
            let renamed = roof.yaml.split(separator: "P1-").joined(separator: "R-")
            gateway.lines = """
                lines:
                  - { name: hall, port: \(gateway.line.path), slaves: [\(hall.yaml.flow)] }
                  - { name: roof, url: "tcp://127.0.0.1:1", slaves: [\(renamed.flow)] }
                """
            let check = try await gateway.command(["check", "--config", gateway.configuration()])
            #expect(check.exit == .status(0))
            #expect(check.output.text.contains("line hall, \(gateway.line.path): 1 request,"))
            #expect(check.output.text.contains("line roof, tcp://127.0.0.1:1: 1 request,"))
            let connect = try await gateway.command(["check", "--connect", "--config", gateway.configuration()])
            #expect(connect.exit == .status(69))
            #expect(connect.errors.text.contains("tcp://127.0.0.1:1: connection refused"))
        }
    }
}

extension String {
    /// Two levels deeper.
    var indented: String {
        split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
    }

    /// The one slave of `plainSlave` as a flow mapping.
    fileprivate var flow: String {
        let lines = split(separator: "\n")
        let points = lines.dropFirst(2).map { $0.drop { $0 == " " || $0 == "-" } }
        let id = lines[0].split(separator: " ").last ?? ""
        return "{ id: \(id), points: [\(points.joined(separator: ", "))] }"
    }
}
