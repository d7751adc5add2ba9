import LineSimulator
import MachineTime
import Testing

extension OnTheWire {
    /// On a shared machine the master may wake late: the best of several rounds shows the line, the median must be near.
    @Suite struct Pacing {
        /// How late the bytes were against their reckoned moments, in nanoseconds, the least first.
        private struct Lateness {
            var first: [Int64] = []
            var last: [Int64] = []
            var all: [Int64] = []
            /// What the line says of itself.
            var own: [Int64] = []

            static func median(_ values: [Int64]) -> Int64 { values.sorted()[values.count / 2] }
        }

        private func measure(_ settings: SimulatedLineSettings, registers: UInt8, rounds: Int) throws -> Lateness {
            var slave = SimulatedSlave(id: 17)
            slave.set(.holdingRegisters, 0, .raw([UInt16](repeating: 0x5555, count: Int(registers))))
            let line = try SimulatedLine(settings, slaves: [slave])
            let master = try RawMaster(line.path)
            let wire = line.wireTime
            let bytes = 5 + 2 * Int(registers)
            var lateness = Lateness()
            for _ in 0..<rounds {
                try #require(master.ask(reading(0, registers), for: bytes).count == bytes)
                let begun = master.sentAt + nanoseconds(wire.frame(characters: 8) + wire.turnaround())
                let late = master.arrivals.enumerated().map { index, arrival in
                    arrival - begun - nanoseconds(wire.frame(characters: index + 1))
                }
                lateness.first.append(late[0])
                lateness.last.append(late[bytes - 1])
                lateness.all += late
                while RawMaster.now() < master.arrivals[bytes - 1] + nanoseconds(wire.silence) {}
            }
            lateness.own = line.exchanges.compactMap { $0.lateness.map(nanoseconds) }
            try #require(lateness.own.count == rounds)
            #expect(line.counters.silenceViolations == 0)
            #expect(lateness.own.max() == nanoseconds(line.counters.greatestLateness))
            return lateness
        }

        @Test(.judgesTime, arguments: [(9_600, WireTime.Format.eightN1), (19_200, .eightE1), (115_200, .eightN1)])
        func `each byte arrives at its own moment, the last as exactly as the first`(
            baud: Int,
            format: WireTime.Format
        ) throws {
            let lateness = try measure(.init(baud: baud, format: format), registers: 40, rounds: 7)
            #expect(lateness.all.allSatisfy { $0 > -200_000 }, "never early")
            #expect(try #require(lateness.first.min()) < 3_000_000)
            #expect(try #require(lateness.last.min()) < 3_000_000)
            #expect(Lateness.median(lateness.all) < 15_000_000)
            #expect(Lateness.median(lateness.own) < 2_000_000)
        }

        @Test(arguments: [0, 1, 50])
        func `a turnaround that is set explicitly is kept`(milliseconds: Int) throws {
            let line = try line()
            line.update(slave: 17) { $0.turnaround = .milliseconds(milliseconds) }
            let master = try RawMaster(line.path)
            try #require(master.ask(reading(0, 2), for: 9) == answer(0, 2))
            let exchange = try #require(line.exchanges.last)
            #expect(exchange.requestEnd == exchange.requestStart + 694_445)
            #expect(exchange.answerStart == exchange.requestEnd + Int64(milliseconds) * 1_000_000)
            #expect(exchange.answerEnd == exchange.requestEnd + Int64(milliseconds) * 1_000_000 + 781_250)
            #expect(exchange.requestStart >= master.sentAt)
            #expect(master.arrivals[8] >= exchange.answerEnd ?? .max)
        }
    }
}
