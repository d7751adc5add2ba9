/// What a gateway read in one poll cycle: the message of the contract.
public struct TelemetryMessage: Sendable, Hashable {
    /// The gateway that read.
    public let gateway: MACAddress

    /// The moment at which the poll cycle began.
    public let timestamp: UTCSecond

    /// One reading for each point that was read, in the order of the configuration; never empty.
    public let readings: [Reading]

    /// Checks what a message promises: at least one reading, and no point twice.
    ///
    /// Codes are told apart byte by byte: nothing is normalised, and upper and lower case differ.
    public init(gateway: MACAddress, timestamp: UTCSecond, readings: [Reading]) throws(MessageFault) {
        guard !readings.isEmpty else { throw .noReadings }
        var codes = Set<[UInt8]>(minimumCapacity: readings.count)
        for (index, reading) in readings.enumerated() {
            guard Reading.isCode(reading.code) else { throw .badCode(reading.code, index: index) }
            guard Reading.isUnit(reading.unit) else { throw .badUnit(reading.unit, index: index) }
            guard codes.insert(Array(reading.code.utf8)).inserted
            else { throw .duplicateCode(reading.code, index: index) }
        }
        self.gateway = gateway
        self.timestamp = timestamp
        self.readings = readings
    }
}

/// Why readings make no message.
public enum MessageFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// Nothing was read: such a cycle sends no message.
    case noReadings
    /// The code of the reading with this index is empty or has U+0000.
    case badCode(String, index: Int)
    /// The unit of the reading with this index has U+0000.
    case badUnit(String, index: Int)
    /// The reading with this index has the code of one before it.
    case duplicateCode(String, index: Int)

    /// The reading at which the fault shows, counted from zero; nil if there is none.
    public var index: Int? {
        switch self {
        case .noReadings: nil
        case .badCode(_, let index), .badUnit(_, let index), .duplicateCode(_, let index): index
        }
    }

    /// What is wrong with the readings.
    public var description: String {
        switch self {
        case .noReadings:
            "a message needs at least one reading: a cycle in which nothing was read sends none"
        case .badCode(let code, let index):
            "reading \(index): \(code.debugDescription) is no code: one is not empty and has no U+0000"
        case .badUnit(let unit, let index):
            "reading \(index): \(unit.debugDescription) is no unit: one has no U+0000"
        case .duplicateCode(let code, let index):
            "reading \(index): a reading before it has the code \(code.debugDescription) too"
        }
    }
}
