public import ModbusModel

extension AgentConfiguration {
    /// A line that slaves hang on, and the way to it.
    public struct Line: Sendable, Hashable {
        /// How the line is reached.
        public enum Way: Sendable, Hashable {
            /// By the serial device of this path, such as `/dev/ttyUSB0`.
            case serial(port: String, rs485: RS485Mode)
            /// By a Modbus TCP device or a serial server; a connection is given up after 100 ms to 10 s, 3 s by default.
            case network(NetworkEndpoint, connectTimeout: Duration)
        }

        /// The line's name, 1 to 32 characters, unique; `line` where the file has only one.
        public let name: String

        /// How the line is reached.
        public let way: Way

        /// The speed in bits per second, one of `SerialTiming.speeds`; of a network line, that behind the server.
        ///
        /// 9600 by default; 115200 for Modbus TCP, where there may be no wire at all.
        public let baud: Int

        /// The form of a character; `8N1` by default.
        public let format: SerialFormat

        /// What the line is held against; nil where it is not watched for drift.
        public let watch: Watch?

        /// Where the line is: the port's path or the URL.
        public var place: String {
            switch way {
            case .serial(let port, _): port
            case .network(let endpoint, _): endpoint.description
            }
        }

        /// Reads the keys of a line that is a mapping.
        init?(_ mapping: MappingReader, name: String, _ surroundings: Surroundings) {
            // In the order in which a message about an unknown key lists them.
            mapping.ignore("port", "url", "baud", "format", "rs485", "baseline", "drift_window")
            let port = mapping["port"]
            let url = mapping["url"]
            if port != nil, let url { url.fault(.portAndURL, .oneOf(["port", "url"])) }
            let way = url == nil ? Self.serial(mapping, surroundings) : Self.network(mapping)
            let baud = mapping.optional("baud", .integer(of: SerialTiming.speeds))
            let format = mapping.optional("format", .word, default: SerialFormat.eightN1)
            let watch = Watch(mapping, surroundings)
            guard let way else { return nil }
            self.init(name: name, way: way, baud: baud, format: format, watch: watch)
        }

        /// Takes a line that is one text: a path, or a URL.
        init?(_ text: ValueReader, name: String, _ surroundings: Surroundings) {
            guard case .scalar(let scalar) = text.node.content, scalar.text.contains("://") else {
                guard let port = text.read(.port(in: surroundings)) else { return nil }
                self.init(name: name, way: .serial(port: port, rs485: .none), baud: nil, format: .eightN1)
                return
            }
            guard let endpoint = text.read(.endpoint) else { return nil }
            self.init(
                name: name, way: .network(endpoint, connectTimeout: Self.usualTimeout), baud: nil, format: .eightN1)
        }

        private init(name: String, way: Way, baud: Int?, format: SerialFormat, watch: Watch? = nil) {
            self.name = name
            self.watch = watch
            self.way = way
            self.format = format
            if case .network(let endpoint, _) = way, endpoint.framing == .tcp {
                self.baud = baud ?? 115_200
            } else {
                self.baud = baud ?? 9600
            }
        }

        private static let usualTimeout: Duration = .seconds(3)

        private static func serial(_ mapping: MappingReader, _ surroundings: Surroundings) -> Way? {
            let rs485 = RS485Mode(mapping["rs485"])
            guard let port = mapping.required("port", .port(in: surroundings), .networkURL) else { return nil }
            return .serial(port: port, rs485: rs485)
        }

        private static func network(_ mapping: MappingReader) -> Way? {
            mapping["rs485"]?.fault(.notOverNetwork(.rs485), .leaveKeyOut)
            let timeout = mapping.optional(
                "connect_timeout", .duration(.milliseconds(100) ... .seconds(10)), default: usualTimeout)
            guard let endpoint = mapping.required("url", .endpoint) else { return nil }
            return .network(endpoint, connectTimeout: timeout)
        }
    }
}

extension Expectation where Value == String {
    /// The path of a serial device.
    fileprivate static func port(in surroundings: Surroundings) -> Expectation {
        let path = path(.serialPort, in: surroundings)
        return Expectation(path.expected) { (scalar) throws(Mismatch) in
            guard !scalar.text.contains("://") else {
                throw Mismatch(.urlKey(scalar.text.shortened))
            }
            return try path.read(scalar)
        }
    }
}

extension Expectation where Value == NetworkEndpoint {
    /// Where a Modbus TCP device or a serial server listens.
    fileprivate static var endpoint: Expectation {
        Expectation(.endpoint) { (scalar) throws(Mismatch) in
            do throws(EndpointFault) {
                return try NetworkEndpoint(url: scalar.text)
            } catch {
                throw Mismatch(.endpoint(error))
            }
        }
    }
}
