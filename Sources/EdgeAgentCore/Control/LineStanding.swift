/// What a running agent does with a line of its own, as it tells whoever asks on the control socket.
public enum LineStanding: String, Sendable, Hashable {
    /// It has the port or the connection.
    case held
    /// It has lent the port to a probe.
    case lent
    /// It has lost the line, and takes it up again as soon as it can.
    case lost
}
