import FieldBench
import LineSimulator

/// What is on the line: slaves that are all alike, and what is wanted of each.
struct Load: Sendable {
    let name: String
    let baud: Int
    var slaves = 8
    /// The holding registers that are points, each 16 bits wide.
    let addresses: [Int]
    /// From the end of a request to the first bit of its answer.
    let turnaround: Duration
    /// The largest hole that may be read along; nil leaves it to the agent.
    var maximumGap: Int?
    /// From cycle to cycle; nil for as often as the wire allows, in whole seconds.
    var chosenInterval: Duration?

    /// Four registers in a row on each slave.
    static func four(baud: Int, turnaround: Duration) -> Load {
        Load(name: "8 x 4 registers", baud: baud, addresses: Array(0..<4), turnaround: turnaround)
    }

    /// Twenty registers on each slave, spread evenly over sixty addresses.
    static func twenty(baud: Int, turnaround: Duration) -> Load {
        Load(
            name: "8 x 20 registers of 60",
            baud: baud,
            addresses: (0..<20).map { $0 * 59 / 19 },
            turnaround: turnaround
        )
    }

    /// Twelve registers on each slave that must be asked for one by one: as many polls as a second holds.
    static func manyPolls(baud: Int, turnaround: Duration) -> Load {
        Load(
            name: "8 x 12 single registers",
            baud: baud,
            addresses: (0..<12).map { $0 * 2 },
            turnaround: turnaround,
            maximumGap: 0
        )
    }

    /// The four registers, once in five minutes: a line that is in nobody's way.
    static var quiet: Load {
        var load = four(baud: 115_200, turnaround: .milliseconds(5))
        load.chosenInterval = .seconds(300)
        return load
    }

    /// Five registers on each of two slaves, a message of about 600 bytes, once in a second.
    static let tenPoints = Load(
        name: "2 x 5 registers", baud: 115_200, slaves: 2, addresses: Array(0..<5), turnaround: .milliseconds(5))

    var wire: WireTime { WireTime(baud: baud) }

    /// The polling of one slave that takes the wire's least time.
    var fastest: BlockSearch.Plan {
        BlockSearch.best(for: addresses, maximumGap: maximumGap) { time(of: $0) / .microseconds(1) }
    }

    /// The polling of one slave with the fewest requests.
    var fewest: BlockSearch.Plan { BlockSearch.best(for: addresses, maximumGap: maximumGap) { _ in 1 } }

    /// The least time of a cycle: requests, turnarounds, answers, and a silence after each.
    var limit: Duration { fastest.blocks.reduce(.zero) { $0 + time(of: $1) } * slaves }

    /// The fewest requests of a cycle.
    var fewestRequests: Int { fewest.blocks.count * slaves }

    /// From cycle to cycle: one second, or where the wire needs longer as many as leave room for a late answer.
    var interval: Duration { chosenInterval ?? .seconds(Int((limit / .seconds(1) * 1.3 + 0.2).rounded(.up))) }

    /// The longest that an answer may take.
    private static let timeout = 200

    private func time(of block: Range<Int>) -> Duration {
        wire.read(.holdingRegisters, count: block.count, turnaround: turnaround)
    }

    /// A line with the slaves on it.
    func line() throws -> SimulatedLine {
        let meters = (1...slaves).map { id in
            var meter = SimulatedSlave(id: UInt8(id), turnaround: turnaround)
            for address in 0..<60 {
                let value = 1_000 * id + 7 * address
                meter.set(.holdingRegisters, UInt16(address), .fixed(value, as: .uint16))
            }
            return meter
        }
        return try SimulatedLine(SimulatedLineSettings(baud: baud), slaves: meters)
    }

    /// The agent's configuration.
    func configuration(
        port: String, brokerPort: Int, files: Certificates.DeviceFiles, spool: String, brokerKeys: String = ""
    ) -> String {
        let gap = maximumGap.map { "\n    max_gap: \($0)" } ?? ""
        return """
            gateway: { mac: "\(Workbench.mac)" }
            line: { port: \(port), baud: \(baud), format: 8N1 }
            poll: { interval: \(interval.components.seconds)s, timeout: \(Self.timeout)ms }
            broker:
              host: localhost
              port: \(brokerPort)
              ca: \(files.ca)
              certificate: \(files.certificate)
              key: \(files.key)\(brokerKeys)
            spool: { path: \(spool) }
            slaves:

            """
                + (1...slaves).map { id in
                    "  - id: \(id)\(gap)\n    points:\n"
                        + addresses.map {
                            "      - { code: S\(id)-\($0), register: \(40_001 + $0), type: uint16, "
                                + "scale: 0.1, unit: kWh }\n"
                        }.joined()
                }.joined()
    }
}
