internal import ModbusModel

/// What the agent's and the simulation's slaves have in common.
enum SlaveList {
    /// The most slaves that a line has addresses for.
    private static let most = 247

    /// Reads `slaves`, a list of mappings; more of them than were tested are allowed, and told.
    static func read<Slave>(
        _ line: MappingReader, tested: Int = most, _ body: (MappingReader) -> Slave?
    ) -> [Slave] {
        guard let slaves = line["slaves"] else {
            line.missing("slaves", .list(.slaves, most: most))
            return []
        }
        let items = slaves.list(of: .slaves, most: most)
        if items.count > tested {
            slaves.report.warning(
                at: items[tested].node.place, key: items[tested].path,
                .manySlaves(items.count, tested: tested), .checkCycle)
        }
        return items.compactMap { $0.mapping(body) }
    }

    /// Reads `id`, which no other slave may have.
    static func id(_ mapping: MappingReader, unique ids: FirstPlaces<SlaveAddress>) -> SlaveAddress? {
        let id = mapping.required(
            "id",
            Expectation<Int>.integer(.slaveAddress, 1...247).map { SlaveAddress($0) }
        )
        if let id, let reader = mapping["id"] { ids.claim(id, by: reader, .address) }
        return id
    }

    /// Reads `max_registers`.
    static func maximumRegisters(_ mapping: MappingReader) -> Int {
        mapping.optional("max_registers", .integer(.registers, 1...125), default: 125)
    }

    /// Reads `points`, a list of at least one mapping; it may be left out where a profile gives the points.
    static func points<Point>(
        _ mapping: MappingReader, isOptional: Bool = false, _ body: (MappingReader) -> Point?
    ) -> [Point] {
        if isOptional, mapping["points"] == nil { return [] }
        guard let points = mapping["points"] else {
            mapping.missing("points", .list(.points, most: nil))
            return []
        }
        return points.list(of: .points).compactMap { $0.mapping(body) }
    }
}
