/// A serial port that a running agent has lent, until the loan ends or its holder dies.
public struct PortLoan: ~Copyable {
    /// The loan lasts as long as this connection.
    private let conversation: ControlConversation

    /// How many milliseconds an agent may take: an exchange that is under way is finished first.
    private static let patience: Int32 = 8_000

    /// Asks every running agent for a port; nil where none of them has it.
    ///
    /// The agent that has it stops polling that line and gives the port up. It goes on by itself as soon as the loan
    /// ends, also when this process is killed.
    public init?(port: String) {
        guard let device = DeviceNumber(port: port) else { return nil }
        for path in ControlFolder.sockets {
            guard let conversation = ControlConversation(at: path),
                conversation.ask("lend \(device.text)", within: Self.patience) == "lent"
            else { continue }
            self.conversation = conversation
            return
        }
        return nil
    }
}
