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

    /// What there is to tell of the spool once a cycle is stored.
    struct SpoolNews: Sendable {
        /// What had become of the messages before.
        let before: Ledger
        /// What has become of them now.
        let ledger: Ledger
        let oldestStamp: Int64?
        let condition: SpoolCondition
        let repairs: [SpoolRepair]
        let hasChangedFromOutside: Bool
    }

    /// Stores what a cycle brought, and gives back what there is to tell of the spool.
    ///
    /// - Parameter next: When the next cycle begins.
    func store(_ cycle: GatewayCycle, at time: CycleTime, next: ContinuousClock.Instant) async -> SpoolNews {
        var fresh: (message: [UInt8], stamp: Int64)?
        do {
            switch time {
            case .stamp(let stamp):
                fresh = try maker.message(for: cycle, stamp: stamp).map { ($0, stamp) }
            case .uptime(let uptime):
                // The second is put in when it is known.
                if let message = try maker.message(for: cycle, stamp: 0) {
                    try await clock.hold(message, uptime: uptime)
                }
            }
        } catch {
            fail(error)
        }
        let (stored, news) = await append(fresh)
        do {
            if let fresh, let sequence = try stored?.get() {
                await forwarder.stored(Outgoing(sequence: sequence, payload: fresh.message))
            }
        } catch {
            fail(error)
        }
        await forwarder.expectFresh(at: next)
        if news.hasChangedFromOutside { await forwarder.storedOtherwise() }
        tell(cycle, news)
        return news
    }

    /// Stores a message, if there is one, and looks at the spool: all in one visit.
    private func append(_ fresh: (message: [UInt8], stamp: Int64)?) async -> (Result<Int64, SpoolFailure>?, SpoolNews) {
        await spool.together { spool in
            let before = spool.ledger
            let stored = fresh.map { fresh in
                Result { () throws(SpoolFailure) in try spool.append(fresh.message, stamp: fresh.stamp) }
            }
            let hasChanged = spool.changedFromOutside()
            let news = SpoolNews(
                before: before, ledger: spool.ledger, oldestStamp: spool.oldest(1).first?.stamp,
                condition: spool.condition, repairs: spool.takeRepairs(), hasChangedFromOutside: hasChanged)
            return (stored, news)
        }
    }

    private func fail(_ error: any Error) {
        log.critical("a cycle could not be stored", metadata: ["error": "\(error)"])
    }

    private func tell(_ cycle: GatewayCycle, _ news: SpoolNews) {
        var isInMemory = false
        if case .inMemory = news.condition { isInMemory = true }
        board.update { facts in
            facts.ledger = news.ledger
            facts.oldestStamp = news.oldestStamp
            facts.isInMemory = isInMemory
            if facts.lines.isEmpty { facts.lines = maker.names.map { LineFacts(name: $0) } }
            for line in cycle.lines { facts.lines[line.index].note(line.report) }
        }
    }
}
