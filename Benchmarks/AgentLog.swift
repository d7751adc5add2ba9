import FieldBench

/// What the agent says of itself.
enum AgentLog {
    /// The milliseconds of all cycles so far.
    static func cycleTimes(_ process: ChildProcess) -> [Double] {
        values("milliseconds", process).compactMap(Double.init)
    }

    /// How many older messages waited at the last cycle.
    static func backlog(_ process: ChildProcess) -> Int? { values("backlog", process).last.flatMap { Int($0) } }

    private static func values(_ key: String, _ process: ChildProcess) -> [Substring] {
        process.errors.text.split(separator: "\n").filter { $0.contains(" cycle ") }.compactMap { line in
            line.split(separator: " ").first { $0.hasPrefix("\(key)=") }?.dropFirst(key.count + 1)
        }
    }
}
