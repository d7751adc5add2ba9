import AgentConfiguration
import ModbusModel
import Testing

/// The ways to a line, and several lines in one file.
@Suite struct Lines {
    private func line(_ text: String) throws -> AgentConfiguration.Line {
        let rest = Sample.shortest.text.replacing("line:\n  port: /dev/ttyUSB0\n", with: "")
        let configuration = try Sample(text + "\n" + rest).parsed()
        #expect(configuration.buses.count == 1)
        return try #require(configuration.buses.first?.line)
    }

    @Test(arguments: [
        ("tcp://meters.example", NetworkEndpoint(.tcp, host: "meters.example", port: 502)),
        ("tcp://192.168.1.20:1502", NetworkEndpoint(.tcp, host: "192.168.1.20", port: 1502)),
        ("rtu+tcp://10.0.0.7", NetworkEndpoint(.rtuOverTCP, host: "10.0.0.7", port: 4001)),
        ("\"tcp://[2001:db8::7]\"", NetworkEndpoint(.tcp, host: "2001:db8::7", port: 502)),
        ("\"rtu+tcp://[fe80::1%eth0]:26\"", NetworkEndpoint(.rtuOverTCP, host: "fe80::1%eth0", port: 26)),
    ])
    func `a URL alone is a line`(text: String, endpoint: NetworkEndpoint) throws {
        let line = try line("line: \(text)")
        #expect(line.way == .network(endpoint, connectTimeout: .seconds(3)))
        #expect(line.baud == (endpoint.framing == .tcp ? 115_200 : 9600))
        #expect(try NetworkEndpoint(url: line.place) == endpoint, "the place reads back as the endpoint")
    }

    @Test func `a path alone is a line`() throws {
        #expect(try line("line: /dev/serial/by-id/usb-a").way == .serial(port: "/dev/serial/by-id/usb-a", rs485: .none))
    }

    @Test func `a network line may say what lies behind the server`() throws {
        let line = try line("line: { url: rtu+tcp://server:4001, baud: 19200, format: 8E1, connect_timeout: 500ms }")
        let endpoint = NetworkEndpoint(.rtuOverTCP, host: "server", port: 4001)
        #expect(line.way == .network(endpoint, connectTimeout: .milliseconds(500)))
        #expect(line.baud == 19200)
        #expect(line.format == .eightE1)
    }

    @Test func `the kernel's RS-485 mode takes its polarity and delays`() throws {
        let line = try line(
            """
            line:
              port: /dev/ttyS1
              rs485:
                mode: kernel
                rts_on_send: false
                rts_after_send: true
                delay_before_send: 2ms
                delay_after_send: 3ms
                receive_while_sending: true
            """)
        let switching = RTSSwitching(
            rtsOnSend: false, rtsAfterSend: true, delayBeforeSend: 2, delayAfterSend: 3, receivesWhileSending: true)
        #expect(line.way == .serial(port: "/dev/ttyS1", rs485: .kernel(switching)))
        #expect(try self.line("line: { port: a, rs485: kernel }").way == .serial(port: "a", rs485: .kernel))
    }

    @Test func `the documented example has two lines, and the same slave on each`() throws {
        let configuration = try Sample(try Sample.documented(1)).parsed()
        #expect(configuration.buses.map(\.line.name) == ["hall", "roof"])
        #expect(configuration.buses.map { $0.slaves.map(\.id.rawValue) } == [[1], [1]])
        #expect(configuration.slaves.flatMap(\.points).map(\.code) == ["D01", "D02"])
        let hall = configuration.buses[0].line
        #expect(
            hall.way
                == .serial(
                    port: "/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A1-if00-port0",
                    rs485: .kernel(RTSSwitching(delayAfterSend: 1))))
        #expect(configuration.place(of: "lines[1].slaves[0].points[0].code")?.line == 16)
        #expect(configuration.warnings.isEmpty)
    }

    @Test func `a ninth slave on a line is a warning, and a ninth on two lines is none`() throws {
        func slaves(_ ids: ClosedRange<Int>, _ prefix: String) -> String {
            ids.map {
                "{ id: \($0), points: [{ code: \(prefix)\($0), register: 40001, type: uint16, unit: V }] }"
            }.joined(separator: ", ")
        }
        let broker = "broker: { host: a, ca: b, certificate: c, key: d }"
        let nine = try Sample("line: /dev/ttyUSB0\nslaves: [\(slaves(1...9, "P"))]\n\(broker)\n").parsed()
        #expect(nine.slaves.count == 9)
        #expect(nine.warnings.count == 1)
        #expect(nine.warnings[0].description.contains("slaves[8]: 9 slaves hang on this line, and up to 8 were tested"))
        let all = try Sample("line: /dev/ttyUSB0\nslaves: [\(slaves(1...247, "P"))]\n\(broker)\n").parsed()
        #expect(all.slaves.count == 247)
        let two = try Sample(
            """
            lines:
              - { name: a, port: x, slaves: [\(slaves(1...8, "A"))] }
              - { name: b, port: y, slaves: [\(slaves(1...1, "B"))] }
            \(broker)

            """
        ).parsed()
        #expect(two.warnings.isEmpty)
    }

    @Test func `every key of a line is described`() throws {
        let page = try Sample.documentation()
        let text = """
            lines:
              - { zzzz: 1, port: a, rs485: { zzzz: 1 } }
              - { zzzz: 1, url: "tcp://a" }
            """
        let faults = try #require(throws: ConfigurationFaults.self) { _ = try Sample(text).parsed() }
        let lists = faults.faults.filter { $0.message == "unknown key" }.compactMap(\.hint)
        #expect(lists.count == 3)
        for key in Set(lists.flatMap { $0.dropFirst("valid keys: ".count).split(separator: ", ") }) {
            #expect(page.contains("`\(key)`"), "\(key) is not described")
        }
    }
}
