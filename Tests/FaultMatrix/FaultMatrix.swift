internal import ModbusKit

/// Every fault on every map: what was seen, and what was published.
public struct FaultMatrix: Sendable {
    /// One row for each fault and share, all maps together.
    public let trials: [FaultTrial]

    /// Runs all trials, several lines at a time, with so many requests in all.
    public static func run(
        requests: Int, atOnce: Int = 8, progress: @Sendable @escaping (FaultTrial) -> Void = { _ in }
    ) async throws -> FaultMatrix {
        let jobs = FaultCase.all.flatMap { fault, shares in
            shares.flatMap { share in FieldMap.all.map { (fault, share, $0) } }
        }
        let each = (requests + jobs.count - 1) / jobs.count
        return try await withThrowingTaskGroup(of: (Int, FaultTrial).self) { group in
            var done: [(Int, FaultTrial)] = []
            for (index, (fault, share, map)) in jobs.enumerated() {
                if index >= atOnce, let next = try await group.next() { done.append(next) }
                group.addTask {
                    let trial = try await FaultTrial.run(
                        fault, share: share, on: map, requests: each, seed: UInt64(index + 1))
                    progress(trial)
                    return (index, trial)
                }
            }
            for try await next in group { done.append(next) }
            return FaultMatrix(trials: done.sorted { $0.0 < $1.0 }.map(\.1))
        }
    }

    /// All requests of the matrix.
    public var requests: Int { trials.reduce(0) { $0 + $1.requests } }

    /// All values that no slave gave.
    public var wrong: [String] { trials.flatMap { trial in trial.wrong.map { "\(trial.name), \(trial.map): \($0)" } } }

    /// All values from an earlier cycle, besides where several faults strike most requests at once.
    public var old: [String] {
        trials.filter { !$0.isCrowded }.flatMap { trial in trial.old.map { "\(trial.name), \(trial.map): \($0)" } }
    }

    /// A table: fault, share, what was seen and what was published.
    public var markdown: String {
        let head = [
            "| fault | share | requests | struck | repeated | settling | strays | copies | drained ms | published right | none | old | wrong | yield |",
            "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        ]
        var rows: [String] = []
        var rest = trials[...]
        while let first = rest.first {
            let group = rest.prefix { $0.name == first.name && $0.share == first.share }
            rest = rest.dropFirst(group.count)
            func sum(_ value: (FaultTrial) -> Int) -> Int { group.reduce(0) { $0 + value($1) } }
            let (right, none, old, wrong) = (sum(\.right), sum(\.none), sum(\.old.count), sum(\.wrong.count))
            let yield = Double(right * 1000 / max(right + none + old + wrong, 1)) / 10
            let counts = [
                sum(\.requests), sum(\.struck), sum(\.counters.repeats), sum(\.counters.settlingRequests),
                sum(\.counters.strayFrames), sum(\.counters.copies),
                sum { Int($0.counters.drainTime / .milliseconds(1)) }, right, none, old, wrong,
            ]
            rows.append(
                "| \(first.name) | \(Int(first.share * 100)) % | \(counts.map(String.init).joined(separator: " | ")) | \(yield) % |"
            )
        }
        return (head + rows).joined(separator: "\n") + "\n"
    }
}
