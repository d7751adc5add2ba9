internal import Foundation

/// A client that listens to topics; the consumer on the server, unless told otherwise.
public final class Subscriber: Sendable {
    private let process: ChildProcess
    private let inbox = Recording<Message>()

    /// Connects and subscribes, and returns when the broker has confirmed it: what is published from now on arrives.
    ///
    /// The confirmation is no permission: Mosquitto confirms a topic that the ACL denies, and then delivers nothing.
    public init(
        to topics: [String],
        on broker: Broker,
        as files: Certificates.DeviceFiles? = nil,
        options: [String] = [],
        within duration: Duration = .seconds(10)
    ) async throws {
        let client: Certificates.DeviceFiles
        if let files { client = files } else { client = try await broker.certificates.consumer() }
        // Into a pipe, the client would keep its words to itself until there are 4 KiB of them: hence line by line.
        let arguments = ["-oL", "mosquitto_sub", "-q", "1", "-d", "-F", Message.format]
        let subscriptions = topics.flatMap { ["-t", $0] }
        let process = try ChildProcess(
            "stdbuf",
            arguments + Publisher.connection(to: broker, as: client) + subscriptions + options
        )
        self.process = process
        let (output, inbox) = (process.output, inbox)
        // It holds the output and not the process, which is killed, and so ends the output, when this object goes.
        Task {
            for await line in output.lines {
                if let message = Message(line: line) { inbox.append(message) }
            }
            inbox.finish()
        }
        try await eventually(
            "the broker confirms the subscription; the client: \(process.errors.text)",
            within: duration
        ) {
            guard process.isRunning else {
                throw BenchError("the subscriber ended: \(process.errors.text) \(process.output.text)")
            }
            return process.output.text.contains("\nSubscribed (mid: ")
        }
    }

    /// Every message from the first one on; each stream begins at the beginning and ends with the subscriber.
    public var messages: AsyncStream<Message> { inbox.stream }

    /// All messages so far.
    public var received: [Message] { inbox.elements }

    /// Whether the client is there; it also ends if it is refused a new connection.
    public var isRunning: Bool { process.isRunning }

    /// Waits until so many messages have come, and returns all.
    @discardableResult
    public func waitForMessages(_ count: Int, within duration: Duration = .seconds(10)) async throws -> [Message] {
        try await eventually("\(count) messages have come; so far: \(received.count)", within: duration) {
            received.count >= count
        }
        return received
    }

    /// Disconnects.
    public func stop() async throws {
        try await process.stop()
    }
}
