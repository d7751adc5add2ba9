import ArgumentParser
import CrashHarness
import FieldBench
import Foundation

/// `make crash`: kills the agent over and over, and says what that cost.
@main
struct EdgeCrash: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edge-crash",
        abstract: "Kill the agent at random moments under faults of the network, the broker, the clock and the disk.",
        discussion: """
            The agent is the built executable. What was answered on the line, what the spool held at each kill and what \
            reached the subscriber are held against each other. The status is 0 if the guarantee held, else 1.
            """
    )

    @Option(help: "The agent's executable; the one that was built beside this program, unless given.")
    var agent: String?

    @Option(help: "How many rounds; each is one kill and perhaps another fault.")
    var rounds = 100

    @Option(help: "Where the decisions begin; the same seed, the same rounds. Random unless given.")
    var seed: UInt64?

    @Option(
        help:
            "How many messages each gateway has stored before the run; 120 for each round, 40000 at the most, unless given."
    )
    var backlog: Int?

    @Option(help: ArgumentHelp("Which gateways: plain, other, small disk, stepped clock, damaged.", valueName: "list"))
    var only: String?

    @Flag(help: "Print the plan and do nothing.")
    var plan = false

    @Flag(help: "Say each round as it begins.")
    var verbose = false

    /// What a gateway delivers in the time of one round: its window is full as long as there is a backlog.
    private static let perRound = 120

    func run() async throws {
        let seed = seed ?? UInt64.random(in: 1...999_999_999)
        let plan = Plan(seed: seed, rounds: rounds, gateways: try roles())
        guard !self.plan else { return plan.rounds.forEach { print($0) } }
        let census = plan.census.map { "\($0.count) \($0.name)" }.joined(separator: ", ")
        print("seed \(seed), \(rounds) rounds: \(census)")
        let backlog = backlog ?? min(Self.perRound * rounds, 40_000)
        // One gateway runs in a place of its own, from which no relative path leads back here.
        let agent = try agent.map { URL(filePath: $0).standardizedFileURL.path } ?? Repository.binary("edge-agent")
        guard FileManager.default.isExecutableFile(atPath: agent) else {
            throw ValidationError("\(agent) cannot be run; build it with `make build`")
        }
        let run = try await CrashRun(plan, agent: agent, backlog: backlog)
        let outcome = try await run.run { round in
            if verbose {
                print(round)
            } else if round.number.isMultiple(of: 25) {
                note("round \(round.number) of \(rounds)")
            }
        }
        print(CrashReport(plan, outcome))
        guard outcome.holds else { throw ExitCode.failure }
    }

    private func roles() throws -> [Role] {
        guard let only else { return Role.usual }
        return try only.split(separator: ",").map { word in
            guard let role = Role(rawValue: word.trimmingCharacters(in: .whitespaces)) else {
                throw ValidationError("there is no gateway '\(word)'")
            }
            return role
        }
    }

    private func note(_ line: String) {
        FileHandle.standardError.write(Data("\(line)\n".utf8))
    }
}
