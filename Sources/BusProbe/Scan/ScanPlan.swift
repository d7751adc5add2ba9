/// What a scan will ask, in which order, and how long that takes.
public struct ScanPlan: Sendable, Hashable, Codable {
    /// Some addresses, asked one after the other with one setting.
    public struct Step: Sendable, Hashable, Codable {
        /// Speed and form of character.
        public let setting: ProbeSetting
        /// The addresses, 1 to 247, in the order in which they are asked.
        public let addresses: [UInt8]
        /// How long each may take to begin its answer.
        public let wait: Duration

        /// How long it takes if nobody answers.
        public var duration: Duration {
            let each = setting.time(ofCharacters: 9) + max(wait, setting.frameSilence) + ScanPlan.overhead
            return each * addresses.count
        }
    }

    /// How long nearly every meter needs at the most: with it all addresses are tried first.
    public static let shortWait: Duration = .milliseconds(42)

    /// The same where many settings are to be tried.
    public static let shortestWait: Duration = .milliseconds(36)

    /// How long the slowest are waited for.
    public static let longWait: Duration = .milliseconds(300)

    /// What the system adds to each question.
    static let overhead: Duration = .microseconds(300)

    /// The addresses that meters leave the factory with, or are given first.
    static let likely: ClosedRange<UInt8> = 1...12

    /// The steps, in order.
    public private(set) var steps: [Step]

    /// A plan for some settings and addresses.
    ///
    /// One setting: all addresses with the short wait. Several: first the likely addresses with every common setting,
    /// then with the others, then the rest of the addresses in the same order, so that what is most probable is found
    /// within seconds and the rest after minutes. Two stop bits are tried for the likely addresses: a slave that hears
    /// one stop bit only with two is rare.
    public init(settings: [ProbeSetting], addresses: [UInt8]) {
        let first = addresses.filter(Self.likely.contains)
        let rest = addresses.filter { !Self.likely.contains($0) }
        let rounds = settings.count == 1 ? [addresses] : [first, rest]
        let (common, others) = (
            settings.filter(ProbeSetting.common.contains), settings.filter { !ProbeSetting.common.contains($0) }
        )
        steps = []
        let wait = settings.count == 1 ? Self.shortWait : Self.shortestWait
        for (round, group) in [(0, common), (0, others), (1, common), (1, others)] where round < rounds.count {
            for setting in group where !rounds[round].isEmpty && (round == 0 || setting.isDistinct(among: settings)) {
                steps.append(Step(setting: setting, addresses: rounds[round], wait: wait))
            }
        }
    }

    private init(steps: [Step]) { self.steps = steps }

    /// How long it takes if nobody answers.
    public var duration: Duration { steps.reduce(.zero) { $0 + $1.duration } }

    /// The same addresses once more, with patience for slow slaves, as far as they were not found.
    public func patient(without found: Set<UInt8>, setting: ProbeSetting? = nil) -> ScanPlan {
        var addresses: [ProbeSetting: [UInt8]] = [:]
        var order: [ProbeSetting] = []
        for step in steps where setting == nil || step.setting == setting {
            if addresses[step.setting] == nil { order.append(step.setting) }
            addresses[step.setting, default: []] += step.addresses.filter { !found.contains($0) }
        }
        return ScanPlan(
            steps: order.map { Step(setting: $0, addresses: (addresses[$0] ?? []).sorted(), wait: Self.longWait) })
    }

    /// What is left of the plan from an address of a step on.
    public func rest(from step: Int, address: Int) -> ScanPlan {
        guard steps.indices.contains(step) else { return ScanPlan(steps: []) }
        let current = steps[step]
        let left = Step(
            setting: current.setting, addresses: Array(current.addresses.dropFirst(address)), wait: current.wait)
        return ScanPlan(steps: (left.addresses.isEmpty ? [] : [left]) + steps.dropFirst(step + 1))
    }
}

extension ProbeSetting {
    /// Whether no other setting of a plan differs from it in the second stop bit only.
    fileprivate func isDistinct(among settings: [ProbeSetting]) -> Bool {
        stopBits == 1 || !settings.contains(ProbeSetting(baud: baud, parity: parity))
    }
}
