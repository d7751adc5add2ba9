internal import CMosquitto
import Glibc
import Synchronization

/// What callers on any thread want of the link's thread: messages to publish, and to stop.
///
/// Nothing waits here for a session: what cannot be handed over now is refused, so that the caller's store keeps it.
final class Mailbox: Sendable {
    struct Request: Sendable {
        let token: Int64
        let topic: String
        let payload: [UInt8]
        let retain: Bool
        let properties: [UserProperty]
    }

    struct Subscription: Sendable {
        let token: Int64
        let filter: String
    }

    private struct State {
        var isStopping = false
        var leavesWill = false
        var isOpen = false
        var window = 0
        var inFlight = 0
        var requests: [Request] = []
        var subscriptions: [Subscription] = []
    }

    private let state = Mutex(State())

    /// The descriptor that becomes readable when there is something to do.
    let descriptor: Int32

    init() {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        // Without it the thread could be neither woken nor stopped. It is made once, when the process begins.
        precondition(descriptor >= 0, "the kernel gives no eventfd: the process has no descriptors left")
    }

    deinit {
        close(descriptor)
    }

    // MARK: any thread

    func offer(_ request: Request) -> Bool {
        let (isTaken, isFirst) = state.withLock { state in
            guard state.isOpen, !state.isStopping, state.inFlight < state.window else { return (false, false) }
            state.inFlight += 1
            state.requests.append(request)
            return (true, state.requests.count == 1)
        }
        if isFirst { wake() }
        return isTaken
    }

    /// Subscriptions have no share in the window: the broker's receive maximum counts messages only.
    func offer(_ subscription: Subscription) -> Bool {
        let isTaken = state.withLock { state in
            guard state.isOpen, !state.isStopping else { return false }
            state.subscriptions.append(subscription)
            return true
        }
        if isTaken { wake() }
        return isTaken
    }

    func requestStop(leavingWill: Bool = false) {
        state.withLock { state in
            // The first word counts: a link that is let go of later must not take it back.
            if !state.isStopping { state.leavesWill = leavingWill }
            state.isStopping = true
        }
        wake()
    }

    var leavesWill: Bool { state.withLock { $0.leavesWill } }

    var isStopping: Bool { state.withLock { $0.isStopping } }

    private func wake() {
        // It can only fail when the counter is full, and then the descriptor is readable anyway.
        _ = eventfd_write(descriptor, 1)
    }

    // MARK: the link's thread

    func open(window: Int, alreadyInFlight: Int) {
        state.withLock { state in
            state.isOpen = true
            state.window = window
            state.inFlight = alreadyInFlight
            state.requests = []
            state.subscriptions = []
        }
    }

    /// Forgets everything: what was in flight is void, and nothing is taken until the next session.
    func shut() {
        state.withLock { state in
            state.isOpen = false
            state.inFlight = 0
            state.requests = []
            state.subscriptions = []
        }
    }

    func takeRequests() -> [Request] {
        state.withLock { state in
            defer { state.requests.removeAll(keepingCapacity: true) }
            return state.requests
        }
    }

    func takeSubscriptions() -> [Subscription] {
        state.withLock { state in
            defer { state.subscriptions.removeAll() }
            return state.subscriptions
        }
    }

    func release() {
        state.withLock { $0.inFlight = max(0, $0.inFlight - 1) }
    }

    func clearWakeUp() {
        var count: eventfd_t = 0
        _ = eventfd_read(descriptor, &count)
    }

    /// Sleeps until the time is over or a stop is requested.
    func sleep(for duration: Duration) {
        let end = ContinuousClock.now + duration
        while !isStopping {
            let left = end - .now
            guard left > .zero else { return }
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            if poll(&waiting, 1, left.pollTimeout) > 0 { clearWakeUp() }
        }
    }
}

extension Duration {
    /// In whole milliseconds, rounded up, as poll wants it.
    var pollTimeout: Int32 {
        guard self > .zero else { return 0 }
        let (seconds, attoseconds) = components
        guard seconds < 1_000_000 else { return 1_000_000_000 }
        return Int32(seconds) * 1_000 + Int32((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
