import BrokerLink
import FieldBench
import Testing

@Suite(.timeLimit(.minutes(6))) struct SubscribingTests {
    private static let commands = "tds_new/devices/\(Field.mac)/commands/#"

    /// Subscribes and waits for the broker's answer.
    private func subscribe(_ watched: Watched, to filter: String, token: Int64 = 5) async throws -> ReasonCode? {
        try await eventually("the link takes a subscription; seen: \(watched.events)", within: .seconds(30)) {
            watched.link.subscribe(token: token, filter: filter)
        }
        func answer() -> ReasonCode? {
            for case .subscribed(token, let reason) in watched.events { return reason }
            return nil
        }
        try await eventually("an answer; seen: \(watched.events)", within: .seconds(30)) { answer() != nil }
        return answer()
    }

    @Test func `a subscription is granted at QoS 1, and messages do not disturb the session`() async throws {
        let field = try await Field()
        let watched = Watched(field.settings)
        #expect(try await subscribe(watched, to: Self.commands) == ReasonCode(rawValue: 1))
        let topic = "tds_new/devices/\(Field.mac)/commands/ping"
        let consumer = try await field.certificates.consumer()
        let server = Watched(
            field.settings {
                $0.clientID = "server"
                $0.certificateFile = consumer.certificate
                $0.keyFile = consumer.key
            })
        // The broker has somebody to hand it to: the subscription is real.
        #expect(try await server.publish(token: 1, to: topic) == .success)
        #expect(try await watched.publish(token: 2, to: Field.telemetry) == .noMatchingSubscribers)
        #expect(watched.connections.count == 1 && watched.failures.isEmpty)
        await watched.stop()
        await server.stop()
    }

    @Test func `what the access list denies to read is confirmed all the same`() async throws {
        let field = try await Field()
        let watched = Watched(field.settings)
        let foreign = "tds_new/devices/\(Field.stranger)/commands/#"
        #expect(try await subscribe(watched, to: foreign)?.isPositive == true)
        await watched.stop()
    }

    @Test func `a broker that denies subscriptions says so by reason 135`() async throws {
        let field = try await Field(brokerRuns: false)
        try field.broker.denySubscriptions(of: Field.mac)
        try await field.broker.start()
        let watched = Watched(field.settings)
        #expect(try await subscribe(watched, to: Self.commands) == .notAuthorized)
        #expect(try await watched.publish(token: 2, to: Field.telemetry) == .noMatchingSubscribers)
        await watched.stop()
    }

    @Test func `a filter that can never be is refused alone, and none is taken without a session`() async throws {
        let field = try await Field(brokerRuns: false)
        let watched = Watched(field.settings)
        #expect(!watched.link.subscribe(token: 1, filter: Self.commands))
        try await field.broker.start()
        #expect(try await subscribe(watched, to: "a/#/b") == .topicFilterInvalid)
        #expect(try await subscribe(watched, to: Self.commands, token: 6)?.isPositive == true)
        #expect(watched.connections.count == 1)
        await watched.stop()
    }

    @Test func `a subscription that is not answered ends the session`() async throws {
        let field = try await Field()
        let watched = Watched(field.settings { $0.answerTimeout = .seconds(2) })
        try await watched.connected(within: .seconds(30))
        try await field.broker.pause()
        defer { field.broker.resume() }
        #expect(watched.link.subscribe(token: 1, filter: Self.commands))
        let failure = try await watched.failure(within: .seconds(60))
        #expect(failure.phase == .lost && failure.cause == .silent)
        await watched.stop()
    }
}
