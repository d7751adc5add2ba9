import FieldBench
import Testing

@Suite(.timeLimit(.minutes(6))) struct AccessTests {
    @Test func `a gateway publishes its own telemetry, status and acks, and the consumer reads them to the byte`()
        async throws
    {
        let field = try await Field()
        let device = try await field.certificates.device(Field.gateway)
        let consumer = try await Subscriber(to: ["tds_new/devices/#"], on: field.broker)
        // A nul, a byte that is no UTF-8, an empty message and blanks come through as they are.
        let payloads: [[UInt8]] = [[0, 0xff, 0x0a, 0x20], Array("m³ °C\n".utf8), []]
        for (kind, payload) in zip(["telemetry", "status", "acks"], payloads) {
            let topic = Field.topic(Field.gateway, kind)
            #expect(try await Publisher.publish(payload: payload, to: topic, on: field.broker, as: device) == .accepted)
        }
        let received = try await consumer.waitForMessages(3)
        #expect(received.map(\.topic) == ["telemetry", "status", "acks"].map { Field.topic(Field.gateway, $0) })
        #expect(received.map(\.payload) == payloads)
        #expect(received.map(\.qos) == [1, 1, 1])
    }

    @Test func `what a gateway may not publish is refused with a reason, and reaches nobody`() async throws {
        let field = try await Field()
        let device = try await field.certificates.device(Field.gateway)
        let consumer = try await Subscriber(to: ["tds_new/devices/#"], on: field.broker)
        let forbidden = [
            Field.topic(Field.other, "telemetry"), Field.topic(Field.other, "status"), Field.topic(Field.other, "acks"),
            Field.topic(Field.gateway, "commands/ping"), Field.topic(Field.other, "commands/ping"),
            Field.topic(Field.gateway.uppercased(), "telemetry"), Field.topic(Field.gateway, "telemetry/more"),
            Field.topic(Field.gateway, "anything"), "tds_new/devices", "elsewhere", "$SYS/broker/version",
        ]
        for topic in forbidden {
            #expect(try await field.publish("no", to: topic, as: device) == .refused(135), "\(topic)")
        }
        // What comes after them comes alone: nothing before it is still on its way.
        let own = Field.topic(Field.gateway, "telemetry")
        #expect(try await field.publish("yes", to: own, as: device) == .accepted)
        #expect(try await consumer.waitForMessages(1).map(\.text) == ["yes"])
    }

    @Test func `with MQTT 3 a refused message looks like an accepted one`() async throws {
        let field = try await Field()
        let device = try await field.certificates.device(Field.gateway)
        let consumer = try await Subscriber(to: ["tds_new/devices/#"], on: field.broker)
        let version = ["-V", "mqttv311"]
        let verdict = try await field.publish(
            "lost",
            to: Field.topic(Field.other, "telemetry"),
            as: device,
            options: version
        )
        #expect(verdict == .accepted)
        _ = try await field.publish("fence", to: Field.topic(Field.gateway, "telemetry"), as: device)
        #expect(try await consumer.waitForMessages(1).map(\.text) == ["fence"])
    }

    @Test func `a gateway reads its own commands and nothing of another gateway`() async throws {
        let field = try await Field()
        let device = try await field.certificates.device(Field.gateway)
        let consumer = try await field.certificates.consumer()
        let otherDevice = try await field.certificates.device(Field.other)
        // The broker confirms even a subscription to everything, and then delivers what is allowed.
        let gateway = try await Subscriber(to: ["#"], on: field.broker, as: device)
        #expect(
            try await field.publish("not yours", to: Field.topic(Field.other, "telemetry"), as: otherDevice)
                == .accepted
        )
        for (mac, text) in [(Field.other, "not yours either"), (Field.gateway, "yours")] {
            let topic = Field.topic(mac, "commands/ping")
            #expect(try await field.publish(text, to: topic, as: consumer) == .accepted)
        }
        let received = try await gateway.waitForMessages(1)
        #expect(received.map(\.text) == ["yours"])
        #expect(received.map(\.topic) == [Field.topic(Field.gateway, "commands/ping")])
    }

    @Test func `the consumer reads all gateways, commands all of them, and may do nothing else`() async throws {
        let field = try await Field()
        let consumer = try await field.certificates.consumer()
        let subscriber = try await Subscriber(to: ["tds_new/devices/+/telemetry"], on: field.broker, as: consumer)
        for mac in [Field.gateway, Field.other] {
            let device = try await field.certificates.device(mac)
            #expect(try await field.publish(mac, to: Field.topic(mac, "telemetry"), as: device) == .accepted)
            #expect(try await field.publish("{}", to: Field.topic(mac, "commands/ping"), as: consumer) == .accepted)
        }
        #expect(try await subscriber.waitForMessages(2).map(\.text) == [Field.gateway, Field.other])
        for kind in ["telemetry", "status", "acks"] {
            let verdict = try await field.publish("forged", to: Field.topic(Field.gateway, kind), as: consumer)
            #expect(verdict == .refused(135), "\(kind)")
        }
    }

    @Test func `a consumer of another name may do nothing`() async throws {
        let field = try await Field()
        let stranger = try await field.certificates.consumer("grafana")
        let topic = Field.topic(Field.gateway, "commands/ping")
        #expect(try await field.publish("{}", to: topic, as: stranger) == .refused(135))
    }

    @Test func `the user name in CONNECT counts for nothing beside the certificate`() async throws {
        let field = try await Field()
        let device = try await field.certificates.device(Field.gateway)
        let verdict = try await field.publish(
            "{}",
            to: Field.topic(Field.other, "commands/ping"),
            as: device,
            options: ["-u", "django_consumer", "-P", "guess"]
        )
        #expect(verdict == .refused(135))
    }

    @Test func `a packet larger than any command is held back by the client, or cuts its connection`() async throws {
        let field = try await Field()
        let device = try await field.certificates.device(Field.gateway)
        let topic = Field.topic(Field.gateway, "telemetry")
        let command = String(repeating: "x", count: 16 * 1024)
        #expect(try await field.publish(command, to: topic, as: device) == .accepted)
        #expect(try await field.publish(command + command, to: topic, as: device) == .unsent)
        // MQTT 3 has no way to name the limit beforehand.
        let version = ["-V", "mqttv311"]
        #expect(try await field.publish(command + command, to: topic, as: device, options: version).isNoConnection)
        try await field.broker.logs("disconnected due to oversize packet")
    }
}
