internal import ExactArithmetic
public import ModbusModel

/// What an installer measured of a line: the file that `edge-agent probe quality --save` writes.
public struct LineBaseline: Sendable, Hashable {
    /// One slave's figures.
    public struct Slave: Sendable, Hashable {
        /// Its address.
        public let address: SlaveAddress
        /// Questions put.
        public let asked: Int
        /// Answered whole.
        public let answered: Int
        /// 95 of 100 answers began within this time.
        public let p95: Duration
        /// 99 of 100 answers began within this time.
        public let p99: Duration
    }

    /// The port's path.
    public let port: String
    /// The speed in bits per second.
    public let baud: Int
    /// The form of a character.
    public let format: SerialFormat
    /// When it was measured, as the file has it.
    public let at: String
    /// The slaves that were asked.
    public let slaves: [Slave]
    /// Characters that the kernel counted as damaged; nil where the port does not count.
    public let characterErrors: Int?

    /// Reads the file; says everything that is wrong with it, with line and key.
    public static func load(path: String) throws(ConfigurationFaults) -> LineBaseline {
        try parse(ConfigurationFile.bytes(path, .baseline), file: path)
    }

    /// Reads a baseline from text alone: JSON, which is YAML too.
    public static func parse(_ text: [UInt8], file: String) throws(ConfigurationFaults) -> LineBaseline {
        try ConfigurationFile.read(text, file: file) { LineBaseline($0) }.value
    }

    /// The figures of a slave; nil where it was not asked.
    public func slave(_ address: SlaveAddress) -> Slave? { slaves.first { $0.address == address } }

    private init?(_ root: MappingReader) {
        let port: String? = root.required("port", .text(.portPath, 1...4096))
        let baud: Int? = root.required("baud", .integer(of: SerialTiming.speeds))
        let format: SerialFormat? = root.required("format", .word)
        let at: String? = root.required("at", .text(.moment, 1...64))
        root.ignore("stray_bytes", "drift")
        let framing = root.optional("framing_errors", .count)
        let parity = root.optional("parity_errors", .count)
        let addresses = FirstPlaces<SlaveAddress>()
        let slaves =
            root["slaves"]?.list(of: .slaves, most: 247).compactMap { item in
                item.mapping { Slave($0, unique: addresses) }
            } ?? []
        if root["slaves"] == nil { root.missing("slaves", .list(.slaves, most: 247)) }
        guard let port, let baud, let format, let at, !slaves.isEmpty else { return nil }
        self.port = port
        self.baud = baud
        self.format = format
        self.at = at
        self.slaves = slaves
        characterErrors = framing.map { $0 + (parity ?? 0) }
    }
}

extension LineBaseline.Slave {
    fileprivate init?(_ mapping: MappingReader, unique addresses: FirstPlaces<SlaveAddress>) {
        let address = mapping.required(
            "slave", Expectation<Int>.integer(.slaveAddress, 1...247).map { SlaveAddress($0) })
        if let address, let reader = mapping["slave"] { addresses.claim(address, by: reader, .address) }
        let asked = mapping.required("asked", .count)
        let answered = mapping.required("answered", .count)
        let p95 = mapping.required("p95_milliseconds", .milliseconds)
        let p99 = mapping.required("p99_milliseconds", .milliseconds)
        mapping.ignore(
            "broken", "lost", "median_milliseconds", "proposed_timeout_milliseconds", "proposed_gap")
        guard let address, let asked, let answered, let p95, let p99 else { return nil }
        guard answered <= asked else {
            mapping["answered"]?.fault(.moreAnswers(answered: answered, asked: asked))
            return nil
        }
        self.address = address
        self.asked = asked
        self.answered = answered
        self.p95 = p95
        self.p99 = p99
    }
}

extension Expectation where Value == Int {
    /// How often something happened.
    fileprivate static var count: Expectation { integer(.plain, 0...1_000_000_000) }
}

extension Expectation where Value == Duration {
    /// A time as a decimal number of milliseconds, such as 23.5.
    fileprivate static var milliseconds: Expectation {
        let decimal = Expectation<ExactDecimal>.decimal(.milliseconds)
        return decimal.map { value in
            guard let number = Double(value.plainText), (0...60_000).contains(number) else { return nil }
            return .microseconds(Int64(number * 1000))
        }
    }
}
