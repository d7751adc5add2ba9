import ContractPeer
import FieldBench

/// What a gateway of the run can be struck with beyond what all are.
public enum Role: String, Sendable, Hashable, CaseIterable {
    /// A gateway like any other; there are two of them.
    case plain, other
    /// Its spool lies on a file system that can be full.
    case smallDisk = "small disk"
    /// Its wall clock can be set.
    case steppedClock = "stepped clock"
    /// Its spool can be damaged.
    case damaged = "damaged"

    /// All but the one whose spool is damaged.
    public static let usual: [Role] = [.plain, .other, .smallDisk, .steppedClock]
}

/// One kill -9, where it strikes, and what else goes wrong around it.
public struct Round: Sendable, Hashable, CustomStringConvertible {
    /// What the agent is at when it is killed.
    public enum Strike: Sendable, Hashable, CustomStringConvertible {
        /// So long after the meter's answer: the message is made, stored, offered, acknowledged, removed.
        case appending(Duration)
        /// So long after the round began: the window is full of older messages.
        case delivering(Duration)
        /// So long after a start: the spool is opened, the connection made, the first messages offered.
        case starting(Duration)

        /// The strike with its time.
        public var description: String {
            switch self {
            case .appending(let time): "\(time.milliseconds) after an answer"
            case .delivering(let time): "after \(time.milliseconds) of delivering"
            case .starting(let time): "\(time.milliseconds) after a start"
            }
        }
    }

    /// Its number, from 1.
    public let number: Int
    /// Who is killed.
    public let victim: Role
    /// When.
    public let strike: Strike
    /// What else goes wrong; mostly nothing.
    public let disturbance: Disturbance?

    /// The round as a plan prints it.
    public var description: String {
        "round \(number): kill \(victim.rawValue) \(strike)" + (disturbance.map { "; \($0)" } ?? "")
    }
}

/// All that a run will do, decided before it begins: the same seed, the same rounds.
public struct Plan: Sendable, Hashable {
    /// Where the generator began.
    public let seed: UInt64
    /// The rounds in their order.
    public let rounds: [Round]

    /// Decides so many rounds for these gateways.
    public init(seed: UInt64, rounds count: Int, gateways: [Role]) {
        self.seed = seed
        var dice = Dice(seed: seed)
        rounds = (0..<count).map { index in
            let victim = dice.pick(gateways)
            return Round(
                number: index + 1, victim: victim, strike: Self.strike(&dice),
                disturbance: dice.chance(0.4) ? Self.disturbance(of: victim, &dice) : nil)
        }
    }

    /// How many gateways are struck.
    public var gateways: Int { Set(rounds.map(\.victim)).count }

    /// How many rounds have each kind of disturbance, for the head of a report.
    public var census: [(name: String, count: Int)] {
        let counts = Dictionary(grouping: rounds) { $0.disturbance?.name ?? "nothing else" }.mapValues(\.count)
        return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { (name: $0.key, count: $0.value) }
    }

    private static func strike(_ dice: inout Dice) -> Round.Strike {
        switch dice.number(0..<10) {
        case 0..<4: .appending(dice.time(.zero, .milliseconds(12)))
        case 4..<8: .delivering(dice.time(.milliseconds(20), .milliseconds(500)))
        default: .starting(dice.time(.milliseconds(1), .milliseconds(150)))
        }
    }

    private static func disturbance(of victim: Role, _ dice: inout Dice) -> Disturbance {
        // What only this gateway can be struck with comes in half of its cases.
        switch victim {
        case .smallDisk where dice.chance(0.5):
            return .diskFull(dice.time(.milliseconds(500), .milliseconds(2_500)))
        case .steppedClock where dice.chance(0.5):
            return .clock(dice.pick([-14 * 86_400, -86_400, -3_600, -5, 0, 0, 5, 3_600, 86_400, 30 * 86_400]))
        case .damaged where dice.chance(0.5):
            return .damage(bits: dice.number(1..<4), places: dice.bits())
        default: break
        }
        let time = dice.time(.milliseconds(50), .milliseconds(900))
        switch dice.number(0..<16) {
        case 0, 1: return .cut(.reset)
        case 2: return .cut(.close)
        case 3: return .wire(.refusing, time)
        case 4: return .wire(.halfOpen, time)
        case 5: return .wire(WireConditions(toServer: .init(.swallowed)), time)
        case 6, 7: return .wire(WireConditions(toClient: .init(.swallowed)), time)
        case 8: return .wire(.held, time)
        case 9: return .wire(.throttled(bytesPerSecond: dice.number(500..<20_000)), time)
        case 10: return .wire(.roundTrip(dice.time(.milliseconds(100), .milliseconds(600))), time)
        case 11, 12: return .brokerPauses(time)
        case 13, 14: return .brokerRestarts(time)
        default: return .brokerDies
        }
    }
}

/// Decisions out of a seed, in the terms in which a plan is made.
struct Dice {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func bits() -> UInt64 { generator.next() }
    mutating func number(_ range: Range<Int>) -> Int { Int.random(in: range, using: &generator) }
    mutating func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &generator) < share }
    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[number(0..<elements.count)] }

    /// A time in whole microseconds, so that a printed plan says all of it.
    mutating func time(_ least: Duration, _ most: Duration) -> Duration {
        .microseconds(Int.random(in: Int(least / .microseconds(1))...Int(most / .microseconds(1)), using: &generator))
    }
}

extension Duration {
    /// The time as a plan prints it.
    var milliseconds: String { "\(Double(Int(self / .microseconds(1))) / 1_000) ms" }
}
