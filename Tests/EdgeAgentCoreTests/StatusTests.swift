import Foundation
import Logging
import ModbusModel
import TelemetryContract
import Testing

@testable import EdgeAgentCore
@testable import StoreForward

/// What the status message says, and when.
@Suite struct StatusTests {
    private static let now: Int64 = 1_800_000_000
    private let start = ContinuousClock.now

    private var facts: GatewayFacts {
        var facts = GatewayFacts()
        facts.clock = .synchronised
        facts.certificateEnds = Self.now + 400 * 86_400
        var ledger = Ledger()
        ledger.accepted = 100
        ledger.delivered = 90
        ledger.waiting = 4
        ledger.undated = 1
        ledger.evicted.size = 2
        ledger.damaged = 1
        ledger.dropped = 1
        ledger.unknown = 1
        ledger.refused = [135: 3]
        facts.ledger = ledger
        facts.oldestStamp = Self.now - 60
        facts.connects = 3
        facts.lines = [LineFacts(name: "line")]
        return facts
    }

    private func members(_ facts: GatewayFacts) throws -> [String: Any] {
        let mac = try #require(MACAddress("aa:bb:cc:dd:ee:ff"))
        let bytes = StatusMessage.online(
            gateway: mac, at: UTCSecond(clamping: Self.now), sequence: 7, agent: "test",
            health: facts.health(at: Self.now)
        ).encoded()
        return try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }

    @Test func `the counts add up, and what is lost can be told`() throws {
        let members = try members(facts)
        let parts = ["delivered", "waiting", "undated", "evicted", "damaged", "dropped", "unknown"]
        #expect(parts.reduce(0) { $0 + (members[$1] as? Int ?? 0) } == members["accepted"] as? Int)
        #expect(facts.lost == 5)
        #expect(members["refused"] as? Int == 3)
        #expect(members["reconnects"] as? Int == 2)
        #expect(members["certificate_days"] as? Int == 400)
        #expect(members["backlog_age_seconds"] as? Int == 60)
    }

    @Test func `a clock that is not believed makes no ages`() throws {
        var facts = facts
        facts.clock = .past
        let members = try members(facts)
        #expect(members["clock"] as? String == "past")
        #expect(members["backlog_age_seconds"] == nil && members["certificate_days"] == nil)
    }

    @Test func `slaves that do not answer are named, with their lines where there are several`() throws {
        var facts = facts
        facts.lines[0].offlineSlaves = [3, 7].compactMap { SlaveAddress($0) }
        #expect(try members(facts)["slaves_offline"] as? String == "3,7")
        facts.lines = ["hall", "roof"].map { LineFacts(name: $0) }
        facts.lines[0].offlineSlaves = [3].compactMap { SlaveAddress($0) }
        facts.lines[1].offlineSlaves = [3].compactMap { SlaveAddress($0) }
        facts.lines[1].failure = "gone"
        #expect(try members(facts)["slaves_offline"] as? String == "hall:3,roof:3")
        #expect(facts.line(isConnected: true).contains("line roof failed: gone"))
    }

    @Test func `what has become worse is named, and is missing where nothing is watched`() throws {
        var facts = facts
        #expect(try members(facts)["drift"] == nil)
        facts.lines[0].drifts = []
        #expect(try members(facts)["drift"] as? String == "")
        #expect(!facts.line(isConnected: true).contains("measured"))
        facts.lines[0].drifts = [Drift(kind: .slow, slave: nil), Drift(kind: .loss, slave: SlaveAddress(3))]
        #expect(try members(facts)["drift"] as? String == "all:slow,3:loss")
        #expect(facts.line(isConnected: true).contains("; worse than measured: all:slow,3:loss"))
        facts.lines = ["hall", "roof"].map { LineFacts(name: $0) }
        facts.lines[1].drifts = [Drift(kind: .noise, slave: nil)]
        #expect(try members(facts)["drift"] as? String == "roof:all:noise")
    }

    @Test func `each change that an operator would act on is an alarm, and what grows by itself is none`() {
        let calm = facts.alarms(at: Self.now)
        let changes: [(inout GatewayFacts) -> Void] = [
            { $0.clock = .waiting }, { $0.stampsAhead = 60 }, { $0.lines[0].failure = "gone" },
            { $0.lines[0].offlineSlaves = [SlaveAddress(3)].compactMap { $0 } },
            { $0.lines[0].failedPoints = 1 }, { $0.ledger?.evicted.age = 1 }, { $0.ledger?.damaged += 1 },
            { $0.ledger?.dropped += 1 }, { $0.ledger?.unknown += 1 }, { $0.ledger?.undated = 0 },
            { $0.lines[0].drifts = [Drift(kind: .loss, slave: nil)] },
            { $0.isInMemory = true }, { $0.refusals = [135] }, { $0.oldestStamp = Self.now - 901 },
            { $0.certificateEnds = Self.now + 29 * 86_400 },
        ]
        for (index, change) in changes.enumerated() {
            var changed = facts
            change(&changed)
            #expect(changed.alarms(at: Self.now) != calm, "change \(index)")
        }
        var busy = facts
        busy.ledger?.accepted += 5
        busy.ledger?.delivered += 5
        busy.connects += 1
        busy.uptime = .seconds(5)
        busy.freeMemory = 1
        #expect(busy.alarms(at: Self.now + 5) == calm)
    }

    @Test func `a change goes out at once, the next a minute later, and without any one an hour`() {
        var pace = StatusPace()
        let calm = facts.alarms(at: Self.now)
        var failing = facts
        failing.lines[0].failure = "gone"
        let alarm = failing.alarms(at: Self.now)
        #expect(pace.wait(calm, at: start) == .zero)
        pace.said(calm, at: start)
        #expect(pace.wait(calm, at: start) == .seconds(3600))
        #expect(pace.wait(alarm, at: start + .seconds(20)) == .seconds(40))
        #expect(pace.wait(alarm, at: start + .seconds(60)) == .zero)
        pace.said(alarm, at: start + .seconds(60))
        #expect(pace.wait(alarm, at: start + .seconds(90)) == .seconds(3570))
    }

    @Test func `status messages are numbered without a gap`() throws {
        let mac = try #require(MACAddress("aa:bb:cc:dd:ee:ff"))
        let board = StatusBoard(
            gateway: mac, agent: "test", certificateEnds: Self.now,
            clock: WallClock { WallClock.Moment(seconds: Self.now) })
        board.count(from: 500)
        let texts = (0..<3).map { _ in String(decoding: board.message(), as: UTF8.self) }
        #expect(
            texts.map { $0.contains("\"seq\":501,") || $0.contains("\"seq\":502,") || $0.contains("\"seq\":503,") }
                == [true, true, true])
        #expect(Set(texts).count == 3)
    }

    @Test func `one line says the same to systemd`() {
        var facts = facts
        #expect(facts.line(isConnected: true) == "linked; 4 waiting, 90 delivered, 5 lost")
        facts.clock = .waiting
        facts.refusals = [135]
        #expect(
            facts.line(isConnected: false)
                == "no link; 4 waiting, 90 delivered, 5 lost; the broker refuses with 135; clock waiting, 1 cycles held"
        )
    }
}
