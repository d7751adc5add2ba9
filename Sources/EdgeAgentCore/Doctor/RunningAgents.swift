import Glibc

/// What agents that run on this machine say of themselves; nothing of theirs is borrowed or changed.
struct RunningAgents {
    /// A line that a running agent has.
    struct Hold: Sendable, Hashable {
        let standing: LineStanding
        let process: Int32
    }

    private let sockets: [String]

    /// How many milliseconds an agent may take for an answer that costs it nothing.
    private static let patience: Int32 = 3_000

    init(sockets: [String]) { self.sockets = sockets }

    /// Who has a line, named by its port or its URL; nil where nobody says so.
    func hold(of place: String) -> Hold? {
        let name = place.contains("://") ? place : DeviceNumber(port: place)?.text
        guard let name else { return nil }
        for socket in sockets {
            guard let answer = ask("line \(name)", at: socket), let standing = LineStanding(rawValue: answer)
            else { continue }
            return Hold(standing: standing, process: Self.process(of: socket))
        }
        return nil
    }

    /// How a running agent judges its clock: the one of that process, or the first where it is not known.
    func clock(of process: Int32?) -> ClockState? {
        for socket in sockets where process == nil || Self.process(of: socket) == process {
            if let state = ask("clock", at: socket).flatMap(ClockState.init(rawValue:)) { return state }
        }
        return nil
    }

    private func ask(_ question: String, at socket: String) -> String? {
        guard let conversation = ControlConversation(at: socket) else { return nil }
        return conversation.ask(question, within: Self.patience)
    }

    /// The process that a socket's name tells: `control-123.sock`.
    private static func process(of socket: String) -> Int32 {
        Int32(SystemFiles.name(of: socket).dropFirst("control-".count).prefix { $0.isNumber }) ?? 0
    }
}
