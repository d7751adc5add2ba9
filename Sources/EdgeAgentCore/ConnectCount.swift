internal import Synchronization

/// Numbers the status messages, on from the millisecond in which the agent started.
///
/// So the numbers grow across restarts as well, and a late message can be told from a new one.
final class ConnectCount: Sendable {
    private let count: Atomic<UInt64>

    /// Counts from a moment on; a run never connects as often as a thousand times a second.
    init(startedAt moment: WallClock.Moment) {
        count = Atomic(UInt64(clamping: moment.seconds) * 1_000 + UInt64(clamping: moment.nanoseconds / 1_000_000))
    }

    func next() -> UInt64 { count.wrappingAdd(1, ordering: .relaxed).newValue }
}
