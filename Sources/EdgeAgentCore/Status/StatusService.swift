internal import BrokerLink
internal import ServiceLifecycle

/// Sends the status message when it is due, and tells systemd the same in one line.
struct StatusService: Service {
    let board: StatusBoard
    let link: BrokerLink
    let topic: String
    let manager: ServiceManager

    /// The token of status messages; sequences of stored messages begin at 1.
    private static let token: Int64 = -2

    /// How soon a message is tried again that found no room in the link.
    private static let retry: Duration = .seconds(1)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var said = ""
            let (ticks, tick) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            let following = Task {
                for await _ in board.changes { tick.yield() }
            }
            defer { following.cancel() }
            var alarm: Task<Void, Never>?
            tick.yield()
            for await _ in ticks {
                alarm?.cancel()
                if board.line != said {
                    said = board.line
                    manager.status(said)
                }
                guard var wait = board.wait else { continue }
                if wait == .zero, !send() {
                    wait = Self.retry
                } else if wait == .zero {
                    wait = board.wait ?? Self.retry
                }
                let pause = wait
                alarm = Task {
                    try? await Task.sleep(for: pause)
                    if !Task.isCancelled { tick.yield() }
                }
            }
            alarm?.cancel()
        }
    }

    private func send() -> Bool {
        guard link.publish(token: Self.token, topic: topic, payload: board.message(), retain: true) else {
            return false
        }
        board.said()
        return true
    }
}
