import BrokerLink
import FieldBench
import Foundation

/// How a fleet comes back to a broker that was away: in a histogram of its connects.
enum FleetReturn {
    private static let outage = Duration.seconds(20)
    /// The fullest tenth of the window in which the fleet comes back, over a tenth of the fleet: 1 is flat.
    private static let goal = 1.5

    static func figures(_ bench: Workbench) async throws -> [Figure] {
        [policy(gateways: 5_000), try await sockets(bench, links: bench.isQuick ? 20 : 300)]
    }

    /// The agents' own policy, seeded by their MACs, without sockets: one machine cannot be five thousand.
    private static func policy(gateways count: Int) -> Figure {
        let times = (0..<count).map { index in
            var backoff = Backoff()
            // All notice it within the same second.
            var clock = Duration.milliseconds(index * 1_000 / count)
            let jitter = Jitter(name: mac(index), start: UInt64(index))
            let began = clock
            while clock < outage { clock += backoff.next(after: clock - began, random: jitter.next()) }
            return (clock - outage) / .seconds(1)
        }
        return figure("\(count) gateways by their policy: the fullest tenth of their return", times)
    }

    /// Real links to a real port, as many as one machine can be.
    private static func sockets(_ bench: Workbench, links count: Int) async throws -> Figure {
        progress("  \(count) links come back after \(outage.components.seconds) s")
        let relay = try TCPRelay(to: bench.broker.port, conditions: .refusing)
        let links = (0..<count).map { index in
            let jitter = Jitter(name: mac(index), start: UInt64(index))
            return BrokerLink(
                settings: BrokerSettings(
                    host: "127.0.0.1", port: UInt16(relay.port), clientID: mac(index), caFile: bench.files.ca,
                    certificateFile: bench.files.certificate, keyFile: bench.files.key),
                random: { jitter.next() })
        }
        for link in links { link.start() }
        try await Task.sleep(for: outage)
        // Whoever connects is taken and hears nothing, so that each one is counted once.
        var conditions = WireConditions.halfOpen
        conditions.door = .open
        let back = ContinuousClock.now
        try relay.set(conditions)
        try await eventually("all links are back", within: .seconds(60), every: .milliseconds(50)) {
            relay.connections.count >= count
        }
        let times = relay.connections.prefix(count).map { back.duration(to: $0.start) / .seconds(1) }
        for link in links { await link.stop(within: .milliseconds(500)) }
        return figure("\(count) links by their sockets: the fullest tenth of their return", times)
    }

    private static func figure(_ name: String, _ times: [Double]) -> Figure {
        let sorted = times.sorted()
        // The last hundredth are those who have just missed it.
        let window = sorted.isEmpty ? .nan : sorted[(sorted.count - 1) * 99 / 100]
        var tenths = [Int](repeating: 0, count: 10)
        for time in times where time <= window { tenths[min(Int(time / window * 10), 9)] += 1 }
        return Figure(
            name: name,
            measured: Double(tenths.max() ?? 0), unit: "",
            limit: Double(times.count) / 10, limitName: "a tenth of them", goal: .ratio(goal),
            remarks: [
                "after \(outage.components.seconds) s; 99 of 100 are back within \(Figure.text(window)) s, and in each tenth "
                    + "of that time " + tenths.map(String.init).joined(separator: ", ")
            ])
    }

    private static func mac(_ index: Int) -> String {
        String(format: "02:00:5e:30:%02x:%02x", index >> 8, index & 255)
    }
}
