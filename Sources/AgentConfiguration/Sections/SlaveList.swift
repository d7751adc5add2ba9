internal import ModbusModel

/// What the agent's and the simulation's slaves have in common.
enum SlaveList {
    /// Reads `slaves`, a list of at most so many mappings.
    static func read<Slave>(_ root: MappingReader, most: Int, _ body: (MappingReader) -> Slave?) -> [Slave] {
        guard let slaves = root["slaves"] else {
            root.missing("slaves", "a list of 1 to \(most) slaves")
            return []
        }
        return slaves.list(of: "slaves", most: most).compactMap { $0.mapping(body) }
    }

    /// Reads `id`, which no other slave may have.
    static func id(_ mapping: MappingReader, unique ids: FirstPlaces<SlaveAddress>) -> SlaveAddress? {
        let id = mapping.required(
            "id",
            Expectation<Int>.integer("a slave's address", 1...247).map { SlaveAddress($0) }
        )
        if let id, let reader = mapping["id"] { ids.claim(id, by: reader, "the address") }
        return id
    }

    /// Reads `max_registers`.
    static func maximumRegisters(_ mapping: MappingReader) -> Int {
        mapping.optional("max_registers", .integer("a number of registers", 1...125), default: 125)
    }

    /// Reads `points`, a list of at least one mapping.
    static func points<Point>(_ mapping: MappingReader, _ body: (MappingReader) -> Point?) -> [Point] {
        guard let points = mapping["points"] else {
            mapping.missing("points", "a list of 1 or more points")
            return []
        }
        return points.list(of: "points").compactMap { $0.mapping(body) }
    }
}
