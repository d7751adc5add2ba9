internal import Synchronization

/// A row of things that happen, kept from the first one on, so that who listens late misses nothing.
final class Recording<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        var isFinished = false
        var listeners: [AsyncStream<Element>.Continuation] = []
    }

    private let state = Mutex(State())

    /// All that has happened so far.
    var elements: [Element] { state.withLock { $0.elements } }

    /// All that has happened and will, until it is finished; each stream begins at the beginning.
    var stream: AsyncStream<Element> {
        AsyncStream { continuation in
            state.withLock { state in
                for element in state.elements { continuation.yield(element) }
                if state.isFinished {
                    continuation.finish()
                } else {
                    state.listeners.append(continuation)
                }
            }
        }
    }

    func append(_ element: Element) {
        state.withLock { state in
            state.elements.append(element)
            for listener in state.listeners { listener.yield(element) }
        }
    }

    func finish() {
        state.withLock { state in
            state.isFinished = true
            for listener in state.listeners { listener.finish() }
            state.listeners = []
        }
    }
}
