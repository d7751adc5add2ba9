/// Gives every cycle a second of its own.
///
/// The back end knows a reading by gateway, point and timestamp. Two cycles with one timestamp would be taken for one,
/// so a stamp never repeats and never runs back, not even across a restart.
struct CycleStamps {
    private var last: Int64

    /// Goes on after the last stamp that was stored; nil for a gateway that never stored one.
    init(after last: Int64?) { self.last = last ?? .min }

    /// How long to wait before the next cycle may begin; nil when it may begin now.
    ///
    /// Only the rest of a second is worth waiting for. A clock that was set back further is not waited out: polling
    /// must go on.
    func wait(at now: WallClock.Moment) -> Duration? {
        now.seconds == last ? now.untilNextSecond : nil
    }

    /// By how many seconds the last stamp is ahead of the clock, which was set back; 0 when it is not.
    func ahead(of now: WallClock.Moment) -> Int64 { last == .min ? 0 : max(last - now.seconds, 0) }

    /// The stamp of a cycle that begins now.
    mutating func next(at now: WallClock.Moment) -> Int64 { next(atLeast: now.seconds) }

    /// The stamp of a cycle that began at this second.
    mutating func next(atLeast seconds: Int64) -> Int64 {
        last = last == .min ? seconds : max(seconds, last + 1)
        return last
    }
}
