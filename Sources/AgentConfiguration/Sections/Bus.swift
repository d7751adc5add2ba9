/// A line with the slaves on it.
public struct Bus<Slave: Sendable>: Sendable {
    /// The line.
    public let line: AgentConfiguration.Line

    /// The slaves, at least one, in the order of the file.
    public let slaves: [Slave]

    /// Reads `lines`, or `line` and `slaves` of a file with one line.
    ///
    /// - Parameter read: Reads the slaves of the mapping that has the key `slaves`.
    static func list(
        _ root: MappingReader, _ surroundings: Surroundings, slaves read: (MappingReader) -> [Slave]
    ) -> [Bus] {
        guard let lines = root["lines"] else {
            let line = single(root, surroundings)
            let slaves = read(root)
            return line.map { [Bus(line: $0, slaves: slaves)] } ?? []
        }
        for key in ["line", "slaves"] {
            root[key]?.fault(.besideLines(key), .intoLines)
        }
        let names = FirstPlaces<String>()
        let places = FirstPlaces<String>()
        return lines.list(of: .lines, most: 16).compactMap { item in
            item.mapping { mapping in
                let name = mapping.required("name", .text(.lineName, 1...32))
                if let name, let reader = mapping["name"] { names.claim(name, by: reader, .name) }
                let line = AgentConfiguration.Line(mapping, name: name ?? "", surroundings)
                if let line, let reader = mapping["url"] ?? mapping["port"] {
                    places.claim(line.place, by: reader, .way)
                }
                let slaves = read(mapping)
                return line.map { Bus(line: $0, slaves: slaves) }
            }
        }
    }

    /// A single line has no name of its own: nobody has to tell it from others.
    private static func single(_ root: MappingReader, _ surroundings: Surroundings) -> AgentConfiguration.Line? {
        if let value = root["line"], case .scalar(let scalar) = value.node.content, !scalar.isNull {
            return AgentConfiguration.Line(value, name: "line", surroundings)
        }
        return root.section("line") { AgentConfiguration.Line($0, name: "line", surroundings) }
    }
}
