import FieldBench
import Foundation
import LineSimulator
import TelemetryContract
import Testing

extension EndToEnd {
    @Suite struct StoppingTests {
        private func expectQuickStop(_ gateway: Gateway) async throws {
            let agent = try #require(gateway.agent)
            let start = ContinuousClock.now
            agent.send(SIGTERM)
            #expect(try await agent.waitForExit(within: .seconds(10)) == .status(0))
            // Every wait of the agent's own ends within 2 s; the rest is for a machine that has other work.
            #expect(start.duration(to: .now) < .seconds(4), "\(gateway.log.suffix(500))")
        }

        /// Holds a birth against contract/status.schema.json, and gives its number.
        private func expectBirth(_ message: Message, of gateway: Gateway) async throws -> Int {
            let version = try await gateway.command(["--version"]).output.text.filter { !$0.isNewline }
            let form = try Regex(
                #"\{"gateway_mac":"([^"]*)","state":"online","at":"([^"]*)","seq":(\d+),"agent":"([^"]*)"[^}]*\}"#,
                as: (Substring, Substring, Substring, Substring, Substring).self)
            let match = try #require(message.text.wholeMatch(of: form), "\(message.text)")
            #expect(match.output.1 == gateway.mac)
            #expect(UTCSecond(String(match.output.2)) != nil)
            #expect(match.output.4 == "edge-agent \(version)")
            _ = try JSONSerialization.jsonObject(with: Data(message.payload))
            return try #require(Int(match.output.3))
        }

        @Test func `the status follows the gateway's life`() async throws {
            let gateway = try await plainGateway(1)
            let status = try await gateway.subscribe("tds_new/devices/+/status")
            try gateway.start()
            try await status.waitForMessages(1)
            let birth = status.received[0]
            let sequence = try await expectBirth(birth, of: gateway)
            #expect(birth.topic == gateway.statusTopic && birth.qos == 1 && !birth.isRetained)
            try await expectQuickStop(gateway)
            try await status.hearsOffline(1)

            // It is retained: who comes later is told too. After kill -9 it is the broker that says it.
            let told = status.received.count
            let second = try gateway.start()
            try await status.waitForMessages(told + 1)
            #expect(try await expectBirth(status.received[told], of: gateway) > sequence, "it grows across restarts")
            _ = try await second.kill()
            try await status.hearsOffline(2)
            let late = try await gateway.subscribe("tds_new/devices/+/status")
            try await late.waitForMessages(1)
            #expect(late.received[0].isRetained && late.received[0].text.contains("offline"))
        }

        @Test func `a signal that comes in the first moment stops it in order`() async throws {
            let gateway = try await plainGateway(1, brokerRuns: false)
            for signal in [SIGTERM, SIGINT, SIGTERM, SIGINT, SIGTERM] {
                let agent = try gateway.start()
                // It listens from before it says so.
                try await eventually("it runs", within: .seconds(20), every: .milliseconds(1)) {
                    gateway.log.contains("notice running")
                }
                agent.send(signal)
                #expect(try await agent.waitForExit(within: .seconds(20)) == .status(0), "\(gateway.log.suffix(500))")
                #expect(gateway.log.contains("notice stopped"))
            }
        }

        @Test func `a stop is quick while the broker is away`() async throws {
            let gateway = try await plainGateway(1, brokerRuns: false)
            try gateway.start()
            try await gateway.says("messages are kept")
            try await expectQuickStop(gateway)
        }

        @Test func `a stop is quick while the broker says nothing`() async throws {
            let gateway = try await plainGateway(1)
            try gateway.start()
            try await gateway.says("connected to the broker")
            try await gateway.broker.pause()
            try await gateway.says(" cycle ")
            try await expectQuickStop(gateway)
            gateway.broker.resume()
        }

        @Test func `who stops while nothing more may be in flight is known to be offline`() async throws {
            let gateway = try await plainGateway(1)
            gateway.brokerKeys = ", in_flight: 1"
            let status = try await gateway.subscribe("tds_new/devices/+/status")
            let telemetry = try await gateway.subscribe()
            try gateway.start()
            try await telemetry.waitForMessages(1)
            try await gateway.broker.pause()
            // One message is on its way and fills the window: there is no room for a farewell.
            try await gateway.polls(2)
            try await expectQuickStop(gateway)
            gateway.broker.resume()
            try await status.hearsOffline(1)
        }

        @Test func `a stop is quick while a dead meter's timeout runs`() async throws {
            let gateway = try await plainGateway(2)
            gateway.poll = "{ interval: 10s, timeout: 5s }"
            gateway.line.inject(Fault(.dead))
            try gateway.start()
            try await eventually("the first request is under way", within: .seconds(10)) {
                !gateway.line.exchanges.isEmpty
            }
            try await expectQuickStop(gateway)
        }

        @Test func `a stop is quick with a dead meter and a silent broker at once`() async throws {
            let gateway = try await plainGateway(2)
            gateway.poll = "{ interval: 10s, timeout: 5s }"
            try gateway.start()
            try await gateway.says(" cycle ")
            try await gateway.says("connected to the broker")
            try await gateway.broker.pause()
            gateway.line.inject(Fault(.dead))
            let asked = gateway.line.exchanges.count
            try await eventually("a request waits for its answer", within: .seconds(15)) {
                gateway.line.exchanges.count > asked
            }
            try await expectQuickStop(gateway)
            gateway.broker.resume()
        }

        @Test func `Ctrl-C is an orderly stop too`() async throws {
            let gateway = try await plainGateway(1)
            try gateway.start()
            try await gateway.says(" cycle ")
            gateway.agent?.send(SIGINT)
            #expect(try await gateway.agent?.waitForExit() == .status(0))
        }
    }
}

extension Subscriber {
    /// Waits until the gateway was said to be offline so many times, and nothing was said of it since.
    fileprivate func hearsOffline(_ times: Int) async throws {
        let farewell = #"{"gateway_mac":"02:00:5e:10:00:01","state":"offline"}"#
        try await eventually("it is offline for the \(times). time; \(received.map(\.text))", within: .seconds(20)) {
            received.last?.text == farewell && received.count { $0.text == farewell } == times
        }
    }
}
