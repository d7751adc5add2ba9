import FieldBench
import Foundation

/// What the kernel tells of a process.
enum ProcessFiles {
    /// The processor's time of all threads, user and system: what `/proc/PID/stat` has, in finer steps.
    static func processorTime(_ id: Int32) throws -> Duration {
        var clock = clockid_t()
        var time = timespec()
        guard clock_getcpuclockid(id, &clock) == 0, clock_gettime(clock, &time) == 0 else {
            throw BenchError("process \(id) has no clock")
        }
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    /// A value in KiB of `status` or `smaps_rollup`.
    static func kibibytes(_ key: String, in file: String, of id: Int32) throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(id)/\(file)", encoding: .utf8)
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("\(key):") }),
            let value = line.split(separator: " ").dropFirst().first.flatMap({ Double($0) })
        else { throw BenchError("/proc/\(id)/\(file) has no \(key)") }
        return value
    }

    /// How often each thread has given up the processor to wait, by the thread's name; threads of a name together.
    static func voluntarySwitches(_ id: Int32) throws -> [String: Int] {
        let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/task")
        var switches: [String: Int] = [:]
        for task in tasks {
            // A thread may end between the two looks.
            guard let text = try? String(contentsOfFile: "/proc/\(id)/task/\(task)/status", encoding: .utf8) else {
                continue
            }
            let values = Dictionary(
                text.split(separator: "\n").compactMap { line -> (String, String)? in
                    let parts = line.split(separator: ":\t", maxSplits: 1)
                    return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
                },
                uniquingKeysWith: { first, _ in first }
            )
            guard let name = values["Name"], let count = values["voluntary_ctxt_switches"].flatMap({ Int($0) }) else {
                continue
            }
            switches[name, default: 0] += count
        }
        return switches
    }
}

/// The clock of the simulator's records.
enum MonotonicClock {
    /// Nanoseconds of `CLOCK_MONOTONIC`.
    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
