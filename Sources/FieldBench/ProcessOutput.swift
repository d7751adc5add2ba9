internal import Synchronization

/// What a process has written to one of its two outputs, kept from its first byte on.
public final class ProcessOutput: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var lineStart = 0
    }

    private let state = Mutex(State())
    private let recording = Recording<String>()

    init() {}

    /// All bytes so far.
    public var bytes: [UInt8] { state.withLock { $0.bytes } }

    /// All text so far; bytes that are not UTF-8 are replaced.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Every line, without its end, from the first one on, those already written and those to come.
    ///
    /// Each stream starts at the beginning, and ends when the process has ended.
    public var lines: AsyncStream<String> { recording.stream }

    func append(_ new: some Sequence<UInt8>) {
        // The lines are handed on under the lock, so that they stay in order; listeners are never run in it.
        state.withLock { state in
            var next = state.bytes.endIndex
            state.bytes.append(contentsOf: new)
            while let end = state.bytes[next...].firstIndex(of: UInt8(ascii: "\n")) {
                recording.append(String(decoding: state.bytes[state.lineStart..<end], as: UTF8.self))
                next = end + 1
                state.lineStart = next
            }
        }
    }

    func finish() {
        state.withLock { state in
            if state.lineStart < state.bytes.endIndex {
                recording.append(String(decoding: state.bytes[state.lineStart...], as: UTF8.self))
                state.lineStart = state.bytes.endIndex
            }
            recording.finish()
        }
    }
}
