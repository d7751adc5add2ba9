internal import AgentConfiguration
internal import Logging
internal import ServiceLifecycle
internal import StoreForward
internal import TelemetryContract

/// Polls the lines at the configured interval and stores what was read, come what may on the way to the broker.
struct Poller: Service {
    let lines: Lines
    let spool: Spool
    let forwarder: Forwarder
    let maker: MessageMaker
    let interval: Duration
    let clock: WallClock
    let log: Logger

    /// The moment after a stop request in which a cycle under way may still be stored.
    static let lastMoment: Duration = .seconds(1)

    func run() async throws {
        let polling = Task { await pollForEver() }
        try? await gracefulShutdown()
        polling.cancel()
        // A slave's timeout may be longer than a stop may take: the exchange under way is then left behind. A task
        // group would wait for it all the same.
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        Task {
            await polling.value
            end.yield()
        }
        Task {
            try? await Task.sleep(for: Self.lastMoment)
            end.yield()
        }
        for await _ in ends { break }
        await lines.stop()
    }

    private func pollForEver() async {
        var stamps = CycleStamps(after: await spool.lastStamp)
        var report = ReportLog(log: log, codes: maker.codes, names: maker.names)
        var due = ContinuousClock.now
        // The lines that came back since the last cycle and are polled alone; nil where all of them are due.
        var returned: Set<Int>?
        while !Task.isCancelled {
            if let wait = stamps.wait(at: clock.now()) { try? await Task.sleep(for: wait) }
            let stamp = stamps.next(at: clock.now())
            let cycle = await lines.poll(returned, deadline: returned == nil ? due + interval : due)
            report.note(cycle, spool: await store(cycle, stamp: stamp))
            if returned == nil { due = max(due + interval, .now - interval) }
            returned = await lines.rest(until: due)
        }
    }

    /// Gives back how the spool was before this message, nil when the message could not be stored.
    private func store(_ cycle: GatewayCycle, stamp: Int64) async -> SpoolStatistics? {
        do {
            let before = try await spool.statistics()
            if let message = try maker.message(for: cycle, stamp: stamp) {
                _ = try await spool.append(message, stamp: stamp)
                await forwarder.poke()
            }
            return before
        } catch {
            log.critical("a cycle could not be stored", metadata: ["error": "\(error)"])
            return nil
        }
    }
}
