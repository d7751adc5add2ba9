internal import Logging
internal import ModbusKit
internal import StoreForward

/// Makes a message of each cycle, stores it, and hands it on: with its time where that is known, and else held.
struct CycleStore: Sendable {
    let clock: CycleClock
    let maker: MessageMaker
    let spool: Spool
    let forwarder: Forwarder
    let board: StatusBoard
    let log: Logger

    /// The time of a cycle that begins now.
    func begin() async -> CycleTime { await clock.begin() }

    /// Stores what a cycle brought, and gives back what the spool had done before it.
    ///
    /// - Parameter next: When the next cycle begins.
    func store(_ cycle: GatewayCycle, at time: CycleTime, next: ContinuousClock.Instant) async -> Ledger {
        let before = await spool.ledger
        do {
            switch time {
            case .stamp(let stamp):
                if let message = try maker.message(for: cycle, stamp: stamp) {
                    let sequence = try await spool.append(message, stamp: stamp)
                    await forwarder.stored(Outgoing(sequence: sequence, payload: message))
                }
            case .uptime(let uptime):
                // The second is put in when it is known.
                if let message = try maker.message(for: cycle, stamp: 0) {
                    try await clock.hold(message, uptime: uptime)
                }
            }
        } catch {
            log.critical("a cycle could not be stored", metadata: ["error": "\(error)"])
        }
        await forwarder.expectFresh(at: next)
        if await spool.changedFromOutside() { await forwarder.storedOtherwise() }
        await tell(cycle)
        return before
    }

    private func tell(_ cycle: GatewayCycle) async {
        let ledger = await spool.ledger
        let oldest = await spool.oldest(1).first?.stamp
        var isInMemory = false
        if case .inMemory = await spool.condition { isInMemory = true }
        board.update { facts in
            facts.ledger = ledger
            facts.oldestStamp = oldest
            facts.isInMemory = isInMemory
            if facts.lines.isEmpty { facts.lines = maker.names.map { LineFacts(name: $0) } }
            for line in cycle.lines { facts.lines[line.index].note(line.report) }
        }
    }
}
