internal import AgentConfiguration
internal import Logging
internal import ModbusKit

/// All lines of the gateway: polled side by side, each on its own thread, and taken up again in the background.
///
/// A line that has failed is not asked again until it is open. So it costs the others nothing: neither the time of a
/// connection that cannot be made, nor the wait for an adapter.
actor Lines {
    private struct Member {
        let name: String
        let place: String
        let line: ModbusLine
        let poller: LinePoller
        let slaves: [PolledSlave]
        var last: CycleReport?
        /// Why the line is not asked; nil while it is up.
        var failure: ModbusFailure?
        /// How often it failed in a row as soon as it was open.
        var relapses = 0
        var advice: PortAdvice?
        var reopening: Task<Void, Never>?
        /// The time between two cycles, in which slaves that are away are asked whether they are back.
        var pause: Task<Void, Never>?
    }

    /// The longest wait before a line that opens and fails at once is opened again.
    private static let longestWait: Duration = .seconds(30)

    private var members: [Member]
    private var lent: Set<Int> = []
    private let log: Logger
    private var back: Set<Int> = []
    private var sleep: Task<Void, Never>?

    init(_ buses: [Bus<AgentConfiguration.Slave>], policy: RetryPolicy, log: Logger) {
        members = buses.map { bus in
            let line = ModbusLine(bus.lineSettings)
            let slaves = bus.polledSlaves
            return Member(
                name: bus.line.name, place: bus.line.place, line: line,
                poller: LinePoller(line: line, slaves: slaves, policy: policy), slaves: slaves)
        }
        self.log = log
    }

    /// Opens all lines at once; gives back why the others failed, in the order of the configuration.
    func open() async -> [ModbusFailure] {
        let failures = await withTaskGroup(of: (Int, ModbusFailure?).self) { group in
            for (index, member) in members.enumerated() {
                let line = member.line
                group.addTask {
                    do throws(ModbusFailure) { try await line.open() } catch { return (index, error) }
                    return (index, nil)
                }
            }
            var failures: [Int: ModbusFailure] = [:]
            for await (index, failure) in group { failures[index] = failure }
            return failures
        }
        for index in members.indices {
            if let failure = failures[index] { lose(index, failure) } else { await advise(index) }
        }
        return members.indices.compactMap { failures[$0] }
    }

    /// Polls lines side by side; returns by the deadline at the latest, or one timeout after it.
    ///
    /// - Parameter chosen: The lines to poll; nil for all.
    func poll(_ chosen: Set<Int>? = nil, deadline: ContinuousClock.Instant) async -> GatewayCycle {
        let wanted = members.indices.filter { chosen?.contains($0) ?? true }
        back.subtract(wanted)
        let start = ContinuousClock.now
        // As it is now: a line may come back while the others are polled.
        let lost = members.map(\.failure)
        let reports = await withTaskGroup(of: (Int, CycleReport).self) { group in
            for index in wanted where lost[index] == nil {
                let (poller, pause) = (members[index].poller, members[index].pause)
                group.addTask {
                    await pause?.value
                    return (index, await poller.poll(deadline: deadline))
                }
            }
            var reports: [Int: CycleReport] = [:]
            for await (index, report) in group { reports[index] = report }
            return reports
        }
        let duration = start.duration(to: .now)
        return GatewayCycle(lines: wanted.compactMap { note($0, reports[$0], lost[$0]) }, duration: duration)
    }

    /// Rests until a moment, until a lost line is back, or until the task is cancelled.
    ///
    /// - Returns: The lines that came back and have not been polled since; nil when the moment has come.
    func rest(until moment: ContinuousClock.Instant) async -> Set<Int>? {
        for index in members.indices where members[index].failure == nil && members[index].last?.hasNobodyAway != true {
            let (poller, earlier) = (members[index].poller, members[index].pause)
            members[index].pause = Task {
                await earlier?.value
                await poller.rest(until: moment)
            }
        }
        // Not waited for: each is over before its own line is polled again, and no line waits for another's.
        defer { for member in members { member.pause?.cancel() } }
        if back.isEmpty {
            let sleep = Task { _ = try? await Task.sleep(until: moment, clock: .continuous) }
            self.sleep = sleep
            await withTaskCancellationHandler {
                await sleep.value
            } onCancel: {
                sleep.cancel()
            }
            self.sleep = nil
        }
        return back.isEmpty || ContinuousClock.now >= moment ? nil : back
    }

    /// Gives the port of a device up until it is taken back; nil where no line has it.
    func lend(_ device: DeviceNumber) async -> Int? {
        guard let index = members.firstIndex(where: { $0.line.port.flatMap(DeviceNumber.init(port:)) == device })
        else { return nil }
        lent.insert(index)
        await members[index].line.lend()
        log.notice("the port is lent to a probe; this line rests", metadata: ["line": "\(members[index].name)"])
        return index
    }

    /// Polls a line again whose port was lent.
    func takeBack(_ index: Int) async {
        await members[index].line.takeBack()
        lent.remove(index)
        log.notice("the probe is done; the port is taken back", metadata: ["line": "\(members[index].name)"])
    }

    /// What is done with a line, named by its device's number or its URL; nil where it is none of ours.
    func standing(of place: some StringProtocol) -> LineStanding? {
        let device = DeviceNumber(text: place)
        let index = members.firstIndex { member in
            guard let port = member.line.port else { return member.place == place }
            return device != nil && DeviceNumber(port: port) == device
        }
        guard let index else { return nil }
        if lent.contains(index) { return .lent }
        return members[index].failure == nil ? .held : .lost
    }

    /// Ends the attempts to take lost lines up again.
    func stop() {
        for member in members { member.reopening?.cancel() }
    }

    /// Takes what a line's cycle brought, or why it was not asked.
    private func note(_ index: Int, _ polled: CycleReport?, _ lost: ModbusFailure?) -> GatewayCycle.Line? {
        if let polled {
            members[index].last = polled
            if let failure = polled.lineFailure {
                lose(index, failure)
            } else {
                members[index].relapses = 0
            }
        }
        let skipped = lost.map {
            CycleReport(notPolled: members[index].slaves, since: members[index].last, because: $0)
        }
        return (polled ?? skipped).map { GatewayCycle.Line(index: index, report: $0) }
    }

    private func lose(_ index: Int, _ failure: ModbusFailure) {
        members[index].failure = failure
        let relapses = members[index].relapses
        members[index].relapses += 1
        let wait = relapses == 0 ? .zero : min(.seconds(1 << min(relapses - 1, 5)), Self.longestWait)
        let line = members[index].line
        members[index].reopening = Task {
            try? await Task.sleep(for: wait)
            // As long as it takes, and no longer than the task is wanted.
            if await line.reopen(until: .now + .seconds(1_000_000_000)) { await cameBack(index) }
        }
    }

    private func cameBack(_ index: Int) async {
        members[index].failure = nil
        back.insert(index)
        sleep?.cancel()
        await advise(index)
    }

    /// Says once for each adapter what slows it down.
    private func advise(_ index: Int) async {
        let advice = await members[index].line.advice
        guard advice != members[index].advice else { return }
        members[index].advice = advice
        guard let advice else { return }
        var metadata: Logger.Metadata = ["advice": "\(advice)"]
        if members.count > 1 { metadata["line"] = "\(members[index].name)" }
        log.warning("the adapter is slower than it need be", metadata: metadata)
    }
}
