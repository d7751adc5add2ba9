import FieldBench
import Foundation

/// A plan carried out on a field, and the verdicts at its end.
public final class CrashRun {
    /// What the run found.
    public struct Outcome: Sendable {
        /// The verdict on each gateway.
        public let verdicts: [Role: Verdict]
        /// How many times an agent was killed.
        public let kills: Int
        /// How long the run took.
        public let time: Duration
        /// Whether the guarantee held everywhere.
        public var holds: Bool { verdicts.values.allSatisfy { $0.findings.isEmpty } }
    }

    private let plan: Plan
    private let field: CrashField
    private var kills = 0

    /// Makes the field for a plan.
    ///
    /// - Parameters:
    ///   - plan: What will happen.
    ///   - agent: The path of the agent's executable.
    ///   - backlog: How many messages each gateway has stored before the run.
    ///   - roles: The gateways; those that the plan strikes, unless given.
    public init(_ plan: Plan, agent: String, backlog: Int, roles: [Role]? = nil) async throws {
        self.plan = plan
        let roles = roles ?? Role.allCases.filter { role in plan.rounds.contains { $0.victim == role } }
        field = try await CrashField(roles, agent: agent, backlog: backlog)
    }

    /// Carries the plan out; `progress` is told of each round as it begins.
    public func run(progress: (Round) -> Void = { _ in }) async throws -> Outcome {
        let start = ContinuousClock.now
        for gateway in field.gateways.values { try gateway.start() }
        for round in plan.rounds {
            guard let victim = field.gateways[round.victim] else { continue }
            progress(round)
            try await perform(round, on: victim)
        }
        let verdicts = try await settle()
        return Outcome(verdicts: verdicts, kills: kills, time: start.duration(to: .now))
    }

    private func perform(_ round: Round, on victim: CrashGateway) async throws {
        let trouble = Trouble(round.disturbance, victim, field)
        if case .starting(let time) = round.strike {
            // So that it is killed while it starts, it has to start.
            try await kill(victim)
            try await trouble.begin()
            try victim.start()
            try await Task.sleep(for: time)
        } else {
            try await trouble.begin()
            switch round.strike {
            case .appending(let time):
                try await victim.nextAnswer(within: .milliseconds(500))
                try await Task.sleep(for: time)
            case .delivering(let time), .starting(let time): try await Task.sleep(for: time)
            }
        }
        try await kill(victim)
        try trouble.whileDead()
        try victim.start()
        try await trouble.end()
    }

    private func kill(_ victim: CrashGateway) async throws {
        try await victim.kill()
        kills += 1
    }

    /// Lets everything recover, waits until all that was promised is there or nothing comes any more, and judges.
    private func settle() async throws -> [Role: Verdict] {
        if !field.broker.isRunning { try await field.broker.start() }
        for gateway in field.gateways.values {
            try gateway.relay.set(.perfect)
            try gateway.clock?.step(to: 0)
            gateway.disk?.empty()
            try gateway.start()
        }
        for gateway in field.gateways.values { await allHasCome(from: gateway) }
        for gateway in field.gateways.values { try await gateway.stop() }
        try await field.passMark()
        return field.gateways.mapValues { Verdict(of: field.evidence(of: $0)) }
    }

    /// Waits as long as what is missing gets less.
    private func allHasCome(from gateway: CrashGateway) async {
        let patience: Duration = .seconds(45)
        var fewest = Int.max
        var last = ContinuousClock.now
        while last.duration(to: .now) < patience {
            let missing = Verdict(of: field.evidence(of: gateway)).count(.lost)
            if missing == 0 { return }
            if missing < fewest { (fewest, last) = (missing, .now) }
            try? await Task.sleep(for: .milliseconds(200))
        }
    }
}
