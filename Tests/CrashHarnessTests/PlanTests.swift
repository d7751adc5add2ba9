import CrashHarness
import Testing

@Suite struct PlanTests {
    @Test func `the same seed gives the same rounds, another seed others`() {
        let plan = Plan(seed: 7, rounds: 300, gateways: Role.usual)
        #expect(plan == Plan(seed: 7, rounds: 300, gateways: Role.usual))
        #expect(plan.rounds != Plan(seed: 8, rounds: 300, gateways: Role.usual).rounds)
        #expect(Plan(seed: 7, rounds: 100, gateways: Role.usual).rounds[...] == plan.rounds.prefix(100))
    }

    @Test func `each kind of fault and of kill comes, and only to whom it can come`() {
        let rounds = Plan(seed: 1, rounds: 3_000, gateways: Role.allCases).rounds
        let names = Set(rounds.compactMap(\.disturbance?.name))
        #expect(names.count == 15, "\(names.sorted())")
        for round in rounds {
            switch round.disturbance {
            case .diskFull: #expect(round.victim == .smallDisk)
            case .clock: #expect(round.victim == .steppedClock)
            case .damage: #expect(round.victim == .damaged)
            default: break
            }
        }
        let strikes = Dictionary(grouping: rounds) { round in
            switch round.strike {
            case .appending: 0
            case .delivering: 1
            case .starting: 2
            }
        }
        #expect(strikes.values.allSatisfy { $0.count > 400 } && strikes.count == 3)
        #expect(rounds.count { $0.disturbance == nil } > 1_500, "most kills come alone")
    }
}
