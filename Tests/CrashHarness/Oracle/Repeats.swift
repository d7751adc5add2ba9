/// Whether every repeat can be laid to a reconnect, with no more of them to each than were in flight.
///
/// A message is sent again because the link broke between its two arrivals. Each reconnect can explain as many repeats
/// as the window holds. Whether there is an assignment that explains all is the scheduling of unit jobs with release
/// times and deadlines: the reconnects are taken in their order, and each takes those that must be explained soonest.
struct Repeats {
    /// The repeats that nothing explains.
    private(set) var unexplained: [Arrivals.Repeat] = []
    /// The most repeats that fell between a reconnect and the next.
    let mostAtOnce: Int

    /// How much later than it was sent a message may have been noted.
    private static let lag: Moment = 2_000_000_000

    init(_ repeats: [Arrivals.Repeat], reconnects: [Moment], window: Int) {
        let reconnects = reconnects.sorted()
        var open: [Arrivals.Repeat] = []
        var waiting = repeats.sorted { $0.between.lowerBound < $1.between.lowerBound }[...]
        for reconnect in reconnects {
            let begun = waiting.prefix { $0.between.lowerBound - Self.lag <= reconnect }
            waiting = waiting.dropFirst(begun.count)
            open += begun
            unexplained += open.filter { $0.between.upperBound < reconnect }
            open.removeAll { $0.between.upperBound < reconnect }
            open.sort { $0.between.upperBound < $1.between.upperBound }
            open.removeFirst(min(window, open.count))
        }
        unexplained += open + waiting
        let places = repeats.map { entry in reconnects.prefix { $0 <= entry.between.upperBound }.count }
        mostAtOnce = Dictionary(grouping: places) { $0 }.values.map(\.count).max() ?? 0
    }
}
