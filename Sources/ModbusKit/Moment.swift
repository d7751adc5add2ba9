/// A moment whose size the compiler knows.
///
/// The size of `ContinuousClock.Instant` is only known when the program runs. Whatever holds one is then copied and
/// destroyed by way of tables that are looked up each time: in every list of slaves, at every request.
struct Moment: Hashable, Sendable {
    private static let origin = ContinuousClock.now

    private let sinceOrigin: Duration

    init(_ instant: ContinuousClock.Instant) { sinceOrigin = Self.origin.duration(to: instant) }

    static var now: Moment { Moment(.now) }

    var instant: ContinuousClock.Instant { Self.origin + sinceOrigin }

    func duration(to instant: ContinuousClock.Instant) -> Duration { Self.origin.duration(to: instant) - sinceOrigin }
}
