internal import Logging
internal import ModbusKit

/// Says of one line what an operator would act on, once per change and not once per cycle.
struct LineLog {
    let log: Logger
    private let codes: [[String]]
    private var lineFailure: ModbusFailure?
    private var pointFailures: [String: ModbusFailure.Kind] = [:]
    private var offline: Set<Int> = []
    private var isSilent = false
    private var hasEcho = false
    private var timed: Set<Int> = []

    /// - Parameter codes: The points' codes, slave by slave.
    init(log: Logger, codes: [[String]]) {
        self.log = log
        self.codes = codes
    }

    /// Notes what a cycle brought from the line.
    mutating func note(_ cycle: CycleReport) {
        noteFailure(cycle)
        noteSilence(cycle)
        noteEcho(cycle)
        for (index, (slave, codes)) in zip(cycle.slaves, codes).enumerated() {
            noteTimes(of: slave, at: index)
            if !isSilent { noteHealth(of: slave, at: index) }
            // A slave that is off the air, or a line that is, says so once for all its points.
            guard slave.health.state == .online, cycle.lineFailure == nil else { continue }
            for (code, result) in zip(codes, slave.results) { notePoint(code, result.failure) }
        }
    }

    private mutating func noteFailure(_ cycle: CycleReport) {
        guard cycle.lineFailure != lineFailure else { return }
        if let failure = cycle.lineFailure {
            log.error("the line failed; it is taken up again as soon as it is back", metadata: ["error": "\(failure)"])
        } else {
            log.notice("the line is back")
        }
        lineFailure = cycle.lineFailure
    }

    /// A line on which nobody answers says so once, and not once for each slave.
    private mutating func noteSilence(_ cycle: CycleReport) {
        let isSilent =
            cycle.lineFailure == nil && cycle.slaves.count > 1
            && cycle.slaves.allSatisfy { $0.health.state == .offline || $0.health.state == .suspect }
        guard isSilent != self.isSilent else { return }
        self.isSilent = isSilent
        if isSilent {
            log.error(
                "nothing on the line answers; check the adapter, the wires A and B, baud and parity",
                metadata: ["slaves": "\(cycle.slaves.count)"])
        } else {
            log.notice("the line answers again")
        }
    }

    private mutating func noteEcho(_ cycle: CycleReport) {
        guard cycle.hasEcho, !hasEcho else { return }
        hasEcho = true
        log.notice("the adapter echoes: it gives back what is sent; that is recognised and taken away")
    }

    /// Says once how long a slave takes, where the configured timeout is far from it.
    private mutating func noteTimes(of slave: CycleReport.Slave, at index: Int) {
        guard !timed.contains(index), let median = slave.times.median, let p99 = slave.times.p99,
            let proposed = slave.times.proposedTimeout
        else { return }
        timed.insert(index)
        log.info(
            "a slave's times are known",
            metadata: [
                "slave": "\(slave.address)", "median": "\(median.millisecondsText)", "p99": "\(p99.millisecondsText)",
                "proposed_timeout": "\(proposed.millisecondsText)",
            ])
    }

    private mutating func noteHealth(of slave: CycleReport.Slave, at index: Int) {
        let metadata: Logger.Metadata = ["slave": "\(slave.address)"]
        for change in slave.changes where change.to == .suspect || change.from == .suspect {
            log.info(
                "a slave's state has changed",
                metadata: metadata.merging(["from": "\(change.from.rawValue)", "to": "\(change.to.rawValue)"]) { $1 })
        }
        if slave.health.state == .offline, offline.insert(index).inserted {
            log.warning(
                "a slave is offline; the others go on",
                metadata: metadata.merging(["error": "\(slave.failure.map(String.init(describing:)) ?? "")"]) { $1 })
        } else if slave.health.state == .online, offline.remove(index) != nil {
            log.notice("a slave is back", metadata: metadata)
        }
    }

    private mutating func notePoint(_ code: String, _ failure: ModbusFailure?) {
        // Nearly always there is nothing to say: no text is hashed then.
        if failure == nil, pointFailures.isEmpty { return }
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
