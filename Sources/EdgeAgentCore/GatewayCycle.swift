internal import ModbusKit
internal import SerialPorts

/// What one cycle brought, from all lines that were polled in it.
struct GatewayCycle: Sendable {
    /// One line's part of the cycle.
    struct Line: Sendable {
        /// Its place in the configuration.
        let index: Int
        /// What it brought.
        let report: CycleReport
    }

    /// The lines in the order of the configuration; a cycle that catches up has only those that came back.
    let lines: [Line]

    /// From the beginning to the last answer of the last line.
    let duration: Duration

    /// How many points were read.
    var succeeded: Int { lines.reduce(0) { $0 + $1.report.succeeded } }

    /// How many points failed.
    var failed: Int { lines.reduce(0) { $0 + $1.report.failed } }

    /// Requests sent, retries and settling requests included.
    var requests: Int { lines.reduce(0) { $0 + $1.report.requests } }

    /// The time for which lines were listened to until they were silent again, all together.
    var drained: Duration { lines.reduce(.zero) { $0 + $1.report.drained } }

    /// What the kernel counted on all ports; nil where no port has such counters.
    var portErrors: PortErrors? {
        lines.compactMap(\.report.portErrors).reduce(nil) { sum, errors in (sum ?? PortErrors()) + errors }
    }
}
