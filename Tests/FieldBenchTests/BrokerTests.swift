import FieldBench
import Testing

@Suite(.timeLimit(.minutes(6))) struct BrokerTests {
    @Test func `what was retained survives a restart on the same port, and a power cut loses what was not saved`()
        async throws
    {
        let field = try await Field()
        let device = try await field.certificates.device(Field.gateway)
        let topic = Field.topic(Field.gateway, "status")
        #expect(try await field.publish("saved", to: topic, as: device, options: ["-r"]) == .accepted)
        try await field.broker.restart()
        #expect(try await field.publish("acknowledged", to: topic, as: device, options: ["-r"]) == .accepted)
        try await field.broker.kill()
        #expect(!field.broker.isRunning && !isListening(onPort: field.broker.port))
        try await field.broker.start()
        // A PUBACK is not a promise of the disk: the broker had said "accepted" to the second one.
        let consumer = try await Subscriber(to: [topic], on: field.broker)
        let received = try await consumer.waitForMessages(1)
        #expect(received.map(\.text) == ["saved"] && received.allSatisfy(\.isRetained))
    }

    @Test func `a paused broker answers nothing, and goes on where it was`() async throws {
        let field = try await Field()
        let device = try await field.certificates.device(Field.gateway)
        let topic = Field.topic(Field.gateway, "telemetry")
        try await field.broker.pause()
        await #expect(throws: BenchError.self) {
            try await Publisher.publish(
                "x",
                to: topic,
                on: field.broker,
                as: device,
                within: .milliseconds(200)
            )
        }
        field.broker.resume()
        #expect(try await field.publish("x", to: topic, as: device) == .accepted)
        try await field.broker.pause()
        try await field.broker.stop()
        #expect(!field.broker.isRunning)
    }

    @Test func `a broker that cannot start says why`() async throws {
        let field = try await Field()
        let second = try Broker(certificates: field.certificates, port: field.broker.port)
        await #expect {
            try await second.start()
        } throws: {
            "\($0)".contains("Address already in use")
        }
    }

    @Test func `a client id is no identity: another gateway can cut a session by taking its id`() async throws {
        // A known limit: the consumer needs several connections under one name, so Mosquitto cannot be told to make
        // the name the client id.
        let field = try await Field()
        let device = try await field.certificates.device(Field.gateway)
        let thief = try await field.certificates.device(Field.other)
        let id = ["-i", Field.gateway]
        let topics = [Field.topic(Field.gateway, "commands/#")]
        let live = try await Subscriber(to: topics, on: field.broker, as: device, options: id)
        let topic = Field.topic(Field.other, "status")
        #expect(try await field.publish("mine", to: topic, as: thief, options: id) == .accepted)
        try await field.broker.logs("already connected, closing old connection")
        try await live.stop()
    }

    @Test func `a command that waits for a gateway is not handed to one that takes its session`() async throws {
        let field = try await Field()
        let consumer = try await field.certificates.consumer()
        let device = try await field.certificates.device(Field.gateway)
        let thief = try await field.certificates.device(Field.other)
        let session = ["-c", "-x", "3600", "-i", Field.gateway]
        let topic = Field.topic(Field.gateway, "commands/ping")
        let gateway = try await Subscriber(to: [topic], on: field.broker, as: device, options: session)
        try await gateway.stop()
        #expect(try await field.publish("secret", to: topic, as: consumer) == .accepted)
        let own = Field.topic(Field.other, "commands/ping")
        let taken = try await Subscriber(to: [own], on: field.broker, as: thief, options: session)
        #expect(try await field.publish("fence", to: own, as: consumer) == .accepted)
        #expect(try await taken.waitForMessages(1).map(\.text) == ["fence"])
        try await taken.stop()
        // But it is lost to the gateway: hence commands have an answer, and are sent again without one.
        let back = try await Subscriber(to: [topic], on: field.broker, as: device, options: session)
        #expect(try await field.publish("second fence", to: topic, as: consumer) == .accepted)
        #expect(try await back.waitForMessages(1).map(\.text) == ["second fence"])
    }

    @Test func `a command that waits for a gateway is delivered when it comes back`() async throws {
        let field = try await Field()
        let consumer = try await field.certificates.consumer()
        let device = try await field.certificates.device(Field.gateway)
        let session = ["-c", "-x", "3600", "-i", Field.gateway]
        let topic = Field.topic(Field.gateway, "commands/ping")
        let before = try await Subscriber(to: [topic], on: field.broker, as: device, options: session)
        try await before.stop()
        #expect(try await field.publish("waiting", to: topic, as: consumer) == .accepted)
        let after = try await Subscriber(to: [topic], on: field.broker, as: device, options: session)
        #expect(try await after.waitForMessages(1).map(\.text) == ["waiting"])
    }
}
