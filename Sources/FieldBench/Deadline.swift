/// A moment after which waiting is a failure.
public struct Deadline: Sendable {
    /// The moment itself, on the clock that does not jump.
    public let instant: ContinuousClock.Instant

    /// The moment so long from now.
    public init(after duration: Duration) {
        instant = .now.advanced(by: duration)
    }

    /// Whether the moment is past.
    public var isOver: Bool { ContinuousClock.now >= instant }

    /// How long there is still to go, never negative.
    public var remaining: Duration { max(.zero, ContinuousClock.now.duration(to: instant)) }
}

/// Waits until a condition holds, and throws with the condition's description if it does not within the time.
///
/// The condition is asked again every few milliseconds: a wait ends as soon as it can, on a slow machine as on a fast
/// one, and no test has to guess how long something takes. The time is that of a machine without other work; a busy
/// one is given `patience` times as much before it is a failure.
public func eventually(
    _ description: @autoclosure () -> String = "the condition",
    within duration: Duration = .seconds(15),
    every pause: Duration = .milliseconds(5),
    _ condition: () async throws -> Bool
) async throws {
    let deadline = Deadline(after: duration * patience)
    while try await !condition() {
        guard !deadline.isOver else {
            // Once more: on a busy machine this task may have slept through the moment at which it came true.
            if try await condition() { return }
            throw BenchError("not within \(duration * patience): \(description())")
        }
        try await Task.sleep(for: pause)
    }
}

/// How much longer than on a machine of its own something may take before a test calls it a failure.
private let patience = 3
