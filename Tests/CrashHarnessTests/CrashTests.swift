import CrashHarness
import FieldBench
import Testing

@Suite struct CrashTests {
    @Test(.timeLimit(.minutes(6)))
    func `nothing that was stored is lost in a hundred kills under load`() async throws {
        // A new seed each time: the harness looks for what nobody has thought of. The report says which it was.
        let plan = Plan(seed: .random(in: 1...999_999_999), rounds: 100, gateways: Role.usual)
        let outcome = try await CrashRun(plan, agent: Repository.binary("edge-agent"), backlog: 10_000).run()
        print(CrashReport(plan, outcome))
        #expect(outcome.holds, "\(CrashReport(plan, outcome))")
        #expect(outcome.kills >= 100)
    }

    @Test(.timeLimit(.minutes(6)))
    func `a run without a kill has no duplicate`() async throws {
        let plan = Plan(seed: 1, rounds: 0, gateways: [.plain])
        let outcome = try await CrashRun(plan, agent: Repository.binary("edge-agent"), backlog: 1_000, roles: [.plain])
            .run()
        #expect(outcome.holds, "\(CrashReport(plan, outcome))")
        let verdict = try #require(outcome.verdicts[.plain])
        #expect(verdict.delivered >= 1_000 && verdict.duplicates == 0 && verdict.brokerRepeats == 0)
    }
}
