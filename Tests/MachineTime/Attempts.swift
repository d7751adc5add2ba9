import Synchronization
import Testing

/// The runs of one test, each of them watched, and what a failure in one of them means.
struct Attempts: Sendable {
    /// How often a test may run.
    static let most = 3

    /// What is running, for the note that it runs again.
    let name: String
    /// Begins to watch the machine.
    let watch: @Sendable () -> MachineWatch

    /// Runs it until it holds, fails on a machine that keeps time, or has run three times.
    func perform(_ body: @concurrent @Sendable () async throws -> Void) async throws {
        for run in 1..<Self.most {
            let watch = watch()
            let excused = Atomic(false)
            try await withKnownIssue("run \(run) on a machine that did not keep time", isIntermittent: true) {
                try await body()
            } matching: { _ in
                guard watch.longest > MachineWatch.allowed else { return false }
                excused.store(true, ordering: .relaxed)
                return true
            }
            let longest = watch.stop()
            guard excused.load(ordering: .relaxed) else { return }
            print("\(name): run again, the machine woke its sleepers \(longest) late")
        }
        try await body()
    }
}
