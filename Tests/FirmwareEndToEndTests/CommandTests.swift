import FieldBench
import Foundation
import LineSimulator
import TelemetryContract
import Testing

extension Firmware {
    @Suite struct CommandTests {
        /// Waits until a command was answered so many times, and gives all its answers.
        private func answers(_ id: String, _ count: Int, at acks: Subscriber) async throws -> [String] {
            func all() -> [String] { acks.received.map(\.text).filter { $0.contains("\"cmd_id\":\"\(id)\"") } }
            try await eventually("\(id) is answered; heard \(acks.received.map(\.text))", within: patience) {
                all().count >= count
            }
            return all()
        }

        @Test(.timeLimit(.minutes(10)))
        func `ping, poll_now and get_status are executed once, however often they are delivered`() async throws {
            let gateway = try await countingFirmware()
            gateway.extra = "interval 600"
            let telemetry = try await gateway.subscribe()
            let acks = try await gateway.subscribe("acks")
            try gateway.start()
            try await telemetry.waitForMessages(1, within: patience)
            try await gateway.command("p-1", "ping")
            try await acks.waitForMessages(1, within: patience)
            #expect(acks.received[0].text.contains(#""cmd_id":"p-1","type":"ping","status":"done","code":"ok""#))
            // A cycle out of turn; the repeat gets the same answer and begins none.
            try await gateway.command("n-1", "poll_now")
            try await telemetry.waitForMessages(2, within: patience)
            let polled = try await answers("n-1", 1, at: acks)[0]
            try await gateway.command("n-1", "poll_now")
            #expect(try await answers("n-1", 2, at: acks).allSatisfy { $0 == polled })
            try await gateway.command("s-1", "get_status")
            let status = try await answers("s-1", 1, at: acks)[0]
            #expect(status.contains(#""result":{"uptime_seconds":"#))
            #expect(status.contains(#""slaves":[{"id":1,"state":"online""#))
            // Also across a restart, and what it does not know is refused.
            #expect(try await gateway.process?.kill() == .signal(SIGKILL))
            try gateway.start()
            try await telemetry.waitForMessages(3, within: patience)
            // Of what it had answered when it was killed it may say some again.
            let before = acks.received.count { $0.text.contains(#""cmd_id":"n-1""#) }
            try await gateway.command("n-1", "poll_now")
            #expect(try await answers("n-1", before + 1, at: acks).allSatisfy { $0 == polled })
            try await gateway.command("u-1", "reboot")
            try await gateway.command("o-1", "ota")
            #expect(try await answers("u-1", 1, at: acks)[0].contains(#""status":"refused","code":"unknown_type""#))
            #expect(try await answers("o-1", 1, at: acks)[0].contains(#""status":"refused","code":"bad_params""#))
            try await eventually("three cycles were polled", within: patience) { gateway.answered >= 3 }
            #expect(gateway.answered == 3, "the first cycle, the one out of turn, and the one of the second start")
            #expect(try await gateway.process?.stop(within: patience) == .status(0))
        }

        @Test(.timeLimit(.minutes(10)))
        func `birth and last will are on the status topic`() async throws {
            let gateway = try await countingFirmware()
            let statuses = try await gateway.subscribe("status")
            let process = try gateway.start()
            try await statuses.waitForMessages(1, within: patience)
            let birth = statuses.received[0].text
            #expect(birth.hasPrefix(#"{"gateway_mac":"02:00:5e:10:00:02","state":"online","at":""#))
            #expect(birth.contains(#""agent":"edge-firmware "#))
            try await process.kill()
            try await statuses.waitForMessages(2, within: patience)
            #expect(statuses.received[1].text == #"{"gateway_mac":"02:00:5e:10:00:02","state":"offline"}"#)
            // A stop in good order says so as well.
            try gateway.start()
            try await statuses.waitForMessages(3, within: patience)
            #expect(try await gateway.process?.stop(within: patience) == .status(0))
            try await statuses.waitForMessages(4, within: patience)
            #expect(statuses.received[3].text.contains("offline"))
            let sequences = try [statuses.received[0], statuses.received[2]].map { message in
                try #require(
                    JSONSerialization.jsonObject(with: Data(message.payload)) as? [String: Any])["seq"] as? Int ?? 0
            }
            #expect(sequences[0] < sequences[1])
        }
    }
}
