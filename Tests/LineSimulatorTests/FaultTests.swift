import LineSimulator
import Testing

extension OnTheWire {
    @Suite struct Faults {
        private let intact = answer(0, 2)

        /// All that comes in answer to a read of two registers under a fault that strikes once, then heals.
        private func received(_ kinds: [Fault.Kind]) throws -> [UInt8] {
            let line = try line()
            for kind in kinds {
                line.inject(Fault(kind, .next(1)), on: 17)
            }
            let master = try RawMaster(line.path)
            master.send(sealed(reading(0, 2)))
            try #require(eventually { !line.exchanges.isEmpty })
            let exchange = try #require(line.exchanges.first)
            let echoed = kinds.contains(.echo) ? exchange.request.count : 0
            // What the line says it has sent, and whatever comes besides.
            let bytes =
                master.receive(echoed + exchange.answer.count) + master.receive(patience: .milliseconds(60))
            #expect(exchange.faults == kinds)
            if !kinds.contains(.echo) { #expect(exchange.answer == bytes) }
            #expect(exchange.words == (bytes.isEmpty || bytes.count == 5 ? [] : [100, 101]))
            #expect(master.ask(reading(0, 2), for: 9) == intact, "a fault of one answer is over with it")
            return bytes
        }

        @Test func `a dead slave stays silent`() throws {
            #expect(try received([.dead]) == [])
        }

        @Test func `a wrong checksum changes nothing but the checksum`() throws {
            let bytes = try received([.badCRC])
            try #require(bytes.count == 9)
            #expect(bytes.dropLast(2) == intact.dropLast(2))
            #expect(bytes[7] != intact[7] && bytes[8] != intact[8])
        }

        @Test func `bytes are lost from the middle`() throws {
            #expect(try received([.lostBytes(3, from: .middle)]) == Array(intact[..<3] + intact[6...]))
        }

        @Test func `bytes are lost from the end`() throws {
            #expect(try received([.lostBytes(2, from: .end)]) == Array(intact[..<7]))
        }

        @Test func `a frame is cut`() throws {
            #expect(try received([.truncated(to: 4)]) == Array(intact[..<4]))
        }

        @Test func `noise comes before and after a frame`() throws {
            let bytes = try received([.noiseBefore(3), .noiseAfter(2)])
            try #require(bytes.count == 14)
            #expect(Array(bytes[3..<12]) == intact)
        }

        @Test func `an adapter echoes the request, then the answer comes`() throws {
            #expect(try received([.echo]) == sealed(reading(0, 2)) + intact)
        }

        @Test func `a slave refuses with any exception, and when busy with 6`() throws {
            #expect(try received([.exception(4)]) == sealed([17, 0x83, 4]))
            #expect(try received([.busy]) == sealed([17, 0x83, 6]))
        }

        @Test func `an answer names another slave or another function`() throws {
            #expect(try received([.wrongSlave(18)]) == sealed([18] + intact[1..<7]))
            #expect(try received([.wrongFunction(4)]) == sealed([17, 4] + intact[2..<7]))
        }

        @Test func `an answer is sent twice`() throws {
            #expect(try received([.duplicated]) == intact + intact)
        }

        @Test func `faults act together`() throws {
            #expect(try received([.wrongSlave(18), .lostBytes(1, from: .end), .duplicated]).count == 16)
        }

        @Test func `blocks that cover an address are refused, others are not`() throws {
            let line = try line()
            line.inject(Fault(.refused(.holdingRegisters, 4...5)), on: 17)
            let master = try RawMaster(line.path)
            #expect(master.ask(reading(0, 4), for: 13) == answer(0, 4))
            #expect(master.ask(reading(0, 5), for: 5) == sealed([17, 0x83, 2]))
            #expect(master.ask(reading(5, 1), for: 5) == sealed([17, 0x83, 2]))
            #expect(master.ask(reading(6, 1), for: 7) == answer(6, 1))
            line.clearFaults(on: 17)
            #expect(master.ask(reading(0, 5), for: 15) == answer(0, 5))
        }

        @Test func `a stale answer is the one before, and the first cannot be stale`() throws {
            let line = try line()
            line.inject(Fault(.stale, .next(1)))
            let master = try RawMaster(line.path)
            #expect(master.ask(reading(0, 2), for: 9) == answer(0, 2))
            #expect(master.ask(reading(4, 2), for: 9) == answer(0, 2))
            #expect(master.ask(reading(4, 2), for: 9) == answer(4, 2))
            #expect(line.exchanges.map(\.faults) == [[], [.stale], []])
            #expect(line.exchanges.map(\.words) == [[100, 101], [104, 105], [104, 105]])
        }

        @Test func `a slow answer comes so much later`() throws {
            let line = try line()
            line.inject(Fault(.slow(by: .milliseconds(40))))
            let master = try RawMaster(line.path)
            try #require(master.ask(reading(0, 2), for: 9) == intact)
            let exchange = try #require(line.exchanges.last)
            #expect(exchange.answerStart == exchange.requestEnd + 43_000_000)
            #expect(master.arrivals[0] - master.sentAt > 43_000_000)
        }

        @Test func `a late answer comes when the master asks for the next one, and so does every later one`() throws {
            let line = try line()
            line.inject(Fault(.late(after: .seconds(2)), .next(1)))
            let master = try RawMaster(line.path)
            master.send(sealed(reading(0, 2)))
            #expect(master.receive(patience: .milliseconds(20)) == [])
            master.send(sealed(reading(4, 2)))
            #expect(master.receive(9) == answer(0, 2))
            #expect(master.receive(9) == answer(4, 2))
            let exchanges = line.exchanges
            try #require(exchanges.count == 2)
            #expect(exchanges[0].answerStart == exchanges[0].requestEnd + 2_000_000_000)
        }

        @Test func `a late answer waits until the line is free`() throws {
            // At 9600 baud the second slave's answer is on the wire from 20 to 42 ms, and the late one is due at 38 ms.
            let line = try line(.init(baud: 9_600), with: [meter(18, first: 50)])
            line.inject(Fault(.late(after: .milliseconds(30))), on: 17)
            let master = try RawMaster(line.path)
            master.send(sealed(reading(0, 2)) + sealed(reading(0, 8, of: 18)))
            #expect(master.receive(21) == answer(0, 8, of: 18, first: 50))
            #expect(master.receive(9) == answer(0, 2))
            let exchanges = line.exchanges
            try #require(exchanges.count == 2)
            #expect(exchanges.map(\.slave) == [18, 17])
            #expect(exchanges[1].answerStart == exchanges[0].answerEnd)
            #expect(try #require(exchanges[1].answerStart) > exchanges[1].requestEnd + 30_000_000)
        }

        @Test func `a fault stays with its slave, or strikes all`() throws {
            let line = try line(with: [meter(18)])
            let master = try RawMaster(line.path)
            line.inject(Fault(.busy), on: 18)
            #expect(master.ask(reading(0, 1), for: 7) == answer(0, 1))
            #expect(master.ask(reading(0, 1, of: 18), for: 5) == sealed([18, 0x83, 6]))
            line.clearFaults()
            line.inject(Fault(.exception(4), .next(2)))
            #expect(master.ask(reading(0, 1), for: 5) == sealed([17, 0x83, 4]))
            #expect(master.ask(reading(0, 1, of: 18), for: 5) == sealed([18, 0x83, 4]))
            #expect(master.ask(reading(0, 1), for: 7) == answer(0, 1))
        }

        @Test func `a refused write is not carried out, a lost answer's is`() throws {
            let line = try line()
            let master = try RawMaster(line.path)
            line.inject(Fault(.busy, .next(1)))
            #expect(master.ask([17, 6, 0, 0, 0, 1], for: 5) == sealed([17, 0x86, 6]))
            #expect(master.ask(reading(0, 1), for: 7) == answer(0, 1))
            line.inject(Fault(.truncated(to: 0), .next(1)))
            master.send(sealed([17, 6, 0, 0, 0, 1]))
            #expect(master.receive(patience: .milliseconds(30)) == [])
            #expect(master.ask(reading(0, 1), for: 7) == sealed([17, 3, 2, 0, 1]))
        }

        @Test func `the same seed gives the same run, another seed another`() throws {
            func run(_ seed: UInt64) throws -> [[UInt8]] {
                let line = try line(.init(baud: 115_200, seed: seed))
                line.inject(Fault(.exception(4), .probability(0.5)))
                line.inject(Fault(.noiseAfter(2)))
                let master = try RawMaster(line.path)
                return try (0..<24).map { _ in
                    master.send(sealed(reading(0, 1)))
                    let head = master.receive(5)
                    try #require(head.count == 5)
                    return head + master.receive(head[1] == 3 ? 4 : 2)
                }
            }
            let first = try run(1)
            #expect(try run(1) == first)
            #expect(try run(2) != first)
            #expect(first.contains { $0[1] == 3 } && first.contains { $0[1] == 0x83 })
        }
    }
}
