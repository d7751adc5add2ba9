public import ModbusModel

/// What a line is: the way to it, its speed and the form of its characters.
public struct LineSettings: Sendable, Hashable {
    /// How the slaves are reached.
    public enum Way: Sendable, Hashable {
        /// By a serial port of this machine.
        case serial(path: String, rs485: RS485Mode)
        /// By a connection to a Modbus TCP device or a serial server, made within a time, name look-up included.
        case network(NetworkEndpoint, connectTimeout: Duration)
    }

    /// How the slaves are reached.
    public let way: Way

    /// Speed and format; for a network line, those of the wire behind the server.
    public let timing: SerialTiming

    /// Where the kernel shows what it knows of devices; another folder in tests.
    var sysfs = "/sys"

    /// Describes a serial line.
    ///
    /// - Parameter port: The port's path, best one below /dev/serial/by-id, which stays the same when the adapter is
    ///   plugged in again.
    public init(port: String, timing: SerialTiming, rs485: RS485Mode = .none) {
        way = .serial(path: port, rs485: rs485)
        self.timing = timing
    }

    /// Describes a line that is reached over a network.
    public init(endpoint: NetworkEndpoint, timing: SerialTiming, connectTimeout: Duration = .seconds(3)) {
        way = .network(endpoint, connectTimeout: connectTimeout)
        self.timing = timing
    }

    /// Where the line is: the port's path, or the endpoint's URL.
    public var place: String {
        switch way {
        case .serial(let path, _): path
        case .network(let endpoint, _): endpoint.description
        }
    }

    /// The silence that ends a disturbance where frames have no number: packets are not further apart than this.
    var packetsApart: Duration {
        switch way {
        case .serial: .milliseconds(20)
        case .network: .milliseconds(100)
        }
    }

    /// The longest pause inside an answer; a longer one has ended it too early.
    ///
    /// Adapters hand bytes over in packets; TCP sends a lost segment again after 200 ms at the earliest.
    var longestPause: Duration {
        switch way {
        case .serial: .milliseconds(50)
        case .network: .milliseconds(300)
        }
    }
}
