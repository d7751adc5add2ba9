internal import ModbusKit
internal import ModbusModel

/// What is known of one line at a moment.
struct LineFacts: Sendable {
    /// The line's name.
    let name: String
    /// Why the line cannot be read, or nil.
    var failure: String?
    /// The slaves that do not answer.
    var offlineSlaves: [SlaveAddress] = []
    /// How many points could not be read in the last cycle.
    var failedPoints = 0
    /// What has become worse since the line was measured; nil where it is not held against a measurement.
    var drifts: [Drift]?

    /// A line of which nothing is known.
    init(name: String) { self.name = name }

    /// Notes what a cycle brought.
    mutating func note(_ cycle: CycleReport) {
        failure = cycle.lineFailure.map { "\($0)" }
        offlineSlaves = cycle.slaves.filter { $0.health.state == .offline }.map(\.address)
        failedPoints = cycle.failed
    }
}
