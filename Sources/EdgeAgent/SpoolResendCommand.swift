import ArgumentParser
import EdgeAgentCore
import StoreForward
import TelemetryContract

/// `edge-agent spool resend`: delivered messages once more.
struct SpoolResendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resend",
        abstract: "Have delivered messages sent again, for a back end that misses some.",
        discussion: """
            Only messages that the store still keeps can be sent again: spool.keep_delivered says how long. They go out \
            when nothing else waits, with the bytes and the timestamps that they had. Say the range by timestamps \
            (2026-02-18T14:30:00Z) or by sequences (4711); both ends are in it, and an end that is left out is open.
            """)

    @OptionGroup var spool: SpoolOption

    @Option(help: ArgumentHelp("The first: a UTC timestamp or a sequence.", valueName: "time|sequence"))
    var from: RangeEnd?

    @Option(help: ArgumentHelp("The last: a UTC timestamp or a sequence.", valueName: "time|sequence"))
    var to: RangeEnd?

    @Flag(help: "Write the result as JSON to standard output.")
    var json = false

    func validate() throws {
        switch (from, to) {
        case (nil, nil): throw ValidationError("give --from, --to or both")
        case (.stamp, .sequence), (.sequence, .stamp):
            throw ValidationError("give both ends as timestamps, or both as sequences")
        case (.stamp(let first), .stamp(let last)) where first > last,
            (.sequence(let first), .sequence(let last)) where first > last:
            throw ValidationError("--from lies behind --to")
        default: break
        }
    }

    func run() async throws {
        try await Terminal.endingSpool {
            let visit = try spool.open()
            let count =
                switch (from, to) {
                case (.sequence(let first), .sequence(let last)): try visit.resend(sequences: first...last)
                case (.sequence(let first), nil): try visit.resend(sequences: first ... .max)
                case (nil, .sequence(let last)): try visit.resend(sequences: .min...last)
                default: try visit.resend(stamps: (from?.number ?? .min)...(to?.number ?? .max))
                }
            Terminal.say(json ? #"{"asked_for":\#(count)}"# : "\(count) messages will be sent again")
        }
    }
}

/// One end of a range of messages.
enum RangeEnd: ExpressibleByArgument, Equatable {
    case stamp(Int64)
    case sequence(Int64)

    init?(argument: String) {
        if let second = UTCSecond(argument) {
            self = .stamp(second.secondsSince1970)
        } else if let sequence = Int64(argument), sequence > 0 {
            self = .sequence(sequence)
        } else {
            return nil
        }
    }

    var number: Int64 {
        switch self {
        case .stamp(let number), .sequence(let number): number
        }
    }
}
