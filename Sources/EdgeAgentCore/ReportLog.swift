internal import Logging
internal import ModbusKit
internal import StoreForward

/// Says what an operator would act on, once per change and not once per cycle.
struct ReportLog {
    private let log: Logger
    private let codes: [[String]]
    private var lineFailure: ModbusFailure?
    private var evicted: Int?
    private var isEvicting = false
    private var pointFailures: [String: ModbusFailure.Kind] = [:]

    init(log: Logger, codes: [[String]]) {
        self.log = log
        self.codes = codes
    }

    /// Notes one cycle.
    mutating func note(_ cycle: CycleReport, spool: SpoolStatistics?) {
        noteLine(cycle)
        if let spool { noteEviction(spool.evicted) }
        for (slave, codes) in zip(cycle.slaves, codes) {
            noteHealth(of: slave)
            // A slave that is off the air, or a line that is, says so once for all its points.
            guard slave.health.state == .online, cycle.lineFailure == nil else { continue }
            for (code, result) in zip(codes, slave.results) { notePoint(code, result.failure) }
        }
        var metadata: Logger.Metadata = [
            "read": "\(cycle.succeeded)", "failed": "\(cycle.failed)", "requests": "\(cycle.requests)",
            "milliseconds": "\(cycle.duration.millisecondsText)",
        ]
        if let spool { metadata["backlog"] = "\(spool.messages)" }
        log.info("cycle", metadata: metadata)
    }

    private mutating func noteLine(_ cycle: CycleReport) {
        guard cycle.lineFailure != lineFailure else { return }
        if let failure = cycle.lineFailure {
            log.error("the line failed; it is taken up again as soon as it is back", metadata: ["error": "\(failure)"])
        } else {
            log.notice("the line is back")
        }
        lineFailure = cycle.lineFailure
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

    private func noteHealth(of slave: CycleReport.Slave) {
        let (before, now) = (slave.stateBefore, slave.health.state)
        guard before != now, now != .suspect else { return }
        let metadata: Logger.Metadata = ["slave": "\(slave.address)"]
        switch now {
        case .offline:
            let failure = slave.results.lazy.compactMap(\.failure).first
            log.warning(
                "a slave is offline; the others go on",
                metadata: metadata.merging(["error": "\(failure.map(String.init(describing:)) ?? "")"]) { $1 })
        case .online where before == .offline: log.notice("a slave is back", metadata: metadata)
        default: log.debug("a slave answers", metadata: metadata)
        }
    }

    private mutating func notePoint(_ code: String, _ failure: ModbusFailure?) {
        guard pointFailures[code] != failure?.kind else { return }
        if let failure {
            log.warning("a point cannot be read", metadata: ["code": "\(code)", "error": "\(failure)"])
        } else {
            log.notice("a point is read again", metadata: ["code": "\(code)"])
        }
        pointFailures[code] = failure?.kind
    }
}

extension Result {
    fileprivate var failure: Failure? {
        if case .failure(let failure) = self { failure } else { nil }
    }
}
