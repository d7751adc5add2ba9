import ExactArithmetic
import FieldBench
import Foundation
import LineSimulator
import MachineTime
import TelemetryContract
import Testing

extension EndToEnd {
    /// The main job: every published value is what the slave answered, decoded here by other means than the agent's.
    @Suite struct MainJobTests {
        private static let yaml = """
              - id: 3
                points:
                  - { code: "E-1", register: 40001, type: uint32, scale: 0.01, unit: kWh }
                  - { code: "V-1", register: 40003, type: uint16, scale: 0.1, unit: V }
                  - { code: "T-1", register: 40004, type: int16, scale: 0.1, offset: -5, unit: "°C" }
                  - { code: "W-1", register: 40005, type: uint32, order: CDAB, scale: 0.001, unit: "m³" }
                  - { code: "F-1", register: 40007, type: float32, unit: "m³/h" }
              - id: 9
                points:
                  - { code: "B-1", register: 00003, type: bool, unit: "" }
                  - { code: "Q-1", register: 30001, type: float64, order: DCBA, unit: kvar }
                  - { code: "S-1", register: 30010, type: uint16, bits: 4-7, unit: "" }
                  - { code: "S-2", register: 30010, type: bool, bits: 15, unit: "" }

            """

        private static func meters() -> [SimulatedSlave] {
            var energy = SimulatedSlave(id: 3, turnaround: .milliseconds(8))
            energy.set(.holdingRegisters, 0, .counting(from: 4_294_960_000, by: 7, per: .read, as: .uint32))
            energy.set(.holdingRegisters, 2, .waving(from: 0, to: 65_535, period: .seconds(9), as: .uint16))
            energy.set(.holdingRegisters, 3, .waving(from: -400, to: 900, period: .seconds(7), as: .int16))
            energy.set(.holdingRegisters, 4, .counting(from: 99_990, by: 5, per: .read, as: .uint32, order: .cdab))
            energy.set(.holdingRegisters, 6, .waving(from: -3.5, to: 12.75, period: .seconds(5), as: .float32))
            // Registers beside it, as meters have: the agent asks for one more to tell an answer from the one before.
            for address in 8..<12 { energy.set(.holdingRegisters, UInt16(address), .fixed(0xBEEF, as: .uint16)) }
            var water = SimulatedSlave(id: 9, turnaround: .milliseconds(3))
            water.set(.coils, 2, .counting(per: .read, as: .bit))
            water.set(.inputRegisters, 0, .waving(from: 1, to: 2_000, period: .seconds(11), as: .float64, order: .dcba))
            // The hole between the points exists, so that it can be read along.
            for address in 4..<9 { water.set(.inputRegisters, UInt16(address), .fixed(0xDEAD, as: .uint16)) }
            water.set(.inputRegisters, 9, .counting(from: 0x7F0F, by: 0x0331, per: .read, as: .uint16))
            return [energy, water]
        }

        /// What a cycle's three answers mean, by arithmetic of the test's own.
        private func expected(_ cycle: [Exchange]) throws -> [String: String] {
            let holding = try #require(cycle.first { $0.function == 3 }).words
            let coil = try #require(cycle.first { $0.function == 1 }).words
            let input = try #require(cycle.first { $0.function == 4 }).words
            let double = Double(
                bitPattern: input[0..<4].reversed().reduce(0) { $0 << 16 | UInt64($1.byteSwapped) })
            return [
                "E-1": decimal(Int64(holding[0]) << 16 | Int64(holding[1]), places: 2),
                "V-1": decimal(Int64(holding[2]), places: 1),
                "T-1": decimal(Int64(Int16(bitPattern: holding[3])) - 50, places: 1),
                "W-1": decimal(Int64(holding[5]) << 16 | Int64(holding[4]), places: 3),
                "F-1": shortest(9) {
                    Float($0) == Float(bitPattern: UInt32(holding[6]) << 16 | UInt32(holding[7]))
                } of: {
                    Double(Float(bitPattern: UInt32(holding[6]) << 16 | UInt32(holding[7])))
                },
                "B-1": String(coil[0]),
                "Q-1": shortest(17) {
                    Double($0) == double
                } of: {
                    double
                },
                "S-1": String(input[9] >> 4 & 0xF),
                "S-2": String(input[9] >> 15),
            ]
        }

        private func decimal(_ number: Int64, places: Int) -> String {
            let value = Decimal(
                sign: number < 0 ? .minus : .plus, exponent: -places, significand: Decimal(number.magnitude))
            return NSDecimalNumber(decimal: value).stringValue
        }

        /// The fewest digits that read back as the same number; the values here need no exponent.
        private func shortest(_ most: Int, _ isSame: (String) -> Bool, of value: () -> Double) -> String {
            for digits in 1...most {
                let text = String(format: "%.\(digits)g", value())
                if isSame(text), !text.contains("e") { return text }
            }
            return "no short form"
        }

        /// The wall clock's second in which a request began.
        private func second(of exchange: Exchange) -> Double {
            var (wall, steady) = (timespec(), timespec())
            clock_gettime(CLOCK_REALTIME, &wall)
            clock_gettime(CLOCK_MONOTONIC, &steady)
            let offset = Double(wall.tv_sec - steady.tv_sec) + Double(wall.tv_nsec - steady.tv_nsec) / 1e9
            return Double(exchange.requestStart) / 1e9 + offset
        }

        @Test(.timeLimit(.minutes(6)), .judgesValues, arguments: [(115_200, 12), (9_600, 5)])
        func `every published value is what the slave answered`(baud: Int, count: Int) async throws {
            let gateway = try await Gateway(slaves: Self.yaml, on: Self.meters(), baud: baud)
            gateway.poll = Gateway.patientPoll
            let subscriber = try await gateway.subscribe()
            try gateway.start()
            try await subscriber.waitForMessages(count, within: .seconds(60))
            #expect(try await gateway.agent?.stop() == .status(0))

            // Slave 3 has one block; slave 9 a coil and one block of inputs, the hole read along.
            let cycles = stride(from: 0, to: gateway.line.exchanges.count - 2, by: 3).map {
                Array(gateway.line.exchanges[$0..<($0 + 3)])
            }
            #expect(cycles.count >= count)
            // What the broker took just before the end comes a moment later; what it has not confirmed is in the spool.
            let left = try await Set(gateway.storedPayloads())
            func all() -> Set<[UInt8]> { left.union(subscriber.received.map(\.payload)) }
            try await eventually("a message for each cycle; so far \(all().count) of \(cycles.count)") {
                all().count >= cycles.count - 1
            }
            // In the order of their stamps: what is fresh may come before what was read before the link stood.
            let pairs = try subscriber.received.map {
                (packet: $0, message: try TelemetryMessage(decoding: $0.payload))
            }
            .sorted { $0.message.timestamp < $1.message.timestamp }
            let (raw, messages) = (pairs.map(\.packet), pairs.map(\.message))
            #expect(gateway.line.counters.requests == gateway.line.exchanges.count, "nothing was asked beyond the plan")
            #expect(0...1 ~= cycles.count - all().count, "a message for each cycle")
            for (message, cycle) in zip(messages, cycles) {
                let expected = try expected(cycle)
                #expect(
                    message.readings.map(\.code) == ["E-1", "V-1", "T-1", "W-1", "F-1", "B-1", "Q-1", "S-1", "S-2"])
                #expect(cycle.map(\.function) == [3, 1, 4])
                // The stamp is the second in which the cycle began; a busy machine may take a moment to the first request.
                let age = second(of: cycle[0]) - Double(message.timestamp.secondsSince1970)
                #expect((0..<5).contains(age))
                for reading in message.readings {
                    #expect(reading.value.text == expected[reading.code], "\(reading.code)")
                }
            }
            for (message, packet) in zip(messages, raw) {
                #expect(message.encoded() == packet.payload, "the bytes are canonical")
                #expect(packet.topic == gateway.telemetryTopic && packet.qos == 1 && !packet.isRetained)
                #expect(message.gateway.description == Gateway.mac)
            }
            #expect(zip(messages, messages.dropFirst()).allSatisfy { $0.timestamp < $1.timestamp })
            #expect(gateway.line.counters.silenceViolations == 0)
            #expect(messages[0].readings.map(\.unit) == ["kWh", "V", "°C", "m³", "m³/h", "", "kvar", "", ""])
        }

        @Test func `two gateways on one broker hear nothing of each other`() async throws {
            let one = try await plainGateway(1)
            let two = try await plainGateway(1, mac: "02:00:5e:10:00:02", broker: one.broker)
            let subscriber = try await one.subscribe()
            try one.start()
            try two.start()
            try await eventually("both publish", within: .seconds(20)) {
                Set(subscriber.received.map(\.topic)) == [one.telemetryTopic, two.telemetryTopic]
            }
            for message in subscriber.received {
                let decoded = try TelemetryMessage(decoding: message.payload)
                #expect(message.topic == "tds_new/devices/\(decoded.gateway)/telemetry")
            }
        }
    }
}
