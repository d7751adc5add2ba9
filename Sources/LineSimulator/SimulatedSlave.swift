/// One meter on the line: its tables, its pace and what it supports.
public struct SimulatedSlave: Sendable {
    /// The four tables of the Modbus data model (application protocol V1.1b3, section 4.3).
    public enum Table: Sendable, Hashable, CaseIterable {
        /// Bits that can be written: functions 1, 5 and 15.
        case coils
        /// Bits that can only be read: function 2.
        case discreteInputs
        /// Registers that can be written: functions 3, 6 and 16.
        case holdingRegisters
        /// Registers that can only be read: function 4.
        case inputRegisters

        /// Whether the table holds bits rather than words.
        public var holdsBits: Bool { self == .coils || self == .discreteInputs }
    }

    /// The functions that the simulator knows: 1 to 6, 15 and 16.
    public static let allFunctions: Set<UInt8> = [1, 2, 3, 4, 5, 6, 15, 16]

    /// The address on the line, 1 to 247.
    public let id: UInt8
    /// The time from the end of a request to the first bit of the answer; none means 20 ms, or t3.5 where longer.
    public var turnaround: Duration?
    /// The most registers that the slave gives in one answer; none means the 125 of the specification.
    public var maximumRegisters: Int?
    /// The exception for a read above `maximumRegisters`: 2 with most makers, 3 with others.
    public var maximumException: UInt8 = 2
    /// The functions that the slave supports; any other draws exception 1.
    public var functions: Set<UInt8> = SimulatedSlave.allFunctions

    private var tables: [Table: RegisterMap] = [:]

    /// Makes a slave without registers; its address is 1 to 247.
    public init(id: UInt8, turnaround: Duration? = nil, maximumRegisters: Int? = nil) {
        self.id = id
        self.turnaround = turnaround
        self.maximumRegisters = maximumRegisters
    }

    /// Puts a signal at an address, over whatever was there; in a table of bits its lowest bit counts.
    public mutating func set(_ table: Table, _ address: UInt16, _ signal: Signal) {
        tables[table, default: RegisterMap()].place(signal, at: address)
    }

    /// Takes addresses away, so that reading them draws exception 2.
    public mutating func remove(_ table: Table, _ addresses: ClosedRange<UInt16>) {
        tables[table, default: RegisterMap()].remove(addresses)
    }

    func contains(_ table: Table, _ addresses: Range<Int>) -> Bool {
        tables[table]?.contains(addresses) ?? false
    }

    mutating func read(_ table: Table, _ addresses: Range<Int>, at elapsed: Int64) -> [UInt16] {
        tables[table, default: RegisterMap()].read(addresses, at: elapsed)
    }

    mutating func write(_ table: Table, _ words: [UInt16], at address: UInt16) {
        tables[table, default: RegisterMap()].write(words, at: address)
    }
}
