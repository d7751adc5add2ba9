internal import ExactArithmetic

/// Something that meters measure, under the one name that all profiles have for it.
public struct Quantity: Sendable, Hashable {
    /// The name: `energy_import`.
    public let name: String
    /// The unit that profiles give it in.
    public let unit: String
    /// What it is called in English.
    public let english: String
    /// What it is called in Portuguese.
    public let portuguese: String
    /// Whether it can only grow, as energy and volume do.
    public let grows: Bool
    /// What values it has in the field, as lowest and highest.
    public let plausible: [(lowest: Double, highest: Double)]
    /// How much a plausible value tells: 3 much, 1 little, 0 nothing.
    public let weight: Int

    /// Compares names: a quantity has one.
    public static func == (left: Quantity, right: Quantity) -> Bool { left.name == right.name }

    /// Feeds what `==` compares.
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }

    /// Whether a value is plausible.
    public func allows(_ value: Double) -> Bool {
        plausible.contains { $0.lowest <= value && value <= $0.highest }
    }

    /// Reads the list of all quantities.
    public static func load(path: String) throws(ConfigurationFaults) -> [Quantity] {
        try ConfigurationFile.read(ConfigurationFile.bytes(path), file: path) { root -> [Quantity]? in
            guard let list = root["quantities"] else {
                root.missing("quantities", .list(.quantities, most: nil))
                return nil
            }
            return list.list(of: .quantities).compactMap { $0.mapping { Quantity($0) } }
        }.value
    }

    private init?(_ mapping: MappingReader) {
        let name = mapping.required("name", .text(.quantityName, 1...64))
        let unit = mapping.required("unit", PointKeys.unit)
        let english = mapping.required("en", .text(.englishName, 1...64))
        let portuguese = mapping.required("pt", .text(.portugueseName, 1...64))
        grows = mapping.optional("grows", .truth, default: false)
        weight = mapping.optional("weight", .integer(.weight, 0...3), default: 1)
        plausible =
            mapping["plausible"]?.list(of: .ranges).compactMap { item in
                let ends = item.list(of: .numbers, most: 2).compactMap { reader -> Double? in
                    let number: ExactDecimal? = reader.read(.decimal())
                    return number.flatMap { Double($0.plainText) }
                }
                return ends.count == 2 ? (lowest: ends[0], highest: ends[1]) : nil
            } ?? []
        guard let name, let unit, let english, let portuguese else { return nil }
        self.name = name
        self.unit = unit
        self.english = english
        self.portuguese = portuguese
    }
}
