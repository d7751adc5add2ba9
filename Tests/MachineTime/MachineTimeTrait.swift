public import Testing

/// A test that is judged by milliseconds, on a machine that may have other work.
///
/// Where such a test fails and the machine was measured to have woken its sleepers late, the run says nothing about the code:
/// it is written down as a known issue with that figure, and the test runs again; the third run counts, whatever the machine
/// did. A failure on a machine that keeps time counts at once, and so does everything that is said of a value (`TruthTrait`).
public struct MachineTimeTrait: TestTrait, SuiteTrait, TestScoping {
    /// A test's own runs are judged, not a suite as a whole.
    public let isRecursive = true

    /// Runs a test until it holds, fails on a machine that keeps time, or has run three times.
    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        // The traits of a test are its own and those of its suites.
        guard testCase != nil, !Self.isInside, !test.traits.contains(where: { $0 is TruthTrait }) else {
            return try await function()
        }
        try await Self.$isInside.withValue(true) {
            try await Attempts(name: test.name) { MachineWatch() }.perform(function)
        }
    }

    @TaskLocal private static var isInside = false
}

/// A test of what a value is: whatever the machine does, a wrong one is a failure.
public struct TruthTrait: TestTrait, SuiteTrait {
    /// Where a suite is one of values, each of its tests is.
    public let isRecursive = true
}

extension Trait where Self == MachineTimeTrait {
    /// The test is repeated where it failed on a machine that was measured not to keep time.
    public static var judgesTime: Self { MachineTimeTrait() }
}

extension Trait where Self == TruthTrait {
    /// The test is never repeated, although its suite judges times.
    public static var judgesValues: Self { TruthTrait() }
}
