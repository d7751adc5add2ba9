import AgentConfiguration
import ExactArithmetic
import FieldBench
import Logging
import MachineClock
import StoreForward
import Synchronization
import TelemetryContract
import Testing

@testable import EdgeAgentCore

/// Cycles and their time, on a machine whose clocks the test sets, with a real spool.
@Suite struct CycleClockTests {
    private static let release: Int64 = 1_788_220_800
    private static let now: Int64 = 1_800_000_000

    /// The clocks of a machine.
    private final class Clocks: Sendable {
        private let state = Mutex(ClockReading(wall: 0, uptime: 0))
        func set(wall: Int64, uptime: Int64) {
            state.withLock { $0 = ClockReading(wall: wall * 1_000_000_000, uptime: uptime * 1_000_000_000) }
        }
        func machine(_ bootID: String) -> MachineClock { MachineClock(bootID: bootID) { self.state.withLock { $0 } } }
    }

    private struct Bench {
        let folder: TemporaryFolder
        let clocks = Clocks()
        let spool: Spool
        let maker: MessageMaker
        let board: StatusBoard

        init() async throws {
            folder = try TemporaryFolder(prefix: "clock")
            spool = try await Spool(SpoolSettings(path: folder.path("spool.db"))) { nil }
            let mac = try #require(MACAddress("aa:bb:cc:dd:ee:ff"))
            maker = MessageMaker(mac: mac, buses: try configuration().buses)
            board = StatusBoard(gateway: mac, agent: "test", certificateEnds: 0, clock: .system)
        }

        func clock(boot: String) async -> CycleClock {
            CycleClock(
                machine: clocks.machine(boot),
                judge: ClockJudge(trust: .auto, release: CycleClockTests.release, lastGood: 0),
                lastStamp: await spool.lastStamp, spool: spool, maker: maker, board: board,
                log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        }

        /// A cycle that reads so much, stored as the agent does.
        func cycle(_ clock: CycleClock, reading value: Int) async throws {
            let time = await clock.begin()
            let mac = try #require(MACAddress("aa:bb:cc:dd:ee:ff"))
            func message(_ stamp: Int64) throws -> [UInt8] {
                try TelemetryMessage(
                    gateway: mac, timestamp: #require(UTCSecond(secondsSince1970: stamp)),
                    readings: [Reading(code: "D01", value: CanonicalNumber(counted: ExactDecimal(value)), unit: "kWh")]
                ).encoded()
            }
            switch time {
            case .stamp(let stamp): _ = try await spool.append(message(stamp), stamp: stamp)
            case .uptime(let uptime): try await clock.hold(message(0), uptime: uptime)
            }
        }

        /// What is stored: each message's second and what was read.
        func stored() async throws -> [(stamp: Int64, value: String)] {
            try await spool.oldest(1_000).map { stored in
                let message = try TelemetryMessage(decoding: stored.payload)
                #expect(message.timestamp.secondsSince1970 == stored.stamp)
                return (stored.stamp, message.readings[0].value.text)
            }
        }
    }

    @Test func `cycles from 1970 are held, and bear the second in which they began as soon as the clock is set`()
        async throws
    {
        let bench = try await Bench()
        let clock = await bench.clock(boot: "one")
        for minute in 0..<3 as Range<Int64> {
            bench.clocks.set(wall: 40 + 60 * minute, uptime: 40 + 60 * minute)
            try await bench.cycle(clock, reading: Int(minute))
        }
        #expect(try await bench.stored().isEmpty)
        #expect(await bench.spool.ledger.undated == 3)
        bench.clocks.set(wall: Self.now, uptime: 220)
        try await bench.cycle(clock, reading: 3)
        let stored = try await bench.stored()
        #expect(stored.map(\.stamp) == [Self.now - 180, Self.now - 120, Self.now - 60, Self.now])
        #expect(stored.map(\.value) == ["0", "1", "2", "3"])
        #expect(await bench.spool.ledger.undated == 0)
    }

    @Test func `a process that is started again in the same boot dates what the one before held`() async throws {
        let bench = try await Bench()
        bench.clocks.set(wall: 100, uptime: 100)
        try await bench.cycle(await bench.clock(boot: "one"), reading: 1)
        bench.clocks.set(wall: Self.now, uptime: 400)
        try await bench.cycle(await bench.clock(boot: "one"), reading: 2)
        #expect(try await bench.stored().map(\.stamp) == [Self.now - 300, Self.now])
    }

    @Test func `cycles of an earlier boot are never given a time, and are counted`() async throws {
        let bench = try await Bench()
        bench.clocks.set(wall: 100, uptime: 100)
        try await bench.cycle(await bench.clock(boot: "one"), reading: 1)
        bench.clocks.set(wall: Self.now, uptime: 400)
        try await bench.cycle(await bench.clock(boot: "two"), reading: 2)
        #expect(try await bench.stored().map(\.value) == ["2"])
        #expect(await bench.spool.ledger.undated == 1)
    }

    @Test func `no stamp is given twice and none runs back, whatever the clock does`() async throws {
        let bench = try await Bench()
        let clock = await bench.clock(boot: "one")
        let weeks: Int64 = 1_209_600
        // Forward and back by two weeks, to 1970 and back again, to the release, one second at a time.
        let walls = [
            Self.now, Self.now + weeks, Self.now + weeks + 5, Self.now - weeks, Self.now, 0, 7, Self.now + 20,
            Self.release, Self.now + weeks + 40,
        ]
        for (index, wall) in walls.enumerated() {
            bench.clocks.set(wall: wall, uptime: 1_000 + 5 * Int64(index))
            try await bench.cycle(clock, reading: index)
        }
        let stamps = try await bench.stored().map(\.stamp)
        #expect(stamps.count == walls.count)
        #expect(zip(stamps, stamps.dropFirst()).allSatisfy { $0 < $1 })
        #expect(stamps.last == Self.now + weeks + 40)
    }
}
