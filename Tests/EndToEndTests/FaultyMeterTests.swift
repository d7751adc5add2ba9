import ExactArithmetic
import FieldBench
import LineSimulator
import MachineTime
import TelemetryContract
import Testing

extension EndToEnd {
    @Suite struct FaultyMeterTests {
        @Test func `a dead meter is left out, the others go on, and it is back when it answers again`() async throws {
            let gateway = try await plainGateway(3)
            let subscriber = try await gateway.subscribe()
            try gateway.start()
            try await subscriber.waitForMessages(2)
            gateway.line.inject(Fault(.dead), on: 2)
            try await gateway.says("a slave is offline")
            try await eventually("the others are published without it", within: .seconds(20)) {
                try telemetry(subscriber).last?.readings.map(\.code) == ["P1-0", "P1-1", "P3-0", "P3-1"]
            }
            let before = subscriber.received.count
            try await subscriber.waitForMessages(before + 2)
            // The others go on at their pace: not one second is skipped, although each attempt waits for its timeout.
            let seconds = try telemetry(subscriber).map(\.timestamp.secondsSince1970)
            #expect(zip(seconds, seconds.dropFirst()).count { $1 - $0 > 2 } <= 1, "\(seconds)")
            gateway.line.clearFaults()
            try await gateway.says("a slave is back", within: .seconds(30))
            try await eventually("its points are back", within: .seconds(10)) {
                try telemetry(subscriber).last?.readings.count == 6
            }
            // Never a zero and never a value of another register.
            for reading in try telemetry(subscriber).flatMap(\.readings) {
                let numbers = reading.code.dropFirst().split(separator: "-").compactMap { Int($0) }
                #expect(reading.value.text == String(100 * numbers[0] + numbers[1]))
            }
        }

        @Test func `a line on which nothing answers sends nothing, and recovers`() async throws {
            let gateway = try await plainGateway(2)
            gateway.line.inject(Fault(.dead))
            let subscriber = try await gateway.subscribe()
            try gateway.start()
            try await gateway.says("nothing on the line answers", within: .seconds(20))
            #expect(subscriber.received.isEmpty)
            gateway.line.clearFaults()
            try await subscriber.waitForMessages(1, within: .seconds(40))
            try await gateway.says("the line answers again")
            #expect(gateway.log.components(of: "nothing on the line answers") == 1)
            #expect(!gateway.log.contains("a slave is offline"), "one message for the line, and none for each slave")
            #expect(gateway.agent?.isRunning == true)
        }

        @Test func `a register that is refused and one that holds NaN cost their own points only`() async throws {
            var meter = SimulatedSlave(id: 1, turnaround: .milliseconds(5))
            meter.set(.holdingRegisters, 0, .fixed(7, as: .uint16))
            meter.set(.holdingRegisters, 4, .raw([0x7FC0, 0x0000]))
            meter.set(.holdingRegisters, 6, .fixed(65_535, as: .uint16))
            let yaml = """
                  - id: 1
                    points:
                      - { code: OK, register: 40001, type: uint16, unit: V }
                      - { code: GONE, register: 40003, type: uint16, unit: V }
                      - { code: NAN, register: 40005, type: float32, unit: V }
                      - { code: FULL, register: 40007, type: uint16, unit: V }

                """
            let gateway = try await Gateway(slaves: yaml, on: [meter])
            let subscriber = try await gateway.subscribe()
            try gateway.start()
            try await subscriber.waitForMessages(2)
            for message in try telemetry(subscriber) {
                #expect(message.readings.map(\.code) == ["OK", "FULL"])
                #expect(message.readings.map(\.value.text) == ["7", "65535"], "65535 is a value like any other")
            }
            try await gateway.says("code=GONE")
            try await gateway.says("code=NAN")
            #expect(gateway.log.components(of: "code=GONE") == 1, "once per change, not once per cycle")
        }

        @Test func `a register that is refused costs its own point, and is back when it is read again`() async throws {
            let gateway = try await plainGateway(2, points: 3)
            let subscriber = try await gateway.subscribe()
            try gateway.start()
            try await subscriber.waitForMessages(1)
            gateway.line.inject(Fault(.refused(.holdingRegisters, 1...1)), on: 1)
            try await gateway.says("a point cannot be read")
            try await eventually("the others are published without it", within: .seconds(20)) {
                try telemetry(subscriber).last?.readings.map(\.code) == ["P1-0", "P1-2", "P2-0", "P2-1", "P2-2"]
            }
            #expect(!gateway.log.contains("a slave is offline"), "an exception is an answer")
            gateway.line.clearFaults()
            try await gateway.says("a point is read again")
            try await eventually("all points are back", within: .seconds(10)) {
                try telemetry(subscriber).last?.readings.count == 6
            }
            for message in try telemetry(subscriber) {
                #expect(message.readings.allSatisfy { $0.code != "P1-1" || $0.value.text == "101" })
            }
        }

        @Test func `a late answer of one meter does not cost another its turn`() async throws {
            // So slow that the silence before a request, 32 ms, is long beside what a busy machine adds.
            let gateway = try await plainGateway(2, baud: 1_200, packetSize: 1)
            gateway.poll = "{ interval: 1s, timeout: 60ms, attempts: 10, backoff: 300ms }"
            let subscriber = try await gateway.subscribe()
            // It comes when the master has just given up, and lasts into what the master would ask next.
            gateway.line.inject(Fault(.late(after: .milliseconds(72)), .next(5)), on: 1)
            try gateway.start()
            try await eventually("the faults are used up", within: .seconds(60)) {
                gateway.line.exchanges.count { !$0.faults.isEmpty } == 5
            }
            try await subscriber.waitForMessages(subscriber.received.count + 1)
            #expect(try await gateway.agent?.stop() == .status(0))
            let messages = try telemetry(subscriber)
            #expect(messages.allSatisfy { $0.readings.suffix(2).map(\.code) == ["P2-0", "P2-1"] })
            let asked = gateway.line.exchanges.count { $0.slave == 2 }
            #expect(asked <= messages.count + 2, "it is asked once a cycle; one may have been under way when it ended")
            #expect(gateway.line.counters.silenceViolations == 0)
        }

        @Test(.judgesValues)
        func `late answers never reach the broker as another register's value`() async throws {
            var meter = SimulatedSlave(id: 1, turnaround: .milliseconds(5))
            var yaml = "  - id: 1\n    max_gap: 0\n    points:\n"
            for block in 0..<4 {
                for register in 0..<2 {
                    let address = 20 * block + register
                    meter.set(.holdingRegisters, UInt16(address), .fixed(1_000 + address, as: .uint16))
                    yaml +=
                        "      - { code: R\(address), register: \(40001 + address), type: uint16, unit: V }\n"
                }
            }
            let gateway = try await Gateway(slaves: yaml, on: [meter])
            gateway.poll = "{ interval: 1s, timeout: 60ms, backoff: 100ms }"
            let subscriber = try await gateway.subscribe()
            gateway.line.inject(Fault(.late(after: .milliseconds(90)), .probability(0.25)), on: 1)
            try gateway.start()
            try await subscriber.waitForMessages(8, within: .seconds(60))
            try await eventually("answers came late", within: .seconds(60)) {
                gateway.line.exchanges.count { !$0.faults.isEmpty } > 3
            }
            // What was read then is published as well.
            try await subscriber.waitForMessages(subscriber.received.count + 1, within: .seconds(60))
            for reading in try telemetry(subscriber).flatMap(\.readings) {
                #expect(reading.value.text == String(1_000 + (Int(reading.code.dropFirst()) ?? 0)))
            }
        }
    }
}

extension String {
    /// How often a text occurs.
    func components(of text: String) -> Int { ranges(of: text).count }
}
