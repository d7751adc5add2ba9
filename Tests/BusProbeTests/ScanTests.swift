import LineSimulator
import MachineTime
import ModbusModel
import SerialPorts
import Synchronization
import Testing

@testable import BusProbe

/// A simulated line with meters at some addresses, each with a few holding registers.
func line(
    _ addresses: [UInt8], turnaround: Duration = .milliseconds(30), baud: Int = 9600, enforcesSpeed: Bool = false
) throws -> SimulatedLine {
    let slaves = addresses.map { address in
        var slave = SimulatedSlave(id: address, turnaround: turnaround)
        slave.set(.holdingRegisters, 0, .fixed(Int(address) * 100, as: .uint16))
        return slave
    }
    return try SimulatedLine(SimulatedLineSettings(baud: baud, enforcesSpeed: enforcesSpeed), slaves: slaves)
}

@Suite("A scan", .serialized, .judgesTime)
struct ScanTests {
    @Test("of all addresses finds eight meters with 30 ms of turnaround, within 18 seconds")
    func everyAddress() async throws {
        let addresses: [UInt8] = [1, 2, 17, 50, 99, 128, 200, 247]
        let line = try line(addresses)
        defer { line.stop() }
        let probe = try ProbeLine(port: line.path)
        let plan = ScanPlan(settings: [ProbeSetting(baud: 9600, parity: .none)], addresses: Array(1...247))
        // The better of two: what else the machine does at the moment is not the scan's.
        var best = Duration.seconds(1000)
        for _ in 0..<2 where best >= .seconds(18) {
            var report = ScanReport()
            try await Scanner(probe, until: .everything).run(plan, into: &report)
            #expect(report.present.map(\.slave) == addresses)
            best = min(best, report.duration)
        }
        #expect(best < .seconds(18))
    }
}

@Suite("A scan of unknown settings", .judgesTime)
struct UnknownSettingTests {
    @Test(
        "finds one slave among all settings",
        arguments: [(19200, UInt8(1)), (2400, 5), (57600, 9), (4800, 40)])
    func unknown(baud: Int, address: UInt8) async throws {
        let line = try line([address], turnaround: .milliseconds(2), baud: baud, enforcesSpeed: true)
        defer { line.stop() }
        var report = ScanReport()
        let plan = ScanPlan(settings: ProbeSetting.all, addresses: Array(1...60))
        try await Scanner(ProbeLine(port: line.path), until: .firstFound).run(plan, into: &report)
        #expect(report.present.map(\.slave) == [address])
        #expect(report.setting?.baud == baud)
    }

    @Test("of 48 settings and all addresses is planned to take less than six minutes")
    func worst() {
        let plan = ScanPlan(settings: ProbeSetting.all, addresses: Array(1...247))
        #expect(plan.duration < .seconds(360), "\(plan.duration)")
        let common = ScanPlan(settings: ProbeSetting.common, addresses: Array(1...247))
        #expect(common.steps.prefix(ProbeSetting.common.count).reduce(.zero) { $0 + $1.duration } < .seconds(30))
    }

    @Test("takes as long as it says, within a fifth")
    func estimate() async throws {
        let line = try line([], baud: 9600)
        defer { line.stop() }
        let plan = ScanPlan(settings: [ProbeSetting(baud: 9600, parity: .none)], addresses: Array(1...60))
        let probe = try ProbeLine(port: line.path)
        // The best of three: what else the machine does at the moment is no matter of the estimate.
        var ratios: [Double] = []
        for _ in 0..<3 where !ratios.contains(where: (0.8...1.2).contains) {
            var report = ScanReport()
            try await Scanner(probe, until: .everything).run(plan, into: &report)
            ratios.append(report.duration / plan.duration)
        }
        #expect(ratios.contains { (0.8...1.2).contains($0) }, "\(ratios)")
    }

    @Test("goes on where it was interrupted")
    func resumed() async throws {
        let line = try line([3, 14], turnaround: .milliseconds(2), baud: 115200)
        defer { line.stop() }
        let probe = try ProbeLine(port: line.path)
        // With patience: what is asked here is not whether a slave is heard in the shortest time.
        let plan = ScanPlan(settings: [ProbeSetting(baud: 115200, parity: .none)], addresses: Array(1...16))
            .patient(without: [])
        let first = Task {
            var report = ScanReport()
            try await Scanner(probe, until: .everything) { event in
                if case .progress(_, slave: 8, _, _) = event { withUnsafeCurrentTask { $0?.cancel() } }
            }.run(plan, into: &report)
            return report
        }
        var report = try await first.value
        #expect(report.present.map(\.slave) == [3])
        let left = try #require(report.left)
        report = report.goingOn
        try await Scanner(probe, until: .everything).run(left, into: &report)
        #expect(report.present.map(\.slave) == [3, 14])
        #expect(report.left == nil)
    }
}

@Suite("Before a scan", .judgesTime)
struct PreflightTests {
    @Test("another master is heard and named")
    func master() async throws {
        let line = try line([1])
        defer { line.stop() }
        let probe = try ProbeLine(port: line.path)
        let setting = ProbeSetting(baud: 9600, parity: .none)
        // A new setting throws away what came before it.
        try await probe.use(setting)
        line.transmit(ProbeRequest.presence(of: try #require(SlaveAddress(7))).frame)
        var report = ScanReport()
        try await Scanner(probe, until: .everything).listen(setting, for: .milliseconds(400), into: &report)
        #expect(report.beginning == .master(asks: [7]))
        #expect(report.heard == Heard(ProbeRequest.presence(of: try #require(SlaveAddress(7))).frame, at: setting))
    }

    @Test("what is heard is told while it is heard, with the setting, and as noise where no frame is in it")
    func babble() async throws {
        let pretender = Pretender(unasked: (after: 5, bytes: [0x55, 0xAA, 0x13, 0x77])) { _, _, _ in [] }
        defer { pretender.stop() }
        let probe = try ProbeLine(port: pretender.path)
        let told = Mutex<[Heard]>([])
        let scanner = Scanner(probe, until: .everything) { event in
            if case .listening(let heard) = event { told.withLock { $0.append(heard) } }
        }
        let setting = ProbeSetting(baud: 115200, parity: .none)
        // Until it is stopped: every other setting is listened to as well, and that would take half a minute.
        let work = Task {
            var report = ScanReport()
            try await scanner.listen(setting, for: .seconds(60), into: &report)
            return report
        }
        let clock = ContinuousClock()
        let end = clock.now + .seconds(50)
        // Some time after the first of it: a machine with other work hands over much at once.
        while told.withLock({ $0.count < 4 || $0.last?.bytes ?? 0 < 40 }), clock.now < end {
            try await Task.sleep(for: .milliseconds(20))
        }
        work.cancel()
        let report = try await work.value
        let heard = told.withLock { $0 }
        #expect(heard.first == Heard([], at: setting), "it begins to say so at once")
        let own = heard.filter { $0.setting == setting }
        #expect(own.count > 2 && own.last?.bytes ?? 0 >= 40, "\(heard)")
        #expect(own.map(\.bytes) == own.map(\.bytes).sorted())
        #expect(heard.allSatisfy { $0.frames == 0 && $0.slaves.isEmpty })
        #expect(report.heard.map { $0.bytes >= 40 && $0.frames == 0 } == true)
        if case .noise(let bytes) = report.beginning {
            #expect(bytes == report.heard?.bytes)
        } else {
            Issue.record("no noise")
        }
    }

    @Test("each way in which a port cannot be had is said in words of its own")
    func refusals() {
        let kinds = PortRefusal.Reason.allCases.map { ProbeFault.Kind($0) }
        for language in Language.allCases {
            let said = kinds.map { ProbeFault($0, port: "/dev/ttyX", code: 5).words.said(in: language) }
            #expect(Set(said).count == kinds.count && said.allSatisfy { $0.contains("/dev/ttyX") })
        }
    }

    @Test("a port that is no port, or is taken, is said in words of both languages")
    func ports() throws {
        #expect(throws: ProbeFault.self) { _ = try ProbeLine(port: "/dev/null") }
        let line = try line([1])
        defer { line.stop() }
        let first = try ProbeLine(port: line.path)
        do throws(ProbeFault) {
            _ = try ProbeLine(port: line.path)
            Issue.record("two have the port")
        } catch {
            #expect(error.kind == .busy)
            for language in Language.allCases { #expect(error.words.said(in: language).contains(line.path)) }
        }
        _ = first
    }
}
