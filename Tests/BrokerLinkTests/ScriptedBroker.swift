import FieldBench
import Foundation

/// A TLS peer that says what it was told to, whatever it hears: answers that Mosquitto does not give.
final class ScriptedBroker: Sendable {
    /// A packet of MQTT 5 as it goes over the wire.
    struct Packet {
        let bytes: [UInt8]

        static func welcome(reason: UInt8 = 0, receiveMaximum: UInt8? = nil) -> Packet {
            let properties: [UInt8] = receiveMaximum.map { [0x21, 0, $0] } ?? []
            let count = UInt8(properties.count)
            return Packet(bytes: [0x20, 3 + count, 0, reason, count] as [UInt8] + properties)
        }

        static func disconnect(_ reason: UInt8) -> Packet {
            Packet(bytes: [0xE0, 1, reason])
        }
    }

    let port: UInt16
    private let process: ChildProcess

    init(_ field: Field, says packets: [Packet]) async throws {
        let number = freePort()
        port = UInt16(number)
        let octal = packets.map { packet in packet.bytes.map { "\\0" + String($0, radix: 8) }.joined() }
        // What it writes waits in the pipe until somebody connects; then a moment lies between the packets.
        let words = octal.map { "printf '%b' '\($0)'; sleep 0.3; " }.joined()
        let server = field.certificates.broker
        process = try ChildProcess(
            "sh",
            [
                "-c",
                "{ \(words) sleep 600; } | exec openssl s_server -quiet -accept 127.0.0.1:\(number)"
                    + " -cert \(server.certificate) -key \(server.key)",
            ]
        )
        // Not tried out with a connection: that one would hear the words.
        let socket = ":" + String(number, radix: 16, uppercase: true) + " 00000000:0000 0A"
        try await eventually("the scripted broker listens: \(process.errors.text)") {
            try String(contentsOfFile: "/proc/net/tcp", encoding: .utf8).contains(socket)
        }
    }
}
