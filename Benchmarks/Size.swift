import FieldBench
import Foundation

/// The agent's size on disk and in a package, and what it needs of the system.
enum Size {
    static func figures(_ bench: Workbench) async throws -> [Figure] {
        let stripped = bench.folder.path("edge-agent")
        try await run("strip", ["-o", stripped, bench.agent])
        let needed = try await run("readelf", ["-d", stripped]).split(separator: "\n")
            .filter { $0.contains("(NEEDED)") }
            .compactMap { $0.split(separator: "[").last?.split(separator: "]").first.map(String.init) }
        // A quick run only proves that the tool is there.
        try await run("xz", ["--keep", bench.isQuick ? "-0" : "-9e", stripped])
        return [
            Figure(
                name: "static release binary, stripped",
                measured: try megabytes(stripped),
                unit: "MB",
                limit: try megabytes(bench.agent),
                limitName: "not stripped",
                remarks: ["it links \(needed.joined(separator: ", "))"]
            ),
            Figure(
                name: "the same, compressed with xz",
                measured: try megabytes(stripped + ".xz"),
                unit: "MB",
                limit: try megabytes(stripped),
                limitName: "stripped"
            ),
        ]
    }

    private static func megabytes(_ path: String) throws -> Double {
        // Through symbolic links: the build folder is one.
        let resolved = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let size = try FileManager.default.attributesOfItem(atPath: resolved)[.size] as? NSNumber
        guard let size else { throw BenchError("\(path) has no size") }
        return size.doubleValue / 1_000_000
    }

    @discardableResult
    private static func run(_ program: String, _ arguments: [String]) async throws -> String {
        let child = try await ChildProcess.run(program, arguments, within: .seconds(180))
        guard child.exit == .status(0) else { throw BenchError("\(program): \(child.errors.text)") }
        return child.output.text
    }
}
