internal import AgentConfiguration
internal import Logging
internal import ServiceLifecycle
internal import StoreForward
internal import TelemetryContract

/// Polls the lines at the configured interval and stores what was read, come what may on the way to the broker.
struct Poller: Service {
    let lines: Lines
    let store: CycleStore
    let codes: [[[String]]]
    let names: [String]
    let interval: Duration
    /// What each line is held against; nil where there is nothing.
    let drifts: [LineDrift?]
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
        var report = ReportLog(log: log, codes: codes, names: names)
        var drifts = drifts
        var due = ContinuousClock.now
        // The lines that came back since the last cycle and are polled alone; nil where all of them are due.
        var returned: Set<Int>?
        while !Task.isCancelled {
            let time = await store.begin()
            let cycle = await lines.poll(returned, deadline: returned == nil ? due + interval : due)
            let news = await store.store(cycle, at: time, next: returned == nil ? due + interval : due)
            report.note(cycle, spool: news.before)
            for line in cycle.lines {
                guard let changes = drifts[line.index]?.note(LineDrift.Cycle(line.report), at: .now) else { continue }
                report.note(changes, on: line.index)
                if !changes.isEmpty { store.board.drifting(drifts[line.index]?.drifts ?? [], on: line.index) }
            }
            report.note(news.condition, repairs: news.repairs)
            if returned == nil { due = max(due + interval, .now - interval) }
            returned = await lines.rest(until: due)
        }
    }
}
