public import ExactArithmetic
public import ModbusModel

/// What is known of one model of meter: where its values stand and how they become numbers.
public struct MeterProfile: Sendable, Hashable {
    /// One value that the meter has.
    public struct Point: Sendable, Hashable {
        /// The name of the quantity, the same in every profile: `energy_import`.
        public let name: String
        /// Where it stands and how it becomes a number.
        public let definition: PointDefinition
        /// The unit, as it is sent.
        public let unit: String
        /// A value as such a meter may show it, in the unit; nil where the profile gives none.
        public let example: ExactDecimal?
        /// The raw number that stands for "not measured by this variant"; nil where there is none.
        public let absent: ExactDecimal?
    }

    /// Maker and model as the folder has them: `eastron/sdm120`.
    public let name: String
    /// The maker, as it is printed.
    public let maker: String
    /// The model, as it is printed.
    public let model: String
    /// Whether a second source agrees with the map.
    public let isConfirmed: Bool
    /// The profiles whose meters cannot be told from this one by their registers.
    public let alike: [String]
    /// The most registers in one answer; nil where that is not known.
    public let maximumRegisters: Int?
    /// Whether registers between two values may be read along; false also where that is not known.
    public let allowsHoles: Bool
    /// The speed with which it leaves the factory; nil where that is not known.
    public let baud: Int?
    /// The form of character with which it leaves the factory; nil where that is not known.
    public let format: SerialFormat?
    /// The values, in the order of the profile.
    public let points: [Point]
    /// Registers that prove what it is.
    public let marks: [IdentityMark]

    /// Reads a profile; says everything that is wrong with it, with line and key.
    ///
    /// - Parameter name: Maker and model, as the folder has them.
    public static func load(path: String, name: String) throws(ConfigurationFaults) -> MeterProfile {
        try parse(ConfigurationFile.bytes(path), file: path, name: name)
    }

    /// Reads a profile from text alone.
    public static func parse(_ text: [UInt8], file: String, name: String) throws(ConfigurationFaults) -> MeterProfile {
        try ConfigurationFile.read(text, file: file) { MeterProfile($0, name: name) }.value
    }

    /// The value of a name; nil where the meter does not have it.
    public func point(named name: String) -> Point? { points.first { $0.name == name } }

    private init?(_ root: MappingReader, name: String) {
        self.name = name
        let maker = root.required("maker", .text(.maker, 1...64))
        let model = root.required("model", .text(.model, 1...64))
        isConfirmed = root.optional("confirmed", .truth, default: false)
        alike = root["alike"]?.list(of: .profiles).compactMap { $0.read(.text(.profileName, 1...64)) } ?? []
        // What a person wants to know of the map's origin; profiles/check_profiles.py holds it to the schema.
        root.ignore("also", "quantity", "phases", "document", "remark", "sources", "vectors", "confirm")
        let request = root["request"]?.mapping { Request($0) }
        maximumRegisters = request?.maximumRegisters
        allowsHoles = request?.allowsHoles ?? false
        let serial = root["serial"]?.mapping { Serial($0) }
        baud = serial?.baud
        format = serial?.format
        let defaults = root["defaults"]?.mapping { PointDefaults($0) } ?? PointDefaults()
        marks = root["identification"]?.mapping { Self.marks($0) } ?? []
        let names = FirstPlaces<String>()
        points =
            root["points"]?.list(of: .points).compactMap { item in
                item.mapping { Point($0, defaults: defaults, names: names) }
            } ?? []
        if root["points"] == nil { root.missing("points", .list(.points, most: nil)) }
        guard let maker, let model, !points.isEmpty else { return nil }
        self.maker = maker
        self.model = model
    }

    private static func marks(_ mapping: MappingReader) -> [IdentityMark] {
        mapping.ignore("device_id", "server_id", "note")
        return mapping["registers"]?.list(of: .registers).compactMap { $0.mapping { IdentityMark($0) } } ?? []
    }
}

extension MeterProfile {
    /// How a meter may be asked.
    private struct Request {
        let maximumRegisters: Int?
        let allowsHoles: Bool

        init(_ mapping: MappingReader) {
            maximumRegisters = mapping.optional("max_registers", .integer(.registers, 1...125))
            allowsHoles = mapping.optional("holes", .truth, default: false)
            mapping.ignore("from", "note")
        }
    }

    /// How a meter speaks when it leaves the factory.
    private struct Serial {
        let baud: Int?
        let format: SerialFormat?

        init(_ mapping: MappingReader) {
            baud = mapping.optional("baud", .integer(of: SerialTiming.speeds))
            format = mapping.optional("format", .word)
            mapping.ignore("id", "factory", "from", "note")
        }
    }
}

extension MeterProfile.Point {
    fileprivate init?(_ mapping: MappingReader, defaults: PointDefaults, names: FirstPlaces<String>) {
        let name = mapping.required("name", .text(.quantityName, 1...64))
        if let name, let reader = mapping["name"] { names.claim(name, by: reader, .name) }
        let unit = mapping.required("unit", PointKeys.unit)
        let definition = PointDefinition(mapping, defaults: defaults)
        example = mapping.optional("example", .decimal())
        absent = mapping.optional("absent", .decimal())
        mapping.ignore("from", "confirmed", "note", "plausible", "only")
        guard let name, let unit, let definition else { return nil }
        self.name = name
        self.unit = unit
        self.definition = definition
    }
}
