internal import BrokerLink
internal import Logging
internal import ServiceLifecycle

/// Keeps the link up for as long as the agent runs, and says goodbye at the end.
struct LinkService: Service {
    let link: BrokerLink

    /// What the broker keeps as this gateway's status after an orderly stop; after any other end it is the last will.
    let farewell: RetainedMessage

    /// The moment that the goodbye is given.
    static let lastMoment: Duration = .milliseconds(400)

    /// The farewell's token; sequences of stored messages begin at 1.
    private static let farewellToken: Int64 = -1

    func run() async throws {
        link.start()
        try? await gracefulShutdown()
        let isSaid = link.publish(
            token: Self.farewellToken, topic: farewell.topic, payload: farewell.payload, retain: true)
        // Where the window is full the broker says it for us: the last will has the same words.
        await link.stop(within: Self.lastMoment, leavingWill: !isSaid)
    }
}
