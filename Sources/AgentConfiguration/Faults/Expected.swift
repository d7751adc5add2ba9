extension ConfigurationFault {
    /// What may stand as the value of a key.
    public enum Expected: Sendable, Hashable {
        /// A whole number of a range.
        case number(Number, ClosedRange<Int>)
        /// A whole number of a range, or `none`.
        case numberOrNone(Number, ClosedRange<Int>)
        /// One of a few words or numbers.
        case oneOf([String])
        /// `true` or `false`.
        case truth
        /// A decimal number.
        case decimal
        /// A time as a decimal number of milliseconds.
        case milliseconds
        /// A number with a unit of time, between two such.
        case duration(from: String, to: String, wholeSeconds: Bool)
        /// A number with a unit of size, between two such.
        case size(from: String, to: String)
        /// A text.
        case text(Text)
        /// A path.
        case path(Path)
        /// A host name or an IP address.
        case host
        /// A MAC in its one spelling.
        case mac
        /// The URL of a serial server or a Modbus TCP device.
        case endpoint
        /// A register in the notation of manuals.
        case register
        /// The same, or a table and an address.
        case registerOrTable
        /// One bit or some in a row.
        case bits
        /// A code for each value that is wanted of a profile.
        case codes
        /// Keys and values.
        case mapping
        /// A list of one item or more, at most so many.
        case list(Items, most: Int?)
    }

    /// What a list is of.
    public enum Items: String, Sendable, Hashable, CaseIterable {
        /// Lines of meters.
        case lines
        /// Slaves on a line.
        case slaves
        /// Points of a slave.
        case points
        /// Names of profiles.
        case profiles
        /// Registers that prove a model.
        case registers
        /// Quantities that meters measure.
        case quantities
        /// Ranges of numbers.
        case ranges
        /// Numbers.
        case numbers
    }
}

extension ConfigurationFault.Expected {
    /// What a number is of.
    public enum Number: Sendable, Hashable, CaseIterable {
        /// A TCP port.
        case port
        /// Messages.
        case messages
        /// Messages in a second.
        case messagesPerSecond
        /// The address of a slave.
        case slaveAddress
        /// The address of a register.
        case address
        /// Registers.
        case registers
        /// Characters in a register.
        case charactersInRegister
        /// Attempts.
        case attempts
        /// A quantity's weight.
        case weight
        /// Anything.
        case plain
    }

    /// What a text is.
    public enum Text: Sendable, Hashable, CaseIterable {
        /// A line's name.
        case lineName
        /// A point's code.
        case code
        /// A unit.
        case unit
        /// The name of a profile, with an example.
        case profile
        /// The name of a profile.
        case profileName
        /// The maker of a meter.
        case maker
        /// The model of a meter.
        case model
        /// The name of a quantity.
        case quantityName
        /// A quantity's name in English.
        case englishName
        /// A quantity's name in Portuguese.
        case portugueseName
        /// What registers say.
        case registersText
        /// The port of a baseline.
        case portPath
        /// The moment of a measurement.
        case moment
    }

    /// What a path leads to.
    public enum Path: Sendable, Hashable, CaseIterable {
        /// A serial port.
        case serialPort
        /// A baseline.
        case baseline
        /// A folder of profiles.
        case profiles
        /// The spool's database.
        case spool
        /// The CA's certificate.
        case authority
        /// The gateway's certificate.
        case certificate
        /// The private key.
        case privateKey
    }
}
