import AgentConfiguration
import LineSimulator
import ModbusKit
import ModbusModel
import TelemetryContract
import Testing

@testable import EdgeAgentCore

@Suite(.serialized) struct MessageMakerTests {
    /// A real cycle on a simulated line, because only a line can make a report.
    private func cycle(_ configuration: AgentConfiguration, dead: UInt8?) async throws -> GatewayCycle {
        var (one, seven) = (SimulatedSlave(id: 1), SimulatedSlave(id: 7))
        one.set(.holdingRegisters, 0, .fixed(12345, as: .uint16))
        one.set(.holdingRegisters, 1, .fixed(4_294_967_295 as Int64, as: .uint32))
        seven.set(.inputRegisters, 10, .fixed(-45, as: .int16))
        let simulated = try SimulatedLine(
            SimulatedLineSettings(baud: 115_200, packetSize: 256), slaves: [one, seven])
        if let dead { simulated.inject(Fault(.dead), on: dead) }
        let settings = LineSettings(port: simulated.path, timing: SerialTiming(baud: 115_200, format: .eightN1))
        let poller = LinePoller(
            line: ModbusLine(settings), slaves: configuration.buses[0].polledSlaves, policy: RetryPolicy(attempts: 1))
        defer { simulated.stop() }
        return whole(await poller.poll(deadline: .now + .seconds(10)))
    }

    private func whole(_ report: CycleReport) -> GatewayCycle {
        GatewayCycle(lines: [.init(index: 0, report: report)], duration: report.duration)
    }

    private func maker(_ configuration: AgentConfiguration) throws -> MessageMaker {
        MessageMaker(mac: try #require(MACAddress("02:00:5e:10:00:01")), buses: configuration.buses)
    }

    @Test func `a cycle becomes one message with the points in the order of the configuration`() async throws {
        let configuration = try configuration("poll: { timeout: 2s }")
        let message = try maker(configuration).message(
            for: await cycle(configuration, dead: nil), stamp: 1_771_425_000)
        #expect(
            message.map { String(decoding: $0, as: UTF8.self) }
                == #"{"gateway_mac":"02:00:5e:10:00:01","timestamp":"2026-02-18T14:30:00Z","leituras":["#
                + #"{"dispositivo_codigo":"D01","valor":123.45,"unidade":"kWh"},"#
                + #"{"dispositivo_codigo":"D02","valor":4294967295,"unidade":"m³"},"#
                + #"{"dispositivo_codigo":"D03","valor":-4.5,"unidade":"°C"}]}"#)
    }

    @Test func `what could not be read is left out`() async throws {
        let configuration = try configuration("poll: { timeout: 2s }")
        let bytes = try maker(configuration).message(for: await cycle(configuration, dead: 1), stamp: 0)
        let message = try TelemetryMessage(decoding: try #require(bytes))
        #expect(message.readings.map(\.code) == ["D03"])
    }

    @Test func `a cycle in which nothing was read makes no message`() async throws {
        let configuration = try configuration("poll: { timeout: 2s }")
        let port = LineSettings(port: "/dev/no-such-port", timing: SerialTiming(baud: 9600, format: .eightN1))
        let poller = LinePoller(
            line: ModbusLine(port), slaves: configuration.buses[0].polledSlaves, policy: RetryPolicy(attempts: 1))
        let report = await poller.poll(deadline: .now + .seconds(10))
        #expect(report.lineFailure?.kind == .portMissing)
        #expect(try maker(configuration).message(for: whole(report), stamp: 0) == nil)
    }
}
