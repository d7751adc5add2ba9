import FieldBench
import Foundation
import LineSimulator
import MachineTime
import TelemetryContract
import Testing

extension Firmware {
    @Suite struct MainJobTests {
        private static let mine = """
            slave 3 5000
            point "E-1" holding 0 uint32 scale 0.01 unit kWh
            point "V-1" holding 2 uint16 scale 0.1 unit V
            point "T-1" holding 3 int16 scale 0.1 offset -5 unit "°C"
            point "W-1" holding 4 uint32 order cdab scale 0.001 unit "m³"
            point "F-1" holding 6 float32 unit "m³/h"
            slave 9 5000
            point "B-1" coil 2 bool
            point "Q-1" input 0 float64 order dcba unit kvar
            point "S-1" input 9 uint16 bits 4 7
            point "S-2" input 9 bool bits 15 15
            """

        private static let agents = """
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
            energy.set(.holdingRegisters, 0, .fixed(4_294_960_123, as: .uint32))
            energy.set(.holdingRegisters, 2, .fixed(65_535, as: .uint16))
            energy.set(.holdingRegisters, 3, .fixed(-353, as: .int16))
            energy.set(.holdingRegisters, 4, .fixed(99_990, as: .uint32, order: .cdab))
            energy.set(.holdingRegisters, 6, .fixed(230.1, as: .float32))
            var water = SimulatedSlave(id: 9, turnaround: .milliseconds(3))
            water.set(.coils, 2, .fixed(1, as: .bit))
            water.set(.inputRegisters, 0, .fixed(0.1, as: .float64, order: .dcba))
            for address in 4..<9 { water.set(.inputRegisters, UInt16(address), .fixed(0xDEAD, as: .uint16)) }
            water.set(.inputRegisters, 9, .fixed(0xBEEF, as: .uint16))
            return [energy, water]
        }

        /// A message of the agent for the same meters.
        private func agentsMessage(of gateway: FirmwareGateway, with files: Certificates.DeviceFiles) async throws
            -> TelemetryMessage
        {
            let line = try SimulatedLine(
                SimulatedLineSettings(baud: 115_200, packetSize: 256), slaves: Self.meters())
            let subscriber = try await gateway.subscribe()
            let configuration = try gateway.folder.write(
                """
                line: { port: \(line.path), baud: 115200, format: 8N1 }
                poll: { interval: 1s, timeout: 5s }
                broker:
                  { host: localhost, port: \(gateway.broker.port), ca: \(files.ca), certificate: \(files.certificate), key: \(files.key) }
                spool: { path: \(gateway.folder.path("spool.db")) }
                slaves:
                \(Self.agents)

                """, to: "agent.yaml")
            let agent = try ChildProcess(Repository.binary("edge-agent"), ["run", "--config", configuration])
            try await eventually("the agent has read everything", within: patience) {
                try !whole(subscriber).isEmpty
            }
            try await agent.stop(within: patience)
            return try TelemetryMessage(decoding: #require(whole(subscriber).first).payload)
        }

        /// The messages of cycles in which everything was read: on a machine that halts an answer may come too late.
        private func whole(_ subscriber: Subscriber) throws -> [Message] {
            try subscriber.received.filter { try TelemetryMessage(decoding: $0.payload).readings.count == 9 }
        }

        @Test(.timeLimit(.minutes(10)), .judgesValues)
        func `what it publishes is byte for byte what the agent publishes for the same registers`() async throws {
            let gateway = try await FirmwareGateway(slaves: Self.mine, on: Self.meters())
            let subscriber = try await gateway.subscribe()
            try gateway.start()
            try await eventually("three cycles have come", within: patience) { try whole(subscriber).count >= 3 }
            let raw = try whole(subscriber)
            #expect(try await gateway.process?.stop(within: patience) == .status(0))
            let agents = try await agentsMessage(
                of: gateway, with: gateway.certificates.device(FirmwareGateway.mac))
            for packet in raw {
                let message = try TelemetryMessage(decoding: packet.payload)
                let same = try TelemetryMessage(
                    gateway: agents.gateway, timestamp: message.timestamp, readings: agents.readings)
                #expect(packet.payload == same.encoded())
                #expect(packet.qos == 1 && !packet.isRetained)
            }
            let stamps = try raw.map { try TelemetryMessage(decoding: $0.payload).timestamp }
            #expect(Set(stamps).count == stamps.count && stamps == stamps.sorted())
        }

        @Test(.timeLimit(.minutes(10)))
        func `one dead slave of several costs the others nothing`() async throws {
            var meters: [SimulatedSlave] = []
            var slaves = ""
            for id in 1...4 {
                var meter = SimulatedSlave(id: UInt8(id), turnaround: .milliseconds(5))
                meter.set(.holdingRegisters, 0, .fixed(100 * id, as: .uint16))
                meters.append(meter)
                // Only of the dead one is the timeout ever needed; the others may stand still for a while.
                slaves += "slave \(id) \(id == 2 ? 700 : 5_000)\npoint P\(id) holding 0 uint16 unit kWh\n"
            }
            let gateway = try await FirmwareGateway(slaves: slaves, on: meters)
            // Three attempts of the dead one fit into a cycle, beside the others.
            gateway.extra = "interval 4"
            gateway.line.inject(Fault(.dead), on: 2)
            let subscriber = try await gateway.subscribe()
            let statuses = try await gateway.subscribe("status")
            try gateway.start()
            try await subscriber.waitForMessages(6, within: patience)
            for message in try telemetry(subscriber) {
                #expect(message.readings.map(\.code) == ["P1", "P3", "P4"])
            }
            let asked = gateway.line.exchanges.count { $0.slave == 2 }
            #expect(asked >= 3, "attempts, then probes")
            // The meter comes back: its point does, too, without a word from anybody.
            gateway.line.clearFaults()
            try await eventually("slave 2 is read again", within: patience * 2) {
                try telemetry(subscriber).last?.readings.count == 4
            }
            #expect(statuses.received.first?.text.contains(#""state":"online""#) == true)
        }
    }
}
