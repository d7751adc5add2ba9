import LineSimulator

/// A line that is typed into the simulator while it runs: `late 3 1500ms x2`.
struct FaultCommand {
    /// A line that was not understood.
    struct Mistake: Error, CustomStringConvertible {
        let description: String
    }

    static let help = """
          dead [#slave]          no answer
          slow [#slave] TIME     a slower answer
          late [#slave] TIME     an answer after the master's patience
          badcrc [#slave]        a wrong checksum
          lost [#slave] N        N bytes of the answer go missing
          truncate [#slave] N    only the first N bytes of the answer
          noise [#slave] N       N bytes of noise before the answer
          echo                   the adapter echoes every request
          duplicate [#slave]     each answer twice
          stale [#slave]         the answer before this one
          split [#slave] TIME    the answer in two halves, so far apart
          joined [#slave]        the answer in one piece with the next one
          wrongid [#slave]       the number of another request (Modbus TCP)
          reset [#slave]         the connection is cut in place of an answer
          exception [#slave] N   exception N
          busy [#slave]          exception 6
          clear [#slave]         no faults any more
          unplug, replug         the adapter goes, and comes back
          counters               what the line has seen
        A last word x3 means the next three answers, 10% one in ten.
        Slaves are #1 to #247, times are 1500ms or 2s.
        """

    private enum Action {
        case inject(Fault, UInt8?)
        case clear(UInt8?)
        case unplug
        case replug
        case counters
        case nothing
    }

    private let action: Action

    init(_ text: String) throws(Mistake) {
        var words = text.split(separator: " ")[...]
        guard let verb = words.popFirst() else {
            action = .nothing
            return
        }
        var slave: UInt8?
        if let word = words.first, word.hasPrefix("#") {
            guard let id = UInt8(word.dropFirst()), (1...247).contains(id) else {
                throw Mistake(description: "\(word): slaves are #1 to #247")
            }
            slave = id
            words.removeFirst()
        }
        var frequency = Fault.Frequency.always
        if let word = words.last, let given = Self.frequency(word) {
            frequency = given
            words.removeLast()
        }
        switch verb {
        case "clear": action = .clear(slave)
        case "unplug": action = .unplug
        case "replug": action = .replug
        case "counters": action = .counters
        default: action = .inject(Fault(try Self.kind(verb, words.first), frequency), slave)
        }
    }

    /// Does it; gives back what is to be said.
    func apply(to line: SimulatedLine) throws(Mistake) -> String? {
        switch action {
        case .inject(let fault, let slave): line.inject(fault, on: slave)
        case .clear(let slave): line.clearFaults(on: slave)
        case .unplug: line.unplug()
        case .replug:
            do { try line.replug() } catch { throw Mistake(description: "\(error)") }
        case .counters: return "\(line.counters)"
        case .nothing: return nil
        }
        return "ok"
    }

    private static func kind(_ verb: Substring, _ argument: Substring?) throws(Mistake) -> Fault.Kind {
        switch verb {
        case "dead": return .dead
        case "slow": return .slow(by: try time(argument))
        case "late": return .late(after: try time(argument))
        case "badcrc": return .badCRC
        case "lost": return .lostBytes(try number(argument), from: .middle)
        case "noise": return .noiseBefore(try number(argument))
        case "exception": return .exception(UInt8(clamping: try number(argument)))
        case "busy": return .busy
        case "echo": return .echo
        case "duplicate": return .duplicated
        case "stale": return .stale
        case "split": return .split(pause: try time(argument))
        case "joined": return .joined
        case "wrongid": return .wrongTransaction
        case "reset": return .reset
        case "truncate": return .truncated(to: try number(argument))
        default: throw Mistake(description: "\(verb): unknown; there are:\n\(help)")
        }
    }

    private static func number(_ word: Substring?) throws(Mistake) -> Int {
        guard let word, let number = Int(word), (1...255).contains(number) else {
            throw Mistake(description: "a number from 1 to 255 is missing, as in: exception #3 2")
        }
        return number
    }

    private static func time(_ word: Substring?) throws(Mistake) -> Duration {
        if let word, word.hasSuffix("ms"), let number = Int(word.dropLast(2)), number > 0 {
            return .milliseconds(number)
        }
        if let word, word.hasSuffix("s"), let number = Int(word.dropLast()), number > 0 { return .seconds(number) }
        throw Mistake(description: "a time is missing, as in: late #3 1500ms")
    }

    private static func frequency(_ word: Substring) -> Fault.Frequency? {
        if word.hasPrefix("x"), let count = Int(word.dropFirst()), count > 0 { return .next(count) }
        if word.hasSuffix("%"), let percent = Double(word.dropLast()), (0...100).contains(percent) {
            return .probability(percent / 100)
        }
        return nil
    }
}
