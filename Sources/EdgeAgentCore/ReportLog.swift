internal import Logging
internal import ModbusKit
internal import SerialPorts
internal import StoreForward

/// Says what an operator would act on, once per change, and sums every cycle up in one line.
struct ReportLog {
    private let log: Logger
    private var lines: [LineLog]
    private var evicted: Int?
    private var isEvicting = false
    private var condition = SpoolCondition.storing

    /// - Parameters:
    ///   - codes: The points' codes, line by line and slave by slave.
    ///   - names: The lines' names, which are said where there is more than one.
    init(log: Logger, codes: [[[String]]], names: [String]) {
        self.log = log
        lines = zip(codes, names).map { codes, name in
            var log = log
            if names.count > 1 { log[metadataKey: "line"] = "\(name)" }
            return LineLog(log: log, codes: codes)
        }
    }

    /// Notes one cycle.
    mutating func note(_ cycle: GatewayCycle, spool: Ledger) {
        noteEviction(spool.evicted.total)
        for line in cycle.lines { lines[line.index].note(line.report) }
        var metadata: Logger.Metadata = [
            "read": "\(cycle.succeeded)", "failed": "\(cycle.failed)", "requests": "\(cycle.requests)",
            "milliseconds": "\(cycle.duration.millisecondsText)",
        ]
        if cycle.drained > .zero { metadata["drained"] = "\(cycle.drained.millisecondsText)" }
        if let errors = cycle.portErrors, !errors.isClean {
            metadata["port_errors"] = "\(errors)"
        }
        metadata["backlog"] = "\(spool.waiting)"
        if spool.undated > 0 { metadata["undated"] = "\(spool.undated)" }
        log.info("cycle", metadata: metadata)
    }

    /// Notes what a line has become worse in, or well again.
    func note(_ changes: [LineDrift.Change], on line: Int) {
        for change in changes { lines[line].note(change) }
    }

    /// Notes how the spool fares: once when the disk takes nothing and once when it does again, and each repair.
    mutating func note(_ condition: SpoolCondition, repairs: [SpoolRepair]) {
        for repair in repairs { log.error("\(repair)") }
        defer { self.condition = condition }
        switch (self.condition, condition) {
        case (.storing, .inMemory(_, let reason)):
            log.critical(
                "the disk takes nothing; new messages are held in memory and a power cut would lose them",
                metadata: ["error": "\(reason)"])
        case (.inMemory, .storing): log.notice("the disk takes messages again; what was in memory is written down")
        default: break
        }
    }

    /// A full spool gives up its oldest messages: said when it begins and when it ends, with the count of all time.
    private mutating func noteEviction(_ total: Int) {
        defer { evicted = total }
        guard let evicted, (total > evicted) != isEvicting else { return }
        isEvicting = total > evicted
        let metadata: Logger.Metadata = ["evicted": "\(total)"]
        if isEvicting {
            log.error("the spool is full; the oldest messages are given up", metadata: metadata)
        } else {
            log.notice("the spool has room again", metadata: metadata)
        }
    }
}
