internal import BlockingExecutor
internal import SerialPorts

/// One line under examination, and the only master on it while the probe holds the port.
public actor ProbeLine {
    private let executor = BlockingExecutor(name: "probe-line")
    private let port: ProbePort
    private var setting: ProbeSetting?
    private var lastActivity = ContinuousClock.now

    /// Runs the actor on its own thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// The silence that ends a frame for a receiver behind a USB adapter, which hands over bytes up to 16 ms late.
    static let endOfFrame: Duration = .milliseconds(20)

    /// The longest disturbance that is waited out before a question.
    static let patience: Duration = .seconds(1)

    /// Opens and claims a port.
    public init(port path: String) throws(ProbeFault) { port = try ProbePort(path: path) }

    /// Speaks with this setting from now on.
    public func use(_ setting: ProbeSetting) throws(ProbeFault) {
        guard setting != self.setting else { return }
        try port.set(setting)
        self.setting = setting
    }

    /// Listens without a word.
    ///
    /// - Parameter hearing: Is told what was heard so far, whenever something came.
    public func listen(
        for time: Duration, hearing: @Sendable (Reception) -> Void = { _ in }
    ) throws(ProbeFault) -> Reception {
        let start = ContinuousClock.now
        let errors = port.errors
        var reception = Reception()
        while true {
            let left = time - start.duration(to: .now)
            guard left > .zero, !Task.isCancelled else { break }
            let bytes = try port.receive(atMost: min(left, .milliseconds(100)))
            guard !bytes.isEmpty else { continue }
            reception.take(bytes, at: start.duration(to: .now))
            hearing(reception)
        }
        reception.errors = difference(to: errors)
        lastActivity = .now
        return reception
    }

    /// Puts one question and listens for what comes.
    ///
    /// - Parameters:
    ///   - wait: From the end of the request on the wire to the first byte of an answer.
    ///   - after: How long to go on listening once a whole answer has come, for a second voice.
    public func ask(
        _ request: ProbeRequest, wait: Duration, listeningOn after: Duration = .zero
    ) throws(ProbeFault) -> Hearing {
        guard let setting else { preconditionFailure("a line is asked only after it was given a setting") }
        let before = try settle(setting)
        let errors = port.errors
        let frame = request.frame
        try port.send(frame)
        let end = ContinuousClock.now + setting.time(ofCharacters: frame.count)
        var reception = try receive(request, setting: setting, end: end, wait: wait)
        if after > .zero, !reception.isEmpty { try goOn(&reception, end: end, for: after) }
        reception.errors = difference(to: errors)
        if !reception.isEmpty { lastActivity = .now } else { lastActivity = max(lastActivity, end) }
        return Hearing(request: request, setting: setting, before: before, after: reception)
    }

    /// Waits until t3.5 have passed since the last byte, and gives back what came although nobody had asked.
    private func settle(_ setting: ProbeSetting) throws(ProbeFault) -> Reception {
        let start = ContinuousClock.now
        var unasked = Reception()
        while start.duration(to: .now) < Self.patience {
            let left = setting.frameSilence - lastActivity.duration(to: .now)
            let bytes = try port.receive(atMost: left)
            if bytes.isEmpty, setting.frameSilence <= lastActivity.duration(to: .now) { break }
            guard !bytes.isEmpty else { continue }
            lastActivity = .now
            unasked.take(bytes, at: start.duration(to: .now))
        }
        return unasked
    }

    private func receive(
        _ request: ProbeRequest, setting: ProbeSetting, end: ContinuousClock.Instant, wait: Duration
    ) throws(ProbeFault) -> Reception {
        var reception = Reception()
        // The first byte is known only when its last bit has come.
        var deadline = end + wait + setting.time(ofCharacters: 1)
        let latest = deadline + setting.time(ofCharacters: 512) + .milliseconds(100)
        while true {
            let left = ContinuousClock.now.duration(to: min(deadline, latest))
            guard left > .zero else { break }
            let bytes = try port.receive(atMost: left)
            guard !bytes.isEmpty else { continue }
            reception.take(bytes, at: end.duration(to: .now))
            let heard = reception.bytes
            if request.answers(in: heard).contains(where: { $0.range.upperBound == heard.count }) { break }
            // An adapter that echoes gives the request back first: the answer has its whole time still before it.
            if !request.isEcho(heard) { deadline = .now + Self.endOfFrame + setting.time(ofCharacters: 2) }
        }
        return reception
    }

    private func goOn(
        _ reception: inout Reception, end: ContinuousClock.Instant, for time: Duration
    ) throws(ProbeFault) {
        var deadline = ContinuousClock.now + time
        while case let left = ContinuousClock.now.duration(to: deadline), left > .zero {
            let bytes = try port.receive(atMost: left)
            guard !bytes.isEmpty, reception.bytes.count < 4096 else { continue }
            reception.take(bytes, at: end.duration(to: .now))
            deadline = max(deadline, .now + Self.endOfFrame)
        }
    }

    private func difference(to earlier: PortErrors?) -> PortErrors? {
        guard let earlier, let now = port.errors else { return nil }
        return now.since(earlier)
    }
}

extension ProbeRequest {
    /// Whether bytes are this request itself, whole or so far, which an adapter has given back.
    func isEcho(_ bytes: [UInt8]) -> Bool {
        let frame = frame
        return !bytes.isEmpty && bytes.count <= frame.count && frame.starts(with: bytes)
    }
}
