import BrokerLink
import FieldBench
import Foundation
import MachineTime
import Synchronization
import Testing

/// The link comes back by itself, whatever happened, and tells those who watch.
@Suite(.timeLimit(.minutes(6)), .judgesTime) struct ReturningTests {
    @Test func `a broker that is killed and started again is found again`() async throws {
        let field = try await Field()
        let watched = Watched(field.settings)
        #expect(try await watched.publish(token: 1, to: Field.telemetry)?.isPositive == true)
        try await field.broker.kill()
        #expect(try await watched.failure().phase == .lost)
        // Taken now, it would be in nobody's hands.
        #expect(!watched.link.publish(token: 9, topic: Field.telemetry, payload: []))
        try await field.broker.start()
        try await watched.connected(times: 2)
        #expect(try await watched.publish(token: 2, to: Field.telemetry)?.isPositive == true)
        await watched.stop()
    }

    @Test func `a broker that is stopped closes the session`() async throws {
        let field = try await Field()
        let watched = Watched(field.settings)
        try await watched.connected()
        try await field.broker.stop()
        let failure = try await watched.failure()
        #expect(failure.phase == .lost)
        #expect(failure.detail == "the broker closed the session without a reason")
        await watched.stop()
    }

    @Test func `a broker that comes later is found`() async throws {
        let field = try await Field(brokerRuns: false)
        let watched = Watched(field.settings)
        #expect(try await watched.failure().phase == .tcp)
        try await field.broker.start()
        try await watched.connected()
        await watched.stop()
    }

    @Test func `a wrong CA file is refused, and the right one put in its place is taken without a restart`()
        async throws
    {
        let field = try await Field()
        let foreign = try await Certificates(in: field.folder, named: "foreign")
        let file = field.folder.path("authority.crt")
        try copy(foreign.ca, to: file)
        let watched = Watched(field.settings { $0.caFile = file })
        try await eventually("three refusals; seen: \(watched.events)") { watched.failures.count >= 3 }
        for failure in watched.failures {
            #expect(failure.phase == .handshake)
            #expect(failure.detail.contains("was not signed by a CA in \(file)"))
        }
        try copy(field.device.ca, to: file)
        try await watched.connected()
        await watched.stop()
    }

    @Test func `birth is the first word of every session, and a goodbye keeps the will back`() async throws {
        let field = try await Field()
        let subscriber = try await Subscriber(to: ["tds_new/devices/+/#"], on: field.broker)
        let births = Counter()
        let watched = Watched(
            field.settings,
            will: RetainedMessage(topic: Field.status, payload: Array("offline".utf8)),
            birth: { RetainedMessage(topic: Field.status, payload: Array("online \(births.next())".utf8)) }
        )
        #expect(try await watched.publish(token: 1, to: Field.telemetry)?.isPositive == true)
        #expect(try await subscriber.waitForMessages(1)[0].text == "online 1")
        try await field.broker.kill()
        try await field.broker.start()
        try await watched.connected(times: 2)
        try await eventually {
            watched.events.count {
                $0 == .announced(reason: .success) || $0 == .announced(reason: .noMatchingSubscribers)
            } == 2
        }
        await watched.stop()
        // What the broker keeps is the last birth: it had no reason to publish the will.
        let late = try await Subscriber(to: [Field.status], on: field.broker)
        let kept = try await late.waitForMessages(1)[0]
        #expect(kept.text == "online 2" && kept.isRetained)
        #expect(!field.broker.log.contains("closed its connection"))
    }

    @Test func `a connection cut without a goodbye lets the broker publish the will`() async throws {
        let field = try await Field()
        let subscriber = try await Subscriber(to: [Field.status], on: field.broker)
        let relay = try Relay(to: field.broker.port)
        let watched = Watched(
            field.settings { $0.port = relay.port },
            will: RetainedMessage(topic: Field.status, payload: Array("offline".utf8)),
            birth: { RetainedMessage(topic: Field.status, payload: Array("online".utf8)) }
        )
        try await subscriber.waitForMessages(1)
        relay.cut()
        let texts = try await subscriber.waitForMessages(3).map(\.text)
        #expect(texts == ["online", "offline", "online"])
        #expect(try await watched.failure().phase == .lost)
        await watched.stop()
    }

    @Test func `what was in flight when the connection was lost is neither answered nor sent again`() async throws {
        let field = try await Field()
        let relay = try Relay(to: field.broker.port)
        let subscriber = try await Subscriber(to: [Field.telemetry], on: field.broker)
        let watched = Watched(field.settings { $0.port = relay.port })
        try await watched.connected()
        relay.freeze()
        #expect(watched.link.publish(token: 1, topic: Field.telemetry, payload: [1]))
        try await Task.sleep(for: .milliseconds(100))
        relay.cut()
        try await eventually { !watched.failures.isEmpty }
        await watched.stop()
        #expect(watched.answers.isEmpty)
        #expect(subscriber.received.isEmpty)
    }

    @Test func `a line that goes dead is noticed by the keep-alive`() async throws {
        let field = try await Field()
        let relay = try Relay(to: field.broker.port)
        let watched = Watched(
            field.settings {
                $0.port = relay.port
                $0.keepAlive = .seconds(5)
            }
        )
        try await watched.connected()
        relay.freeze()
        let failure = try await watched.failure(within: .seconds(20))
        #expect(failure.phase == .lost)
        #expect(failure.detail.contains("keep-alive"))
        #expect(await watched.stop() < Field.promptly)
    }

    @Test func `a line that goes dead under way is noticed by the answer that does not come`() async throws {
        let field = try await Field()
        let relay = try Relay(to: field.broker.port)
        let watched = Watched(
            field.settings {
                $0.port = relay.port
                $0.keepAlive = .seconds(600)
                $0.answerTimeout = .seconds(2)
            }
        )
        try await watched.connected()
        // Silence alone is no fault where nothing is owed.
        try await Task.sleep(for: .seconds(3))
        #expect(watched.failures.isEmpty)
        relay.freeze()
        let start = ContinuousClock.now
        #expect(watched.link.publish(token: 1, topic: Field.telemetry, payload: [1]))
        let failure = try await watched.failure(within: .seconds(20))
        #expect(ContinuousClock.now - start >= .seconds(2))
        #expect(failure.phase == .lost && failure.code == .timeout)
        #expect(failure.detail.contains("owes an answer"))
        await watched.stop()
    }

    @Test func `a twin with the same client id is reported, and the waits grow`() async throws {
        let field = try await Field()
        let waits = Backoff(base: .milliseconds(20), cap: .milliseconds(600))
        let first = Watched(field.settings, backoff: waits, random: { 1 })
        try await first.connected()
        let second = Watched(field.settings, backoff: waits, random: { 1 })
        try await eventually("six take-overs; seen: \(first.events)") {
            first.failures.count + second.failures.count >= 6
        }
        for failure in first.failures + second.failures {
            #expect(failure.phase == .lost)
            #expect(failure.advice.contains("a second client with the client id \(Field.mac)"))
        }
        let pauses = first.events.compactMap { if case .failed(_, let pause) = $0 { pause } else { nil } }
        #expect(pauses == pauses.sorted() && pauses.count >= 3 && pauses.last != pauses.first)
        await first.stop()
        await second.stop()
    }

    @Test func `a broker that says that the session was taken over is quoted`() async throws {
        let field = try await Field(brokerRuns: false)
        let peer = try await ScriptedBroker(field, says: [.welcome(), .disconnect(142)])
        let watched = Watched(field.settings { $0.port = peer.port })
        let failure = try await watched.failure()
        #expect(failure.phase == .lost)
        #expect(failure.code == .reason(.sessionTakenOver))
        #expect(failure.advice.contains("same client id"))
        await watched.stop()
    }

    private func copy(_ source: String, to target: String) throws {
        // Renamed into place, as a careful operator does: the link never sees half a file.
        try Data(contentsOf: URL(fileURLWithPath: source)).write(to: URL(fileURLWithPath: target), options: .atomic)
    }
}

/// Counts from 1.
private final class Counter: Sendable {
    private let count = Mutex(0)
    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}
