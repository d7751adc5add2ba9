import Synchronization
public import Testing

/// A test that is judged by milliseconds, on a machine that may have other work.
///
/// Where such a test fails and the machine was measured to have woken its sleepers late, the run says nothing about the code:
/// it is written down as a known issue with that figure, and the test runs again; the third run counts, whatever the machine
/// did. A failure on a machine that keeps time counts at once, and so does everything that is said of a value (`Truth`).
public struct MachineTimeTrait: TestTrait, SuiteTrait, TestScoping {
    /// A test's own runs are judged, not a suite as a whole.
    public let isRecursive = true

    /// How often a test may run.
    static let runs = 3

    /// Runs a test until it holds, fails on a machine that keeps time, or has run three times.
    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        guard testCase != nil, !Self.isInside else { return try await function() }
        try await Self.$isInside.withValue(true) {
            for run in 1..<Self.runs {
                let watch = MachineWatch()
                let excused = Atomic(false)
                try await withKnownIssue("run \(run) on a machine that did not keep time", isIntermittent: true) {
                    try await function()
                } matching: { _ in
                    guard !TruthTrait.isInside, watch.longest > MachineWatch.allowed else { return false }
                    excused.store(true, ordering: .relaxed)
                    return true
                }
                let longest = watch.stop()
                guard excused.load(ordering: .relaxed) else { return }
                print("\(test.name): run again, the machine woke its sleepers \(longest) late")
            }
            try await function()
        }
    }

    @TaskLocal private static var isInside = false
}

/// A test of what a value is: whatever the machine does, a wrong one is a failure.
public struct TruthTrait: TestTrait, SuiteTrait, TestScoping {
    /// Where a suite is one of values, each of its tests is.
    public let isRecursive = true

    /// Runs a test once.
    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await Self.$isInside.withValue(true) { try await function() }
    }

    @TaskLocal static var isInside = false
}

extension Trait where Self == MachineTimeTrait {
    /// The test is repeated where it failed on a machine that was measured not to keep time.
    public static var judgesTime: Self { MachineTimeTrait() }
}

extension Trait where Self == TruthTrait {
    /// The test is never repeated, although its suite judges times.
    public static var judgesValues: Self { TruthTrait() }
}
