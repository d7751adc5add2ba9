import AgentConfiguration
import ExactArithmetic
import ModbusModel
import TelemetryContract
import Testing

/// What a configuration that is right becomes.
@Suite struct GoodConfigurations {
    @Test func `the shortest file gets every default`() throws {
        let configuration = try Sample.shortest.parsed()
        #expect(configuration.gateway.mac == nil)
        let line = try #require(configuration.buses.first?.line)
        #expect(configuration.buses.count == 1)
        #expect(line.way == .serial(port: "/dev/ttyUSB0", rs485: .none))
        #expect(line.baud == 9600)
        #expect(line.format == .eightN1)
        #expect(configuration.poll.interval == .seconds(300))
        #expect(configuration.poll.timeout == .seconds(1))
        #expect(configuration.poll.attempts == 3)
        #expect(configuration.poll.backoff == .seconds(1))
        #expect(configuration.broker.port == 8883)
        #expect(configuration.broker.keepAlive == .seconds(60))
        #expect(configuration.broker.inFlight == 20)
        #expect(configuration.broker.noSubscriber == .accept)
        #expect(configuration.broker.refusalPause == .seconds(30))
        #expect(configuration.broker.backlogRate == 5)
        #expect(configuration.broker.backlogBurst == 50)
        #expect(configuration.broker.backlogJitter == .seconds(60))
        #expect(configuration.clock.trust == .auto)
        #expect(configuration.spool.path == "/var/lib/edge-agent/spool.db")
        #expect(configuration.spool.maxBytes == 256 * 1024 * 1024)
        #expect(configuration.spool.maxAge == nil)
        #expect(configuration.spool.minFree == 32 * 1024 * 1024)
        #expect(configuration.spool.durability == .full)
        #expect(configuration.spool.writeAfter == .seconds(5))
        #expect(configuration.spool.keepDelivered == nil)
        #expect(configuration.spool.memoryBytes == 4 * 1024 * 1024)
        #expect(configuration.logLevel == .info)
        #expect(configuration.warnings.isEmpty)
        let slave = try #require(configuration.slaves.first)
        #expect(slave.id == SlaveAddress(1))
        #expect(slave.timeout == .seconds(1))
        #expect(slave.maximumRegisters == 125)
        #expect(slave.maximumGap == nil)
        let point = try #require(slave.points.first)
        #expect(point.code == "D01")
        #expect(point.unit == "kWh")
        #expect(point.definition == (try PointDefinition(address: RegisterAddress(.holding, 0), type: .uint16)))
    }

    @Test func `every key of a file that gives them all arrives`() throws {
        let configuration = try AgentConfiguration.parse(Array(try Sample.documented(0).utf8), file: "/etc/x/a.yaml")
        #expect(configuration.gateway.mac == MACAddress("aa:bb:cc:dd:ee:ff"))
        #expect(configuration.slaves.map(\.timeout) == [.milliseconds(500), .seconds(1)])
        #expect(configuration.slaves.map(\.maximumRegisters) == [64, 125])
        #expect(configuration.slaves.map(\.maximumGap) == [8, nil])
        #expect(configuration.slaves.flatMap(\.points).map(\.code) == ["D01", "D02", "D03", "D04", "D05"])
        let points = configuration.slaves[0].points
        #expect(points[0].definition.scale == ExactDecimal(parsing: "1e-2"))
        #expect(points[1].definition.address == RegisterAddress(.input, 12))
        #expect(points[1].definition.order == .CDAB)
        #expect(points[1].unit == "°C")
        #expect(points[2].definition.bits == 4...7)
        #expect(points[3].definition.bits == 3...3)
        #expect(configuration.slaves[1].points[0].definition.address == RegisterAddress(.discrete, 0))
        #expect(configuration.broker.ca == "/etc/x/ca.crt")
        #expect(configuration.broker.key == "/etc/x/device.key")
        #expect(configuration.spool.maxAge == .seconds(730 * 86_400))
        #expect(configuration.spool.keepDelivered == .seconds(7 * 86_400))
        #expect(configuration.warnings.isEmpty)
    }

    @Test(arguments: [
        ("0.01", "0.01"), ("0.1", "0.1"), ("1e-12", "0.000000000001"), ("-2.50", "-2.5"), ("+3", "3"),
        ("98765.123456789012", "98765.123456789012"), ("1E3", "1000"),
    ])
    func `a scale is exactly what is written`(written: String, exact: String) throws {
        let configuration = try Sample.withPoint("register: 40001, type: uint16, scale: \(written)").parsed()
        let scale = try #require(configuration.slaves.first?.points.first?.definition.scale)
        #expect(scale.plainText == exact)
    }

    @Test func `texts stay what they are, whatever YAML may think of them`() throws {
        for text in ["no", "007", "1e3", "0x10", "12:30:45", "on", "2026-02-18", "=", "m³"] {
            let configuration = try Sample(
                Sample.shortest.text.replacing("D01", with: text).replacing("kWh", with: text)
            ).parsed()
            #expect(configuration.slaves.first?.points.first?.code == text)
            #expect(configuration.slaves.first?.points.first?.unit == text)
        }
    }

    @Test func `the text null can be written in quotes`() throws {
        let configuration = try Sample(Sample.shortest.text.replacing("kWh", with: "\"null\"")).parsed()
        #expect(configuration.slaves.first?.points.first?.unit == "null")
    }

    @Test(arguments: [
        ("1s", Duration.seconds(1)), ("1000ms", .seconds(1)), ("90m", .seconds(5400)), ("24h", .seconds(86_400)),
        ("1d", .seconds(86_400)), ("\"5m\"", .seconds(300)), ("005m", .seconds(300)),
    ])
    func `a duration is a whole number and a unit`(written: String, duration: Duration) throws {
        #expect(try Sample.with("poll: { interval: \(written) }").parsed().poll.interval == duration)
    }

    @Test(arguments: [
        ("1MiB", 1 << 20), ("2097152", 1 << 21), ("2097152B", 1 << 21), ("2000kB", 2_000_000), ("2MB", 2_000_000),
        ("2048KiB", 1 << 21), ("1GB", 1_000_000_000), ("1024GiB", 1 << 40),
    ])
    func `a size is a whole number of bytes or a unit`(written: String, bytes: Int) throws {
        #expect(try Sample.with("spool: { max_bytes: \(written) }").parsed().spool.maxBytes == bytes)
    }

    @Test func `the backlog's rate is a number, or none`() throws {
        let rate = { (text: String) in
            try Sample(Sample.shortest.text.replacing("  host:", with: "  backlog_rate: \(text)\n  host:")).parsed()
                .broker.backlogRate
        }
        #expect(try rate("100000") == 100_000)
        #expect(try rate("none") == nil)
    }

    @Test(arguments: AgentConfiguration.Clock.Trust.allCases)
    func `each way to trust the clock can be named`(trust: AgentConfiguration.Clock.Trust) throws {
        #expect(try Sample.with("clock: { trust: \(trust.rawValue) }").parsed().clock.trust == trust)
    }

    @Test func `a spool may write only what waits`() throws {
        let spool = try Sample.with("spool: { durability: offline-only, write_after: 2m, min_free: 0 }").parsed().spool
        #expect(spool.durability == .offlineOnly)
        #expect(spool.writeAfter == .seconds(120))
        #expect(spool.minFree == 0)
        #expect(try Sample.with("spool: { durability: normal }").parsed().spool.durability == .normal)
    }

    @Test(arguments: ["mqtt.example.com", "192.168.0.7", "fe80::1%eth0", "::1", "broker_1", "b"])
    func `a host is a name or an address`(host: String) throws {
        let text = Sample.shortest.text.replacing("mqtt.example.com", with: "\"\(host)\"")
        #expect(try Sample(text).parsed().broker.host == host)
    }

    @Test func `relative paths count from the folder of the file`() throws {
        let text = Array(Sample.shortest.text.utf8)
        #expect(try AgentConfiguration.parse(text, file: "a.yaml").broker.ca == "ca.crt")
        #expect(try AgentConfiguration.parse(text, file: "/a.yaml").broker.ca == "/ca.crt")
        #expect(try AgentConfiguration.parse(text, file: "etc/a.yaml").broker.ca == "etc/ca.crt")
        #expect(try AgentConfiguration.parse(text, file: "etc/a.yaml").buses[0].line.place == "/dev/ttyUSB0")
    }

    @Test func `the place of a key can be asked for later`() throws {
        let configuration = try Sample.with("gateway: { mac: aa:bb:cc:dd:ee:ff }").parsed()
        let line = Sample.shortest.text.utf8.count { $0 == UInt8(ascii: "\n") } + 1
        #expect(configuration.place(of: "gateway.mac") == Place(file: "good.yaml", line: line, column: 17))
        #expect(configuration.place(of: "slaves[0].points[0].code")?.line == 6)
        #expect(configuration.place(of: "poll.interval") == nil)
        #expect(configuration.slaves.first?.points.first?.place == Place(file: "good.yaml", line: 6, column: 9))
    }

    @Test func `points are equal when they say the same, wherever they stand`() throws {
        let one = try Sample.shortest.parsed()
        let other = try Sample("# A comment.\n" + Sample.shortest.text).parsed()
        #expect(one.slaves == other.slaves)
        #expect(one.slaves.first?.points.first?.place != other.slaves.first?.points.first?.place)
    }

    @Test func `lines may end as on Windows`() throws {
        #expect(try Sample(Sample.shortest.text.replacing("\n", with: "\r\n")).parsed().slaves.count == 1)
    }

    @Test func `eight slaves are allowed`() throws {
        let slaves = (1...8).map {
            "- { id: \($0), points: [{ code: D\($0), register: 40001, type: int16, unit: V }] }"
        }
        let text = Sample.shortest.text.split(separator: "\n")
        let kept = text.prefix(2) + ["slaves:"] + slaves.map { "  \($0)"[...] } + text.dropFirst(6)
        #expect(try Sample(kept.joined(separator: "\n")).parsed().slaves.count == 8)
    }

    @Test func `the simulator's keys may stand in an agent's file`() throws {
        let text = Sample.withPoint("register: 40001, type: uint16, waves: { from: 1, to: 2 }").text
        let configuration = try Sample(text.replacing("- id: 1", with: "- id: 1\n    turnaround: 35ms")).parsed()
        #expect(configuration.slaves.count == 1)
    }
}
