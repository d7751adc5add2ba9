import Synchronization
import Testing

@testable import MachineTime

/// When a test runs again, on a machine whose lateness is told and not measured.
@Suite struct AttemptsTests {
    /// What became of something that failed in some of its runs.
    private struct Outcome: Equatable {
        var runs: Int
        /// The failures that counted.
        var counted: Int
    }

    private struct Thrown: Error {}

    /// Plays runs on a machine that is late by so much in each, of which some fail by an expectation or by an error.
    private func play(late: [Duration], fails: [Bool], byError: Bool = false) async throws -> Outcome {
        let runs = Mutex(0)
        let counted = Mutex(0)
        let watches = Mutex(late)
        let attempts = Attempts(name: "a test that is played") {
            let lateness = watches.withLock { $0.isEmpty ? .zero : $0.removeFirst() }
            let watch = MachineWatch(sleeper: { lateness })
            // It is known before the run begins: nothing here depends on when.
            while watch.longest < lateness {}
            return watch
        }
        try await withKnownIssue("what counts is counted", isIntermittent: true) {
            try await attempts.perform {
                let run = runs.withLock { runs in
                    runs += 1
                    return runs
                }
                guard fails[run - 1] else { return }
                if byError { throw Thrown() }
                Issue.record("run \(run)")
            }
        } matching: { _ in
            counted.withLock { $0 += 1 }
            return true
        }
        return Outcome(runs: runs.withLock { $0 }, counted: counted.withLock { $0 })
    }

    private let calm = Duration.milliseconds(3)
    private let busy = Duration.milliseconds(20)

    @Test func `what holds runs once, on any machine`() async throws {
        #expect(try await play(late: [calm], fails: [false]) == Outcome(runs: 1, counted: 0))
        #expect(try await play(late: [busy], fails: [false]) == Outcome(runs: 1, counted: 0))
    }

    @Test(arguments: [false, true])
    func `a failure on a machine that keeps time counts at once`(byError: Bool) async throws {
        #expect(try await play(late: [calm], fails: [true], byError: byError) == Outcome(runs: 1, counted: 1))
        #expect(
            try await play(late: [MachineWatch.allowed], fails: [true], byError: byError)
                == Outcome(runs: 1, counted: 1))
    }

    @Test(arguments: [false, true])
    func `a failure on a machine that does not is no verdict, and the next run is one`(byError: Bool) async throws {
        #expect(try await play(late: [busy], fails: [true, false], byError: byError) == Outcome(runs: 2, counted: 0))
        #expect(
            try await play(late: [busy, calm], fails: [true, true], byError: byError) == Outcome(runs: 2, counted: 1))
    }

    @Test(arguments: [false, true])
    func `the third run counts, whatever the machine does`(byError: Bool) async throws {
        let all = [busy, busy, busy]
        #expect(try await play(late: all, fails: [true, true, true], byError: byError) == Outcome(runs: 3, counted: 1))
        #expect(
            try await play(late: all, fails: [true, true, false], byError: byError) == Outcome(runs: 3, counted: 0))
    }

    @Test func `a watch keeps the greatest lateness, and none from after its end`() async throws {
        let told = Mutex([1, 20, 3].map { Duration.milliseconds($0) })
        let watch = MachineWatch(sleeper: { told.withLock { $0.isEmpty ? .zero : $0.removeFirst() } })
        while !told.withLock({ $0.isEmpty }) { try await Task.sleep(for: .milliseconds(1)) }
        #expect(watch.stop() == .milliseconds(20))
        told.withLock { $0 = [.seconds(1)] }
        #expect(watch.longest == .zero && watch.stop() == .zero)
    }
}

/// A test of values in a suite of times.
@Suite(.judgesTime) struct TraitTests {
    @Suite(.judgesValues) struct Values {
        @Test func `a test has the traits of all its suites`() throws {
            let traits = try #require(Test.current).traits
            #expect(traits.contains { $0 is MachineTimeTrait } && traits.contains { $0 is TruthTrait })
        }
    }

    @Test func `one beside it has not`() throws {
        let traits = try #require(Test.current).traits
        #expect(traits.contains { $0 is MachineTimeTrait } && !traits.contains { $0 is TruthTrait })
    }
}
