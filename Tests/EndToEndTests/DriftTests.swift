import FieldBench
import Foundation
import LineSimulator
import Testing

extension EndToEndWaits {
    /// A line that is measured with the built probe, watched by the built agent, and then made worse.
    @Suite struct DriftTests {
        @Test(.timeLimit(.minutes(10)))
        func `a line that becomes worse than its baseline is said once, and once that it is well again`() async throws {
            let gateway = try await measuredGateway()
            let baseline = gateway.folder.path("line.json")
            let check = try await gateway.command(["check", "--config", gateway.configuration()])
            #expect(check.exit == .status(0), "\(check.errors.text)")
            #expect(!check.errors.text.contains("baseline"), "\(check.errors.text)")

            let statuses = try await gateway.subscribe(gateway.statusTopic)
            try gateway.start()
            try await statuses.waitForMessages(1, within: .seconds(60))
            #expect(try last(statuses).contains("\"drift\":\"\""))
            gateway.line.inject(Fault(.badCRC, .probability(0.3)), on: 2)
            let raised = "a slave answers less often than when it was measured"
            try await gateway.says(raised, within: .seconds(180))
            try await eventually("the status says so", within: .seconds(120)) {
                try last(statuses).contains("2:loss")
            }
            gateway.line.clearFaults()
            let cleared = "a slave answers as often as when it was measured"
            try await gateway.says(cleared, within: .seconds(240))
            try await eventually("the status says so", within: .seconds(120)) {
                try !last(statuses).contains(":loss")
            }
            #expect(gateway.log.components(separatedBy: raised).count == 2, "said once")
            #expect(gateway.log.components(separatedBy: cleared).count == 2, "said once")
            #expect(!gateway.log.contains("the line loses more"), "one slave is not the line")

            gateway.line.inject(Fault(.slow(by: .milliseconds(80))), on: 1)
            try await gateway.says("a slave answers later than when it was measured", within: .seconds(180))
            #expect(try await gateway.agent?.stop() == .status(0))
            #expect(FileManager.default.fileExists(atPath: baseline))
        }

        @Test func `a gateway whose baseline is gone says so and polls`() async throws {
            let gateway = try await plainGateway(1)
            gateway.lineKeys = ", baseline: gone.json"
            let check = try await gateway.command(["check", "--config", gateway.configuration()])
            #expect(check.exit == .status(0))
            #expect(check.errors.text.contains("line.baseline: ") && check.errors.text.contains("--save"))
            let subscriber = try await gateway.subscribe()
            try gateway.start()
            try await subscriber.waitForMessages(2, within: .seconds(60))
            #expect(gateway.log.contains("not watched for drift"), "\(gateway.log)")
            #expect(try await gateway.agent?.stop() == .status(0))
        }

        private func last(_ subscriber: Subscriber) throws -> String {
            String(decoding: try #require(subscriber.received.last).payload, as: UTF8.self)
        }

        /// Two slaves of fifteen blocks each, and what the probe has measured of them.
        private func measuredGateway() async throws -> Gateway {
            var meters: [SimulatedSlave] = []
            var yaml = ""
            for id in [1, 2] {
                var meter = SimulatedSlave(id: UInt8(id), turnaround: .milliseconds(5))
                for address in 0..<160 { meter.set(.holdingRegisters, UInt16(address), .fixed(address, as: .uint16)) }
                meters.append(meter)
                yaml += "  - id: \(id)\n    max_gap: 0\n    points:\n"
                for block in 0..<15 {
                    yaml +=
                        "      - { code: P\(id)-\(block), register: \(40001 + 10 * block), type: uint16, unit: kWh }\n"
                }
            }
            let gateway = try await Gateway(slaves: yaml, on: meters)
            gateway.lineKeys = ", baseline: line.json, drift_window: 5s"
            let probe = try ChildProcess(
                Repository.binary("edge-agent"),
                [
                    "probe", "quality", "--config", gateway.configuration(), "--times", "300", "--save",
                    gateway.folder.path("line.json"),
                ])
            #expect(try await probe.waitForExit(within: .seconds(180)) == .status(0), "\(probe.errors.text)")
            return gateway
        }
    }
}
