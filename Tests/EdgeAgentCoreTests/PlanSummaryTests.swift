import AgentConfiguration
import TelemetryContract
import Testing

@testable import EdgeAgentCore

@Suite struct PlanSummaryTests {
    @Test func `the plan says what a cycle costs on the wire`() throws {
        let mac = try #require(MACAddress("02:00:5e:10:00:01"))
        let summary = PlanSummary(try configuration(), mac: mac)
        #expect(summary.requestsPerCycle == 2)
        #expect(summary.slaves.map(\.requests) == [["40001×3"], ["30011×1"]])
        // Requests of eight characters, answers of five and two a register.
        #expect(summary.slaves.map(\.characters) == [8 + 5 + 6, 8 + 5 + 2])
        // 34 characters of 10 bits at 9600, and four silences of 4.01 ms.
        #expect(abs(summary.wireMilliseconds - (34 * 10.0 / 9.6 + 4 * 38.5 / 9.6)) < 0.01)
    }

    @Test func `the size of a message is that of a message of such points`() throws {
        let mac = try #require(MACAddress("02:00:5e:10:00:01"))
        let summary = PlanSummary(try configuration(), mac: mac)
        let expected =
            #"{"gateway_mac":"02:00:5e:10:00:01","timestamp":"2027-01-15T08:00:00Z","leituras":["#
            + #"{"dispositivo_codigo":"D01","valor":123.45,"unidade":"kWh"},"#
            + #"{"dispositivo_codigo":"D02","valor":12345678,"unidade":"m³"},"#
            + #"{"dispositivo_codigo":"D03","valor":1234.5,"unidade":"°C"}]}"#
        #expect(summary.messageBytes == expected.utf8.count)
        // 8640 messages in 30 days, each with its topic and some 300 bytes of MQTT, TLS and TCP.
        #expect((3.5...6.0).contains(summary.megabytesPerMonth))
    }

    @Test func `the spool's days follow its size and the interval`() throws {
        let mac = try #require(MACAddress("02:00:5e:10:00:01"))
        let small = PlanSummary(try configuration("spool: { path: s.db, max_bytes: 16MiB }"), mac: mac)
        let large = PlanSummary(try configuration("spool: { path: s.db, max_bytes: 64MiB }"), mac: mac)
        let quick = PlanSummary(
            try configuration("spool: { path: s.db, max_bytes: 16MiB }\npoll: { interval: 1m }"), mac: mac)
        #expect(abs(large.spoolDays / small.spoolDays - 4) < 0.01)
        #expect(abs(small.spoolDays / quick.spoolDays - 5) < 0.01)
        #expect((60...200).contains(small.spoolDays), "\(small.spoolDays)")
    }
}
