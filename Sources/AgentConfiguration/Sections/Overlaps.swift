internal import ModbusModel

/// Finds points of one slave that read the same registers in different ways.
enum Overlaps {
    /// Warns of each point that lies on an earlier one and is not of the same address, type and order.
    ///
    /// Allowed, since some meters lay several views over their registers; but mostly it is a slip of the pen.
    static func report(_ points: [AgentConfiguration.Point], of slave: MappingReader) {
        let inOrder = points.sorted {
            ($0.definition.address.table.rawValue, $0.definition.address.offset, $0.place)
                < ($1.definition.address.table.rawValue, $1.definition.address.offset, $1.place)
        }
        // Sorted by address, a point can be compared with the one that reaches farthest: no square of their number.
        guard var farthest = inOrder.first else { return }
        for point in inOrder.dropFirst() {
            if overlaps(point, farthest), differs(point, farthest) {
                let (first, second) = farthest.place < point.place ? (farthest, point) : (point, farthest)
                slave.report.warning(
                    at: second.place,
                    key: slave.path,
                    .overlap(reading(second), with: reading(first), line: first.place.line)
                )
            }
            if !overlaps(point, farthest) || point.definition.span.upperBound > farthest.definition.span.upperBound {
                farthest = point
            }
        }
    }

    private static func overlaps(_ one: AgentConfiguration.Point, _ other: AgentConfiguration.Point) -> Bool {
        one.definition.address.table == other.definition.address.table
            && one.definition.span.overlaps(other.definition.span)
    }

    private static func differs(_ one: AgentConfiguration.Point, _ other: AgentConfiguration.Point) -> Bool {
        (one.definition.address, one.definition.type) != (other.definition.address, other.definition.type)
            || one.definition.order != other.definition.order
    }

    private static func reading(_ point: AgentConfiguration.Point) -> ConfigurationFault.Problem.Reading {
        .init(code: point.code.shortened, type: point.definition.type, address: point.definition.address)
    }
}
