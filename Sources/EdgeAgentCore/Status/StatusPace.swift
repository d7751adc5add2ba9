/// When a status message goes out: with every change that an operator would act on, and at most one in a minute.
///
/// Without a change it goes out once an hour, so that the figures are never older. It knows no clock.
struct StatusPace {
    /// The least time between two messages.
    static let least: Duration = .seconds(60)

    /// The most time between two messages.
    static let most: Duration = .seconds(3600)

    private var said: (alarms: GatewayFacts.Alarms, at: ContinuousClock.Instant)?

    /// Notes that a message with this state went out, as the birth message or by itself.
    mutating func said(_ alarms: GatewayFacts.Alarms, at now: ContinuousClock.Instant) { said = (alarms, now) }

    /// How long until a message is due; zero when it is due now.
    func wait(_ alarms: GatewayFacts.Alarms, at now: ContinuousClock.Instant) -> Duration {
        guard let said else { return .zero }
        let due = said.at + (alarms == said.alarms ? Self.most : Self.least)
        return max(due - now, .zero)
    }
}
