import BrokerLink
import FieldBench
import Foundation
import MachineTime
import Synchronization
import Testing

/// A stop ends everything within a second, and waiting costs nothing.
@Suite(.timeLimit(.minutes(6)), .judgesTime) struct StoppingTests {
    @Test func `a stop in the middle of a wait, a connect, or a handshake is immediate`() async throws {
        let field = try await Field(brokerRuns: false)
        let hole = try BlackHole()
        let silent = try Peer(.silent)
        for port in [UInt16(field.broker.port), hole.port, silent.port] {
            let watched = Watched(
                field.settings { $0.port = port },
                backoff: Backoff(base: .seconds(60), cap: .seconds(60))
            )
            try await Task.sleep(for: .milliseconds(200))
            #expect(await watched.stop() < Field.promptly)
            #expect(watched.events.last == .stopped)
        }
    }

    @Test func `a stop of a session whose line is dead returns within a second`() async throws {
        let field = try await Field()
        let watched = Watched(field.settings)
        try await watched.connected()
        try await field.broker.pause()
        while watched.link.publish(token: 1, topic: Field.telemetry, payload: [UInt8](repeating: 0, count: 30_000)) {}
        #expect(await watched.stop() < Field.promptly)
        field.broker.resume()
    }

    @Test func `a stop returns in time even if the thread is held up, as the resolver can do`() async throws {
        let field = try await Field(brokerRuns: false)
        let isHeld = Mutex(false)
        let watched = Watched(
            field.settings,
            random: {
                isHeld.withLock { $0 = true }
                sleep(9)
                return 0
            }
        )
        try await eventually { isHeld.withLock { $0 } }
        let begin = ContinuousClock.now
        #expect(await !watched.link.stop(within: .milliseconds(500)))
        #expect(ContinuousClock.now - begin < Field.promptly)
        try await eventually { watched.events == [.stopped] }
    }

    @Test func `a second stop and a stop before the start return at once`() async throws {
        let field = try await Field(brokerRuns: false)
        let link = BrokerLink(settings: field.settings)
        #expect(await link.stop())
        link.start()
        #expect(await link.stop())
        var events: [LinkEvent] = []
        for await event in link.events { events.append(event) }
        #expect(events == [.stopped])
    }

    @Test func `run ends when its task is cancelled, and when the link is stopped`() async throws {
        let field = try await Field()
        let link = BrokerLink(settings: field.settings)
        let running = Task { await link.run() }
        try await eventually { link.publish(token: 1, topic: Field.telemetry, payload: []) }
        running.cancel()
        await running.value
        #expect(!link.publish(token: 2, topic: Field.telemetry, payload: []))

        let other = BrokerLink(settings: field.settings)
        let runningToo = Task { await other.run() }
        try await eventually { other.publish(token: 1, topic: Field.telemetry, payload: []) }
        await other.stop()
        await runningToo.value
    }

    @Test func `a link that nobody holds any more ends by itself`() async throws {
        let field = try await Field()
        var link: BrokerLink? = BrokerLink(settings: field.settings)
        link?.start()
        guard let events = link?.events else { return }
        link = nil
        var last: LinkEvent?
        for await event in events { last = event }
        #expect(last == .stopped)
    }

    @Test func `five seconds of a port that refuses cost next to no processor time`() async throws {
        let field = try await Field(brokerRuns: false)
        let used = ThreadTime()
        let watched = Watched(field.settings, backoff: Backoff(), random: { used.note() })
        try await Task.sleep(for: .seconds(5))
        await watched.stop()
        #expect(watched.failures.count >= 2)
        #expect(used.latest > .zero && used.latest < .milliseconds(250))
    }

    @Test func `waiting for a peer that is slow to open and then silent costs no processor time`() async throws {
        let field = try await Field(brokerRuns: false)
        let hole = try BlackHole()
        let used = ThreadTime()
        let watched = Watched(
            field.settings {
                $0.port = hole.port
                $0.connectTimeout = .seconds(10)
            },
            backoff: Backoff(base: .seconds(60), cap: .seconds(60)),
            random: { used.note() }
        )
        try await Task.sleep(for: .milliseconds(300))
        hole.open()
        #expect(try await watched.failure(within: .seconds(20)).phase == .handshake)
        await watched.stop()
        #expect(used.latest > .zero && used.latest < .milliseconds(250))
    }

    @Test func `waiting for a silent peer, or for one that drops, costs no processor time`() async throws {
        let field = try await Field(brokerRuns: false)
        let hole = try BlackHole()
        let silent = try Peer(.silent)
        for port in [hole.port, silent.port] {
            let used = ThreadTime()
            let watched = Watched(
                field.settings {
                    $0.port = port
                    $0.connectTimeout = .seconds(2)
                },
                backoff: Backoff(base: .seconds(60), cap: .seconds(60)),
                random: { used.note() }
            )
            _ = try await watched.failure()
            await watched.stop()
            #expect(used.latest > .zero && used.latest < .milliseconds(250))
        }
    }
}

/// The processor time of the link's thread, noted where the link asks for randomness: on that thread, before a wait.
private final class ThreadTime: Sendable {
    private let noted = Mutex(Duration.zero)

    var latest: Duration { noted.withLock { $0 } }

    func note() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        let used = Duration.seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
        noted.withLock { $0 = used }
        return 0
    }
}
