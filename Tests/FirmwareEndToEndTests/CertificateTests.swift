import FieldBench
import Foundation
import LineSimulator
import MachineTime
import TelemetryContract
import Testing

extension Firmware {
    @Suite(.judgesValues) struct CertificateTests {
        @Test(.timeLimit(.minutes(10)))
        func `with the wrong CA it keeps everything, and with the right one it comes back without a restart`()
            async throws
        {
            let gateway = try await countingFirmware()
            let stranger = try await Certificates(in: gateway.folder, named: "stranger")
            let subscriber = try await gateway.subscribe()
            let right = try Data(contentsOf: URL(fileURLWithPath: gateway.ca))
            try await gateway.copy(stranger.device(FirmwareGateway.mac).ca, to: gateway.ca)
            try gateway.start()
            try await gateway.says("messages are kept")
            try await gateway.polls(3)
            #expect(subscriber.received.isEmpty)
            try right.write(to: URL(fileURLWithPath: gateway.ca), options: .atomic)
            try await subscriber.waitForMessages(5, within: patience)
            try expectComplete(telemetry(subscriber))
            #expect(gateway.process?.isRunning == true)
        }

        /// Asks for a signing request, and gives it.
        private func request(_ gateway: FirmwareGateway, _ acks: Subscriber, id: String) async throws -> String {
            let before = acks.received.count
            try await gateway.command(id, "renew_certificate", parameters: #"{"step":"csr"}"#)
            try await acks.waitForMessages(before + 1, within: patience)
            let ack = try #require(
                JSONSerialization.jsonObject(with: Data(acks.received[before].payload)) as? [String: Any])
            let result = try #require(ack["result"] as? [String: Any])
            return try #require(result["csr"] as? String)
        }

        private func install(_ gateway: FirmwareGateway, _ certificate: String, id: String, trial: Int = 120)
            async throws
        {
            let pem = try String(contentsOfFile: certificate, encoding: .utf8).replacingOccurrences(
                of: "\n", with: "\\n")
            try await gateway.command(
                id, "renew_certificate",
                parameters: #"{"step":"install","certificate":"\#(pem)","trial_seconds":\#(trial)}"#)
        }

        @Test(.timeLimit(.minutes(10)))
        func `a new certificate proves itself over the air; the key never leaves, and a restart keeps it`()
            async throws
        {
            let gateway = try await countingFirmware()
            let subscriber = try await gateway.subscribe()
            let acks = try await gateway.subscribe("acks")
            try gateway.start()
            try await subscriber.waitForMessages(1, within: patience)
            let csr = try await request(gateway, acks, id: "csr-1")
            let file = try gateway.folder.write(csr, to: "request.pem")
            let certificate = try await gateway.certificates.sign(request: file, for: FirmwareGateway.mac)
            // One for another key is not even tried.
            let other = try await gateway.certificates.device(FirmwareGateway.mac)
            try await install(gateway, other.certificate, id: "install-0")
            try await acks.waitForMessages(2, within: patience)
            #expect(acks.received[1].text.contains(#""status":"failed","code":"not_usable""#))
            try await install(gateway, certificate, id: "install-1")
            try await acks.waitForMessages(3, within: patience)
            #expect(acks.received[2].text.contains(#""cmd_id":"install-1","type":"renew_certificate","status":"done""#))
            let count = subscriber.received.count
            try await subscriber.waitForMessages(count + 2, within: patience)
            #expect(try await gateway.process?.stop(within: patience) == .status(0))
            // The old one is gone for good: what goes on is the new one's doing.
            try "".write(toFile: "\(gateway.state)/slot-a.key", atomically: true, encoding: .utf8)
            try gateway.start()
            try await subscriber.waitForMessages(count + 4, within: patience)
            try expectComplete(telemetry(subscriber), duplicates: 10)
        }

        @Test(.timeLimit(.minutes(10)))
        func `a new certificate that the broker refuses is given up, and the old one goes on`() async throws {
            let gateway = try await countingFirmware()
            let subscriber = try await gateway.subscribe()
            let acks = try await gateway.subscribe("acks")
            try gateway.start()
            try await subscriber.waitForMessages(1, within: patience)
            let csr = try await request(gateway, acks, id: "csr-1")
            let file = try gateway.folder.write(csr, to: "request.pem")
            let certificate = try await gateway.certificates.sign(request: file, for: FirmwareGateway.mac)
            // Signed, valid, for this key, and revoked: only the broker can tell.
            let serial = try await ChildProcess.run("openssl", ["x509", "-in", certificate, "-noout", "-serial"])
            let number =
                serial.output.text.split(separator: "=").last.map { $0.trimmingCharacters(in: .newlines) } ?? ""
            try await gateway.certificates.run("revoke.sh", [FirmwareGateway.mac, "--serial", number])
            try await gateway.certificates.renewCRL()
            try await gateway.broker.reload()
            try await install(gateway, certificate, id: "install-1", trial: 30)
            try await acks.waitForMessages(2, within: patience * 2)
            #expect(acks.received[1].text.contains(#""cmd_id":"install-1""#))
            #expect(acks.received[1].text.contains(#""status":"failed","code":""#))
            let count = subscriber.received.count
            try await subscriber.waitForMessages(count + 2, within: patience)
            try expectComplete(telemetry(subscriber), duplicates: 10)
        }
    }
}
