import ContractPeer
import ExactArithmetic
import Foundation
import Testing

@testable import TelemetryContract

@Suite struct `The contract's files` {
    @Test func `the Python judge is content with vectors, schemas and topics`() throws {
        let verdict = try ContractPeer.judge([])
        #expect(verdict.status == 0, "\(verdict.failures)")
        #expect(verdict.summary.hasSuffix(" passed, 0 failed"))
    }

    @Test func `every message vector is met byte for byte, and read back`() throws {
        let vectors = try MessageVector.all()
        #expect(vectors.count >= 20)
        for vector in vectors {
            let readings = try vector.readings.compactMap { given -> Reading? in
                guard let text = try given.number ?? given.point?.text() else { return nil }
                let number = try #require(CanonicalNumber(canonical: text), "\(vector.name)")
                return Reading(code: given.code, value: number, unit: given.unit)
            }
            let gateway = try #require(MACAddress(vector.gateway_mac))
            let timestamp = try #require(UTCSecond(vector.timestamp))
            guard let hex = vector.hex, let text = vector.message else {
                #expect(throws: MessageFault.noReadings, "\(vector.name)") {
                    try TelemetryMessage(gateway: gateway, timestamp: timestamp, readings: readings)
                }
                continue
            }
            let message = try TelemetryMessage(gateway: gateway, timestamp: timestamp, readings: readings)
            let bytes = message.encoded()
            #expect(bytes.map { String(format: "%02x", $0) }.joined() == hex, "\(vector.name)")
            #expect(bytes == Array(text.utf8), "\(vector.name)")
            #expect(try TelemetryMessage(decoding: bytes) == message, "\(vector.name)")
        }
    }

    @Test func `the topics are those of the file`() throws {
        struct File: Decodable {
            struct Topic: Decodable {
                let name: String
                let template: String
            }
            let topics: [Topic]
        }
        let gateway = try #require(MACAddress("aa:bb:cc:dd:ee:ff"))
        let topics = Topics(gateway)
        let ours = [
            "telemetry": topics.telemetry, "status": topics.status, "acks": topics.acks,
            "commands": topics.commandsFilter,
        ]
        let file = try JSONDecoder().decode(File.self, from: ContractPeer.file("topics.json"))
        #expect(file.topics.count == ours.count)
        for topic in file.topics {
            #expect(topic.template.replacing("{mac}", with: gateway.description) == ours[topic.name])
        }
        #expect(topics.telemetry == "tds_new/devices/aa:bb:cc:dd:ee:ff/telemetry")
    }
}

@Suite struct `MAC addresses` {
    @Test(arguments: ["AA:BB:CC:DD:EE:FF", "aa-bb-cc-dd-ee-ff", "AABBCCDDEEFF", "aabb.ccdd.eeff", "aa:bb:cc:dd:ee:fF"])
    func `another spelling is refused, with a proposal`(text: String) {
        #expect(MACAddress(text) == nil)
        #expect(MACAddress.proposal(for: text)?.description == "aa:bb:cc:dd:ee:ff")
    }

    @Test(arguments: [
        "", "aa:bb:cc:dd:ee", "aa:bb:cc:dd:ee:ff:00", "aa:bb:cc:dd:ee:fg", "aa:bb:cc:dd:ee:ff\n", "éééééé", "١١١١١١",
        "gateway-0001",
    ])
    func `what names no MAC has no proposal`(text: String) {
        #expect(MACAddress(text) == nil)
        #expect(MACAddress.proposal(for: text) == nil)
    }

    @Test func `the one valid spelling is taken`() {
        #expect(MACAddress("00:1a:2b:3c:4d:5e")?.description == "00:1a:2b:3c:4d:5e")
    }
}

@Suite struct `Status messages` {
    @Test func `a birth and a last will have their exact bytes`() throws {
        let gateway = try #require(MACAddress("aa:bb:cc:dd:ee:ff"))
        let at = try #require(UTCSecond("2026-02-18T14:30:00Z"))
        let birth = StatusMessage.online(gateway: gateway, at: at, sequence: 7, agent: "edge-agent 1.0.0")
        let will = StatusMessage.offline(gateway: gateway)
        #expect(
            String(decoding: birth.encoded(), as: UTF8.self)
                == #"{"gateway_mac":"aa:bb:cc:dd:ee:ff","state":"online","at":"2026-02-18T14:30:00Z","seq":7,"#
                + #""agent":"edge-agent 1.0.0"}"#
        )
        #expect(
            String(decoding: will.encoded(), as: UTF8.self)
                == #"{"gateway_mac":"aa:bb:cc:dd:ee:ff","state":"offline"}"#
        )
    }

    @Test func `health follows in the order in which it was set`() throws {
        var health = Health()
        health.set("clock", to: .text("\"ok\""))
        health.set("spool_depth", to: .number(CanonicalNumber(counted: ExactDecimal(12))))
        health.set("storing", to: .flag(true))
        health.set("clock", to: .text("lost"))
        let message = StatusMessage.online(
            gateway: try #require(MACAddress("aa:bb:cc:dd:ee:ff")),
            at: try #require(UTCSecond(secondsSince1970: 0)),
            sequence: .max,
            agent: "a\"b",
            health: health
        )
        #expect(
            String(decoding: message.encoded(), as: UTF8.self)
                == #"{"gateway_mac":"aa:bb:cc:dd:ee:ff","state":"online","at":"1970-01-01T00:00:00Z","#
                + #""seq":18446744073709551615,"agent":"a\"b","clock":"lost","spool_depth":12,"storing":true}"#
        )
    }

    @Test func `a health member has a name of its own`() async {
        for name in ["gateway_mac", "state", "at", "seq", "agent", "", "Up", "a b", "1a", "_a", "é"] {
            #expect(!Health.isName(name))
        }
        #expect(Health.isName("uptime_seconds"))
        await #expect(processExitsWith: .failure) {
            var health = Health()
            health.set("seq", to: .flag(true))
        }
    }
}
