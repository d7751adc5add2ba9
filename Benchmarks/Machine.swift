import BareLoop
import Foundation

/// What the figures were measured on.
struct Machine: Encodable {
    let processor: String
    let processors: Int
    let kernel: String
    let libmodbus: String
    let libmosquitto: String
    let sqlite: String

    static func current() -> Machine {
        Machine(
            processor: processorName(),
            processors: ProcessInfo.processInfo.activeProcessorCount,
            kernel: text(of: "/proc/sys/kernel/osrelease").trimmingCharacters(in: .whitespacesAndNewlines),
            libmodbus: String(cString: bare_loop_modbus_version()),
            libmosquitto: String(cString: bare_loop_mosquitto_version()),
            sqlite: String(cString: bare_loop_sqlite_version())
        )
    }

    /// The model as the kernel names it: `model name` on a PC, `Model` at the end on a Raspberry Pi.
    private static func processorName() -> String {
        let lines = text(of: "/proc/cpuinfo").split(separator: "\n")
        for key in ["model name", "Model"] {
            if let line = lines.last(where: { $0.hasPrefix(key) }), let value = line.split(separator: ":").last {
                return value.trimmingCharacters(in: .whitespaces)
            }
        }
        return "an unnamed processor"
    }

    private static func text(of file: String) -> String { (try? String(contentsOfFile: file, encoding: .utf8)) ?? "" }
}
