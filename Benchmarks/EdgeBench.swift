import ArgumentParser
import FaultMatrix
import FieldBench
import Foundation

/// `make bench`: every figure beside a limit that was measured or computed in the same run.
@main
struct EdgeBench: AsyncParsableCommand {
    /// The groups of figures, in the order in which they are measured.
    enum Group: String, CaseIterable {
        case cycle, dead, adapter, start, memory, cpu, idle, size, store, drain, link
    }

    static let configuration = CommandConfiguration(
        commandName: "edge-bench",
        abstract: "Measure the agent against the wire, against a bare loop in C, and against its goals.",
        discussion: """
            The agent is the built executable; the slaves, the broker and its certificates are made for the run. A \
            figure that was measured while the machine was busy with other things is marked as disturbed.
            """,
        subcommands: [BareLoopCommand.self, BareDrainCommand.self]
    )

    @Option(help: "The agent's executable, a static release build.")
    var agent: String?

    @Option(
        help: ArgumentHelp(
            "Which groups of figures: cycle, dead, adapter, start, memory, cpu, idle, size, store, drain, link.",
            valueName: "list"))
    var only: String?

    @Option(
        help: ArgumentHelp(
            "Nothing but the fault matrix: so many requests under each fault of the line, and what was published.",
            valueName: "requests"))
    var faults: Int?

    @Flag(help: "Few repeats, as a test that the measuring works; not for figures that are quoted.")
    var quick = false

    @Option(help: ArgumentHelp("Write the table to a file too.", valueName: "file"))
    var markdown: String?

    @Option(help: ArgumentHelp("Write everything that was measured to a file.", valueName: "file"))
    var json: String?

    func run() async throws {
        if let faults { return try await Self.matrix(requests: faults, markdown: markdown) }
        // Asked for here and not by the parser, which would ask it of the subcommand as well.
        guard let agent else { throw ValidationError("--agent names the executable that is measured") }
        let wanted = try groups()
        let bench = try await Workbench(agent: agent, isQuick: quick)
        var figures: [Figure] = []
        for group in Group.allCases where wanted.contains(group) {
            progress("\(group.rawValue) ...")
            figures += try await Self.measure(group, on: bench)
        }
        let report = Report(figures: figures, isQuick: quick)
        print(report.markdown)
        if let markdown { try report.markdown.write(toFile: markdown, atomically: true, encoding: .utf8) }
        if let json { try report.json().write(to: URL(fileURLWithPath: json)) }
    }

    /// Runs the fault matrix and ends with status 1 if a single value was wrong.
    private static func matrix(requests: Int, markdown: String?) async throws {
        let start = ContinuousClock.now
        let matrix = try await FaultMatrix.run(requests: requests) { trial in
            progress("  \(trial.name), \(trial.share), \(trial.map): \(trial.wrong.count) wrong")
        }
        let seconds = Int(start.duration(to: .now) / .seconds(1))
        let text =
            matrix.markdown + "\n\(matrix.requests) requests in \(seconds) s, \(matrix.wrong.count) wrong values.\n"
        print(text)
        if let markdown { try text.write(toFile: markdown, atomically: true, encoding: .utf8) }
        let lies = matrix.wrong + matrix.old
        for lie in lies { progress(lie) }
        if !lies.isEmpty { throw ExitCode(1) }
    }

    private static func measure(_ group: Group, on bench: Workbench) async throws -> [Figure] {
        switch group {
        case .cycle: try await CycleTime.figures(bench)
        case .dead: try await DeadSlaves.figures(bench)
        case .adapter: try await AdapterReturn.figures(bench)
        case .start: try await StartTime.figures(bench)
        case .memory: try await Memory.figures(bench)
        case .cpu: try await ProcessorTime.figures(bench)
        case .idle: try await IdleWakeUps.figures(bench)
        case .size: try await Size.figures(bench)
        case .store: try await Storing.figures(bench)
        case .drain: try await Drain.figures(bench) + LiveDelay.figures(bench)
        case .link: try await ReturnTime.figures(bench) + FleetReturn.figures(bench)
        }
    }

    /// The groups that were asked for; a quick run leaves out those that only mean something when they take long.
    private func groups() throws -> Set<Group> {
        guard let only else { return quick ? Set(Group.allCases).subtracting([.idle]) : Set(Group.allCases) }
        return try Set(
            only.split(separator: ",").map { name in
                guard let group = Group(rawValue: name.trimmingCharacters(in: .whitespaces)) else {
                    throw ValidationError("there is no group '\(name)'")
                }
                return group
            }
        )
    }
}

/// Says what is going on, where it is in nobody's way.
func progress(_ line: String) {
    FileHandle.standardError.write(Data("\(line)\n".utf8))
}
