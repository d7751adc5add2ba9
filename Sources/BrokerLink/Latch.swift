import Synchronization

/// A door that opens once and stays open, for which tasks can wait.
final class Latch: Sendable {
    private struct State {
        var isOpen = false
        var cancelled: Set<Int> = []
        var nextWaiter = 0
        var waiters: [Int: CheckedContinuation<Bool, Never>] = [:]
    }

    private let state = Mutex(State())

    func open() {
        _ = openFirst()
    }

    /// Opens the door, and says whether it was closed until now.
    func openFirst() -> Bool {
        let (wasOpen, waiters) = state.withLock { state in
            defer {
                state.isOpen = true
                state.waiters = [:]
            }
            return (state.isOpen, Array(state.waiters.values))
        }
        for waiter in waiters { waiter.resume(returning: true) }
        return !wasOpen
    }

    /// Waits until the door is open or the task is cancelled; says whether it is open.
    func wait() async -> Bool {
        let waiter = newWaiter()
        return await withTaskCancellationHandler {
            await pass(as: waiter)
        } onCancel: {
            giveUp(waiter)
        }
    }

    /// Waits until the door is open or the time is over, even in a cancelled task; says whether it is open.
    func wait(atMost limit: Duration) async -> Bool {
        let waiter = newWaiter()
        let alarm = Task {
            try? await Task.sleep(for: limit)
            giveUp(waiter)
        }
        defer { alarm.cancel() }
        return await pass(as: waiter)
    }

    private func newWaiter() -> Int {
        state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
    }

    private func pass(as waiter: Int) async -> Bool {
        await withCheckedContinuation { continuation in
            let answer: Bool? = state.withLock { state in
                if state.isOpen { return true }
                if state.cancelled.remove(waiter) != nil { return false }
                state.waiters[waiter] = continuation
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    private func giveUp(_ waiter: Int) {
        let continuation = state.withLock { state in
            let continuation = state.waiters.removeValue(forKey: waiter)
            // Whoever gives up before it waits must not wait afterwards.
            if continuation == nil && !state.isOpen { state.cancelled.insert(waiter) }
            return continuation
        }
        continuation?.resume(returning: false)
    }
}
