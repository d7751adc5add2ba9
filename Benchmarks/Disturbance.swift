import Foundation
import LineSimulator

/// Watches whether the machine was quiet enough for what was measured.
struct Disturbance {
    /// The share of time in which something waited for a processor from which on a figure counts as disturbed.
    static let mostWaiting = 0.1
    /// The lateness of the simulator from which on a figure counts as disturbed.
    static let mostLateness: Duration = .milliseconds(1)

    private let start = MonotonicClock.now()
    private let waited = Disturbance.microsecondsWaited()
    private let wallClock = Date()

    /// What disturbed since the watch began; empty where nothing did.
    func seen(lateness: Duration = .zero) -> [String] {
        var disturbances: [String] = []
        if let waited, let waitedNow = Self.microsecondsWaited() {
            let share = (waitedNow - waited) * 1_000 / Double(max(MonotonicClock.now() - start, 1))
            if share > Self.mostWaiting {
                disturbances.append("something waited for a processor \(Int((share * 100).rounded())) % of the time")
            }
        } else if let load = Self.load(), load > Double(ProcessInfo.processInfo.activeProcessorCount) {
            disturbances.append("the load average was \(Figure.text(load))")
        }
        let elapsed = Double(MonotonicClock.now() - start) / 1e9
        if abs(Date().timeIntervalSince(wallClock) - elapsed) > 0.5 { disturbances.append("the wall clock was set") }
        if lateness > Self.mostLateness {
            disturbances.append("the simulator was up to \(Figure.text(lateness.milliseconds)) ms late")
        }
        return disturbances
    }

    /// The kernel's own count of the time in which at least one process waited; nil where it does not count.
    private static func microsecondsWaited() -> Double? {
        let text = try? String(contentsOfFile: "/proc/pressure/cpu", encoding: .utf8)
        return text?.split(separator: "\n").first?.split(separator: "total=").last.flatMap { Double($0) }
    }

    /// The load average of the last minute.
    private static func load() -> Double? {
        let text = try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8)
        return text?.split(separator: " ").first.flatMap { Double($0) }
    }
}
