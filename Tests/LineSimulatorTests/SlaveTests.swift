import LineSimulator
import Testing

extension OnTheWire {
    @Suite struct Slaves {
        /// A slave with the values of the examples in the application protocol V1.1b3, sections 6.1 to 6.12.
        private func exampleSlave() -> SimulatedSlave {
            var slave = SimulatedSlave(id: 17, turnaround: .milliseconds(3))
            func place(_ bytes: [UInt8], _ count: Int, _ table: SimulatedSlave.Table, at address: UInt16) {
                for index in 0..<count {
                    slave.set(table, address + UInt16(index), .bit(bytes[index / 8] >> UInt8(index % 8) & 1 == 1))
                }
            }
            place([0xCD, 0x6B, 0x05], 19, .coils, at: 0x13)
            place([0xAC, 0xDB, 0x35], 22, .discreteInputs, at: 0xC4)
            slave.set(.coils, 0xAC, .bit(false))
            slave.set(.holdingRegisters, 0x6B, .raw([0x022B, 0x0000, 0x0064]))
            slave.set(.holdingRegisters, 1, .raw([0, 0]))
            slave.set(.inputRegisters, 8, .fixed(10, as: .uint16))
            return slave
        }

        @Test(
            arguments: [
                ([0x01, 0x00, 0x13, 0x00, 0x13], [0x01, 0x03, 0xCD, 0x6B, 0x05]),
                ([0x02, 0x00, 0xC4, 0x00, 0x16], [0x02, 0x03, 0xAC, 0xDB, 0x35]),
                ([0x03, 0x00, 0x6B, 0x00, 0x03], [0x03, 0x06, 0x02, 0x2B, 0x00, 0x00, 0x00, 0x64]),
                ([0x04, 0x00, 0x08, 0x00, 0x01], [0x04, 0x02, 0x00, 0x0A]),
                ([0x05, 0x00, 0xAC, 0xFF, 0x00], [0x05, 0x00, 0xAC, 0xFF, 0x00]),
                ([0x06, 0x00, 0x01, 0x00, 0x03], [0x06, 0x00, 0x01, 0x00, 0x03]),
                ([0x0F, 0x00, 0x13, 0x00, 0x0A, 0x02, 0xCD, 0x01], [0x0F, 0x00, 0x13, 0x00, 0x0A]),
                ([0x10, 0x00, 0x01, 0x00, 0x02, 0x04, 0x00, 0x0A, 0x01, 0x02], [0x10, 0x00, 0x01, 0x00, 0x02]),
            ] as [([UInt8], [UInt8])]
        )
        func `each function answers as the specification's example does`(request: [UInt8], body: [UInt8]) throws {
            let line = try SimulatedLine(.init(baud: 115_200), slaves: [exampleSlave()])
            let master = try RawMaster(line.path)
            let expected = sealed([17] + body)
            #expect(master.ask([17] + request, for: expected.count) == expected)
            let exchange = try #require(line.exchanges.last)
            #expect(exchange.request == sealed([17] + request))
            #expect(exchange.answer == expected)
            #expect(exchange.function == request[0])
            #expect(exchange.faults.isEmpty && !exchange.wasIgnored)
        }

        @Test(
            arguments: [
                // Functions that are not there.
                ([7], 1), ([43, 14, 1, 0], 1), ([8, 0, 0, 0, 0], 1),
                // Addresses that are not there, first or last.
                ([3, 0, 10, 0, 1], 2), ([3, 0, 9, 0, 2], 2), ([4, 0, 0, 0, 1], 2), ([1, 0, 0, 0, 1], 2),
                ([2, 0, 0, 0, 1], 2), ([5, 0, 0, 0, 0], 2), ([6, 0, 10, 0, 0], 2), ([3, 0xFF, 0xFF, 0, 2], 2),
                ([16, 0, 9, 0, 2, 4, 0, 0, 0, 0], 2), ([15, 0, 0, 0, 1, 1, 1], 2),
                // Counts and values outside the ranges of the specification.
                ([3, 0, 0, 0, 0], 3), ([3, 0, 0, 0, 126], 3), ([4, 0, 0, 0, 126], 3), ([1, 0, 0, 0, 0], 3),
                ([1, 0, 0, 0x07, 0xD1], 3), ([2, 0, 0, 0x07, 0xD1], 3), ([5, 0, 0, 1, 0], 3),
                ([16, 0, 0, 0, 0, 0], 3), ([16, 0, 0, 0, 2, 2, 0, 0], 3), ([15, 0, 0, 0, 9, 1, 1], 3),
            ] as [([UInt8], UInt8)]
        )
        func `what a slave cannot do draws the exception of the specification`(
            request: [UInt8],
            code: UInt8
        ) throws {
            let line = try line()
            let master = try RawMaster(line.path)
            #expect(master.ask([17] + request, for: 5) == sealed([17, request[0] | 0x80, code]))
        }

        @Test func `what was written is read back, in registers and coils`() throws {
            let line = try SimulatedLine(.init(baud: 115_200), slaves: [exampleSlave()])
            let master = try RawMaster(line.path)
            #expect(master.ask([17, 16, 0, 1, 0, 2, 4, 0, 10, 1, 2], for: 8).count == 8)
            #expect(master.ask([17, 6, 0, 1, 0xAB, 0xCD], for: 8).count == 8)
            #expect(master.ask([17, 3, 0, 1, 0, 2], for: 9) == sealed([17, 3, 4, 0xAB, 0xCD, 1, 2]))
            #expect(master.ask([17, 15, 0, 0x13, 0, 10, 2, 0x55, 2], for: 8).count == 8)
            #expect(master.ask([17, 5, 0, 0x13, 0, 0], for: 8).count == 8)
            #expect(master.ask([17, 1, 0, 0x13, 0, 12], for: 7) == sealed([17, 1, 2, 0x54, 0x0A]))
            #expect(
                line.exchanges.map(\.words) == [
                    [10, 0x0102], [0xABCD], [0xABCD, 0x0102], [1, 0, 1, 0, 1, 0, 1, 0, 0, 1], [0],
                    [0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 0, 1],
                ]
            )
        }

        @Test func `a broadcast is carried out by all and answered by none`() throws {
            let line = try line(with: [meter(18)])
            let master = try RawMaster(line.path)
            master.send(sealed([0, 6, 0, 0, 0x12, 0x34]))
            #expect(eventually { line.exchanges.count == 1 })
            #expect(master.receive(patience: .milliseconds(30)) == [])
            for id in [17, 18] as [UInt8] {
                #expect(master.ask(reading(0, 1, of: id), for: 7) == sealed([id, 3, 2, 0x12, 0x34]))
            }
            #expect(line.counters.broadcasts == 1)
            #expect(line.counters.answers == 2)
        }

        @Test func `a slave that is not there stays silent`() throws {
            let line = try line()
            let master = try RawMaster(line.path)
            master.send(sealed(reading(0, 1, of: 99)))
            #expect(eventually { line.exchanges.count == 1 })
            #expect(master.receive(patience: .milliseconds(30)) == [])
            #expect(line.counters.unknownSlaves == 1)
            #expect(line.exchanges.map(\.wasIgnored) == [true])
            try line.add(meter(99))
            #expect(master.ask(reading(0, 1, of: 99), for: 7) == answer(0, 1, of: 99))
            line.remove(slave: 99)
            master.send(sealed(reading(0, 1, of: 99)))
            #expect(eventually { line.exchanges.count == 3 })
            #expect(master.receive(patience: .milliseconds(30)) == [])
        }

        @Test(arguments: [2, 3] as [UInt8])
        func `a slave may give fewer registers than the specification`(code: UInt8) throws {
            let line = try line()
            line.update(slave: 17) { slave in
                slave.maximumRegisters = 4
                slave.maximumException = code
            }
            let master = try RawMaster(line.path)
            #expect(master.ask(reading(0, 4), for: 13) == answer(0, 4))
            #expect(master.ask(reading(0, 5), for: 5) == sealed([17, 0x83, code]))
        }

        @Test func `a slave may know fewer functions`() throws {
            let line = try line()
            line.update(slave: 17) { $0.functions = [4] }
            let master = try RawMaster(line.path)
            #expect(master.ask(reading(0, 1), for: 5) == sealed([17, 0x83, 1]))
            #expect(!line.update(slave: 18) { _ in })
        }

        @Test func `a value of several registers is of one piece in each answer`() throws {
            let line = try line()
            line.update(slave: 17) { slave in
                slave.set(.inputRegisters, 0, .counting(from: 65_534, by: 1, per: .read, as: .uint32))
                slave.set(.inputRegisters, 2, .counting(from: 0, by: 10, per: .read, as: .uint16))
            }
            let master = try RawMaster(line.path)
            let seen = (0..<3).map { _ in master.ask([17, 4, 0, 0, 0, 3], for: 11) }
            #expect(
                seen == [
                    sealed([17, 4, 6, 0, 0, 0xFF, 0xFE, 0, 0]), sealed([17, 4, 6, 0, 0, 0xFF, 0xFF, 0, 10]),
                    sealed([17, 4, 6, 0, 1, 0, 0, 0, 20]),
                ]
            )
        }

        @Test func `a slave is changed while the line runs`() throws {
            let line = try line()
            let master = try RawMaster(line.path)
            line.update(slave: 17) { slave in
                slave.set(.holdingRegisters, 3, .fixed(7, as: .uint16))
                slave.remove(.holdingRegisters, 8...9)
            }
            #expect(master.ask(reading(3, 1), for: 7) == sealed([17, 3, 2, 0, 7]))
            #expect(master.ask(reading(8, 1), for: 5) == sealed([17, 0x83, 2]))
        }
    }
}
