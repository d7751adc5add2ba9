public import ModbusModel

extension AgentConfiguration {
    /// One measuring point: a name for the back end, and where its value comes from.
    public struct Point: Sendable, Hashable {
        /// What a code begins with that was written for a person to replace; one that is left is a warning.
        public static let placeholder = "FILL-"

        /// The code that the back end knows it by, 1 to 64 characters, unique in the configuration.
        public let code: String

        /// The unit, up to 32 characters, as it is sent; empty for a number without a unit.
        public let unit: String

        /// Where the value stands in the slave and how it becomes a number.
        public let definition: PointDefinition

        /// Whether the point is read until two readings in a row are equal; false by default.
        public let isConfirmed: Bool

        /// Where the point begins in the file.
        public let place: Place

        init?(_ mapping: MappingReader, codes: FirstPlaces<String>) {
            let code = mapping.required("code", PointKeys.code)
            if let code, let reader = mapping["code"] { PointKeys.claim(code, by: reader, in: codes) }
            let definition = PointDefinition(mapping)
            let unit = mapping.required("unit", PointKeys.unit, .emptyUnit)
            isConfirmed = mapping.optional("confirm", .truth, default: false)
            mapping.ignore("value", "counts", "waves")
            guard let code, let definition, let unit else { return nil }
            self.code = code
            self.unit = unit
            self.definition = definition
            place = mapping.anchor
        }

        /// A point that a profile describes and the configuration gives a code.
        init(code: String, of point: MeterProfile.Point, at place: Place) {
            self.code = code
            unit = point.unit
            definition = point.definition
            isConfirmed = false
            self.place = place
        }

        /// Compares what the points say, not where they stand: a comment above does not make another point.
        public static func == (left: Point, right: Point) -> Bool {
            left.code == right.code && left.unit == right.unit && left.definition == right.definition
                && left.isConfirmed == right.isConfirmed
        }

        /// Feeds what `==` compares.
        public func hash(into hasher: inout Hasher) {
            hasher.combine(code)
            hasher.combine(unit)
            hasher.combine(definition)
            hasher.combine(isConfirmed)
        }
    }
}

/// The texts of a point.
enum PointKeys {
    /// What may stand as a code.
    static var code: Expectation<String> { .text(.code, 1...64) }

    /// Takes a code that no other point may have; one that nobody has filled in is told.
    static func claim(_ code: String, by reader: ValueReader, in codes: FirstPlaces<String>) {
        codes.claim(code, by: reader, .code)
        guard code.hasPrefix(AgentConfiguration.Point.placeholder) else { return }
        reader.report.warning(
            at: reader.node.place, key: reader.path, .codeToFillIn(code), .backEndCode)
    }

    /// What may stand as a unit.
    static var unit: Expectation<String> { .text(.unit, 0...32) }
}
