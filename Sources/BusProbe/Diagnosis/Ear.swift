/// Listens to a line before anything is said on it: where a master is at work, nothing may be.
struct Ear: Sendable {
    /// What was heard.
    struct Report: Sendable {
        /// With the setting that was asked for.
        var reception: Reception
        /// The slaves of somebody else's conversation, at whichever setting.
        var conversation: [UInt8] = []
        /// The setting of that conversation; nil where there is none.
        var setting: ProbeSetting?
        /// What was heard at that setting; nil where it is the one that was asked for.
        var understood: Reception?
    }

    /// As much as a whole request has; less is no conversation.
    private static let least = 8

    /// How long each other setting is listened to.
    private static let share: Duration = .milliseconds(1100)

    private let line: ProbeLine

    init(_ line: ProbeLine) { self.line = line }

    /// Listens with a setting, and where what comes is no frame, with the others: a master may speak otherwise.
    func listen(
        _ setting: ProbeSetting, for time: Duration, trying: @Sendable (ProbeSetting) -> Void = { _ in },
        hearing: @escaping @Sendable (ProbeSetting, Reception) -> Void = { _, _ in }
    ) async throws(ProbeFault) -> Report {
        try await line.use(setting)
        var report = Report(reception: try await line.listen(for: time) { hearing(setting, $0) })
        let bytes = report.reception.bytes
        if note(bytes, setting, &report) { return report }
        guard bytes.count >= Self.least, bytes.contains(where: { $0 != bytes[0] }) else { return report }
        for other in ProbeSetting.all where other != setting && other.stopBits == 1 && !Task.isCancelled {
            trying(other)
            try await line.use(other)
            let reception = try await line.listen(for: Self.share) { hearing(other, $0) }
            if note(reception.bytes, other, &report) {
                report.understood = reception
                break
            }
        }
        try await line.use(setting)
        return report
    }

    private func note(_ bytes: [UInt8], _ setting: ProbeSetting, _ report: inout Report) -> Bool {
        report.conversation = Set(Conversation.frames(in: bytes).map(\.slave)).sorted()
        if !report.conversation.isEmpty { report.setting = setting }
        return !report.conversation.isEmpty
    }
}
