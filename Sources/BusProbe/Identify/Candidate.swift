public import ExactArithmetic
public import ModbusModel

/// A model of meter that a slave may be, and how one would know it.
public struct Candidate: Sendable {
    /// A value that such a meter has.
    public struct Trait: Sendable {
        /// Where it stands and how it becomes a number.
        public let definition: PointDefinition
        /// What values it has in the field, as lowest and highest.
        public let plausible: [(lowest: Double, highest: Double)]
        /// How much a plausible value tells: 3 much, 1 little, 0 nothing.
        public let weight: Int
        /// Whether it can only grow.
        public let grows: Bool
        /// The raw number that stands for "not measured by this variant".
        public let absent: ExactDecimal?

        /// Describes a value of a model.
        public init(
            definition: PointDefinition, plausible: [(lowest: Double, highest: Double)], weight: Int, grows: Bool,
            absent: ExactDecimal?
        ) {
            self.definition = definition
            self.plausible = plausible
            self.weight = weight
            self.grows = grows
            self.absent = absent
        }
    }

    /// Registers that prove a model.
    public struct Mark: Sendable {
        /// Where they begin.
        public let address: RegisterAddress
        /// How many there are.
        public let count: Int
        /// Whether their words prove it.
        public let isProven: @Sendable ([UInt16]) -> Bool

        /// Describes registers and what they prove.
        public init(address: RegisterAddress, count: Int, isProven: @escaping @Sendable ([UInt16]) -> Bool) {
            self.address = address
            self.count = count
            self.isProven = isProven
        }

        var span: Range<Int> { Int(address.offset)..<Int(address.offset) + count }
    }

    /// The profile's name: `eastron/sdm120`.
    public let name: String
    /// Maker and model as a device may report them.
    public let words: [String]
    /// Models that cannot be told from it by their registers.
    public let alike: [String]
    /// The values it has.
    public let traits: [Trait]
    /// Registers that prove it.
    public let marks: [Mark]
    /// The values that a configuration usually asks for, by name.
    public let worthReading: [String]

    /// Describes a model.
    public init(
        name: String, words: [String], alike: [String], traits: [Trait], marks: [Mark], worthReading: [String] = []
    ) {
        self.name = name
        self.words = words
        self.alike = alike
        self.traits = traits
        self.marks = marks
        self.worthReading = worthReading
    }
}

/// How well a slave fits a model.
public struct Match: Sendable, Hashable {
    /// The profile's name.
    public let name: String
    /// What speaks for it, less what speaks against it.
    public let score: Double
    /// How sure it is beside all the others, from 0 to 1.
    public let confidence: Double
    /// Values that are plausible, of those that were read.
    public let plausible: Int
    /// Values that were read.
    public let read: Int
    /// Values that the model has and the slave refused.
    public let refused: Int
    /// Models that cannot be told from it.
    public let alike: [String]
}
