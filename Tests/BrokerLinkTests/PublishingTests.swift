import BrokerLink
import FieldBench
import Testing

@Suite(.timeLimit(.minutes(6))) struct PublishingTests {
    @Test func `a message reaches a subscriber to the byte and is acknowledged`() async throws {
        let field = try await Field()
        let subscriber = try await Subscriber(to: [Field.telemetry], on: field.broker)
        let watched = Watched(field.settings)
        let payload: [UInt8] = [0, 255, 10, 13, 7]
        #expect(try await watched.publish(token: 7, to: Field.telemetry, payload) == .success)
        let message = try await subscriber.waitForMessages(1)[0]
        #expect(message.payload == payload)
        #expect(message.topic == Field.telemetry)
        #expect(message.qos == 1 && !message.isRetained)
        await watched.stop()
        #expect(watched.events.last == .stopped)
    }

    @Test func `a message that the access list denies is answered with 135 and is no delivery`() async throws {
        let field = try await Field()
        let subscriber = try await Subscriber(to: ["tds_new/devices/+/telemetry"], on: field.broker)
        let watched = Watched(field.settings)
        let foreign = "tds_new/devices/\(Field.stranger)/telemetry"
        let reason = try await watched.publish(token: 1, to: foreign)
        #expect(reason == .notAuthorized)
        #expect(reason?.isPositive == false)
        // The session goes on, and the denied message is nowhere.
        #expect(try await watched.publish(token: 2, to: Field.telemetry) == .success)
        #expect(try await subscriber.waitForMessages(1).map(\.topic) == [Field.telemetry])
        #expect(watched.connections.count == 1)
        await watched.stop()
    }

    @Test func `a message that nobody listens to is taken with reason 16`() async throws {
        let field = try await Field()
        let watched = Watched(field.settings)
        let reason = try await watched.publish(token: 1, to: Field.telemetry)
        #expect(reason == .noMatchingSubscribers)
        #expect(reason?.isPositive == true)
        await watched.stop()
    }

    @Test func `a message that can never be sent is refused alone, and the session goes on`() async throws {
        let field = try await Field()
        let watched = Watched(field.settings)
        #expect(try await watched.publish(token: 1, to: "") == .topicNameInvalid)
        #expect(try await watched.publish(token: 2, to: "a/#") == .topicNameInvalid)
        let large = [UInt8](repeating: 0, count: 40_000)
        #expect(try await watched.publish(token: 3, to: Field.telemetry, large) == .packetTooLarge)
        #expect(try await watched.publish(token: 4, to: Field.telemetry) == .noMatchingSubscribers)
        #expect(watched.connections.count == 1)
        await watched.stop()
    }

    @Test func `no more than the window is taken, and an acknowledgement makes room`() async throws {
        let field = try await Field()
        let watched = Watched(field.settings { $0.window = 3 })
        try await watched.connected()
        #expect(watched.connections[0].window == 3)
        try await field.broker.pause()
        let taken = (1...5).filter { watched.link.publish(token: $0, topic: Field.telemetry, payload: []) }
        #expect(taken == [1, 2, 3])
        field.broker.resume()
        try await eventually { watched.answers.count == 3 }
        #expect(watched.link.publish(token: 4, topic: Field.telemetry, payload: []))
        await watched.stop()
    }

    @Test func `a window larger than the broker's receive maximum shrinks to it`() async throws {
        let field = try await Field()
        let watched = Watched(field.settings { $0.window = 5_000 })
        try await watched.connected()
        let window = watched.connections[0].window
        #expect(window < 5_000)
        try await field.broker.pause()
        let taken = (1...6_000).count { watched.link.publish(token: $0, topic: Field.telemetry, payload: []) }
        #expect(taken == window)
        field.broker.resume()
        try await eventually(within: .seconds(10)) { watched.answers.count == window }
        await watched.stop()
    }

    @Test func `a receive maximum of two is kept, the birth message included`() async throws {
        let field = try await Field(brokerRuns: false)
        let peer = try await ScriptedBroker(field, says: [.welcome(receiveMaximum: 2)])
        let watched = Watched(
            field.settings { $0.port = peer.port },
            birth: { RetainedMessage(topic: Field.status, payload: []) }
        )
        try await watched.connected()
        #expect(watched.connections[0].window == 2)
        #expect((1...3).filter { watched.link.publish(token: $0, topic: Field.telemetry, payload: []) } == [1])
        await watched.stop()
    }

    @Test func `a thousand messages come in order and each exactly once`() async throws {
        let field = try await Field()
        let subscriber = try await Subscriber(to: [Field.telemetry], on: field.broker)
        let watched = Watched(field.settings)
        try await watched.connected()
        var token: Int64 = 0
        while token < 1_000 {
            if watched.link.publish(token: token, topic: Field.telemetry, payload: Array("\(token)".utf8)) {
                token += 1
            } else {
                try await Task.sleep(for: .milliseconds(1))
            }
        }
        try await eventually { watched.answers.count == 1_000 }
        let texts = try await subscriber.waitForMessages(1_000).map(\.text)
        #expect(texts == (0..<1_000).map { "\($0)" })
        await watched.stop()
    }

    @Test func `nothing is taken before the first session and after the end`() async throws {
        let field = try await Field(brokerRuns: false)
        let watched = Watched(field.settings)
        _ = try await watched.failure()
        #expect(!watched.link.publish(token: 1, topic: Field.telemetry, payload: []))
        await watched.stop()
        #expect(!watched.link.publish(token: 2, topic: Field.telemetry, payload: []))
    }
}
