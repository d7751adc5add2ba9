import FieldBench
import LineSimulator

/// One process at work on a line for some cycles, the first of which does not count.
struct Turn: Sendable {
    /// The cycles that count.
    let cycles: [PolledCycle]
    /// The processor's time that they took, with all that the process did meanwhile.
    let processorTime: Duration
    /// The requests in that time.
    let polls: Int
    /// The milliseconds that the agent itself logged for these cycles.
    let logged: [Double]
    /// The requests that came before t3.5 had passed, those of the first cycle included.
    let violations: Int

    /// Starts a process, waits until it has done so many cycles, and stops it.
    static func run(_ load: Load, on line: SimulatedLine, cycles: Int, start: () throws -> ChildProcess) async throws
        -> Turn
    {
        line.resetObservations()
        let process = try start()
        try await rest(load, line, process, after: 1)
        let (timeBefore, pollsBefore) = (try ProcessFiles.processorTime(process.id), line.counters.requests)
        try await rest(load, line, process, after: 1 + cycles)
        let (timeAfter, pollsAfter) = (try ProcessFiles.processorTime(process.id), line.counters.requests)
        let seen = PolledCycle.cut(line.exchanges, silence: load.wire.silence)
        _ = try await process.stop()
        return Turn(
            cycles: Array(seen.dropFirst().prefix(cycles)),
            processorTime: timeAfter - timeBefore,
            polls: pollsAfter - pollsBefore,
            logged: Array(AgentLog.cycleTimes(process).dropFirst().prefix(cycles)),
            violations: line.counters.silenceViolations
        )
    }

    /// Waits until the line rests after so many cycles.
    static func rest(_ load: Load, _ line: SimulatedLine, _ process: ChildProcess, after cycles: Int) async throws {
        let patience = load.interval * (cycles + 5) + .seconds(10)
        try await eventually("\(cycles) cycles are done", within: patience, every: .milliseconds(30)) {
            guard process.isRunning else {
                throw BenchError("\(process.name) ended: \(process.errors.text.suffix(500))")
            }
            let exchanges = line.exchanges
            guard let end = exchanges.last?.answerEnd, MonotonicClock.now() - end > 200_000_000 else { return false }
            return PolledCycle.cut(exchanges, silence: load.wire.silence).count >= cycles
        }
    }
}
