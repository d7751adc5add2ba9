internal import AgentConfiguration
internal import Logging
internal import ModbusKit
internal import ServiceLifecycle
internal import StoreForward
internal import TelemetryContract

/// Polls the line at the configured interval and stores what was read, come what may on the way to the broker.
struct Poller: Service {
    let poller: LinePoller
    let line: ModbusLine
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
    }

    private func pollForEver() async {
        var stamps = CycleStamps(after: await spool.lastStamp)
        var report = ReportLog(log: log, codes: maker.codes)
        var due = ContinuousClock.now
        while !Task.isCancelled {
            if let wait = stamps.wait(at: clock.now()) { try? await Task.sleep(for: wait) }
            let stamp = stamps.next(at: clock.now())
            let cycle = await poller.poll(deadline: due + interval)
            report.note(cycle, spool: await store(cycle, stamp: stamp))
            due = max(due + interval, .now - interval)
            if cycle.lineFailure != nil, !Task.isCancelled {
                await line.reopen(until: due)
                due = min(due, .now)
            } else {
                try? await Task.sleep(until: due, clock: .continuous)
            }
        }
    }

    /// Gives back how the spool was before this message, nil when the message could not be stored.
    private func store(_ cycle: CycleReport, stamp: Int64) async -> SpoolStatistics? {
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
