public import ExactArithmetic
public import ModbusModel

extension SimulationConfiguration {
    /// One point of a simulated slave.
    public struct Point: Sendable, Hashable {
        /// The code, 1 to 64 characters; nil when the file gives none.
        public let code: String?

        /// The unit, up to 32 characters; nil when the file gives none.
        public let unit: String?

        /// Where the value stands in the slave and how it becomes a number.
        public let definition: PointDefinition

        /// How the value moves with time; nil when the file leaves it to the simulator.
        public let behaviour: Behaviour?

        /// How a simulated value moves with time, in engineering units: after scale and offset.
        public enum Behaviour: Sendable, Hashable {
            /// Always the same value.
            case fixed(ExactDecimal)
            /// A counter that starts somewhere and changes by so much in each second.
            case counts(from: ExactDecimal, perSecond: ExactDecimal)
            /// A wave between two values; the period is 1 s to 24 h, 60 s by default.
            case waves(from: ExactDecimal, to: ExactDecimal, period: Duration)
        }

        init?(_ mapping: MappingReader, codes: FirstPlaces<String>) {
            code = mapping.optional("code", PointKeys.code)
            if let code, let reader = mapping["code"] { codes.claim(code, by: reader, .code) }
            let definition = PointDefinition(mapping)
            unit = mapping.optional("unit", PointKeys.unit)
            mapping.ignore("confirm")
            behaviour = Behaviour(mapping)
            guard let definition else { return nil }
            self.definition = definition
        }

        /// A value of a profile's meter, which shows its example; all of them are there, wanted or not.
        init(_ point: MeterProfile.Point) {
            code = nil
            unit = point.unit
            definition = point.definition
            let counts = ["kWh", "kvarh", "kVAh", "Wh", "m³"].contains(point.unit)
            behaviour = point.example.map { counts ? .counts(from: $0, perSecond: Self.trickle) : .fixed($0) }
        }

        /// What a simulated counter gains in a second.
        private static let trickle = ExactDecimal(parsing: "0.001") ?? .zero
    }
}

extension SimulationConfiguration.Point.Behaviour {
    /// Reads the one of `value`, `counts` and `waves` that a point has.
    fileprivate init?(_ mapping: MappingReader) {
        let given = ["value", "counts", "waves"].compactMap { mapping[$0] }
        for surplus in given.dropFirst() {
            surplus.fault(.secondBehaviour, .oneOf(["value", "counts", "waves"]))
        }
        let value = mapping.optional("value", .decimal())
        let counts = mapping["counts"]?.mapping(Self.counts)
        let waves = mapping["waves"]?.mapping(Self.waves)
        guard let behaviour = value.map(Self.fixed) ?? counts ?? waves else { return nil }
        self = behaviour
    }

    private static func counts(_ mapping: MappingReader) -> Self? {
        let from = mapping.optional("from", .decimal(), default: .zero)
        guard let perSecond = mapping.required("per_second", .decimal()) else { return nil }
        return .counts(from: from, perSecond: perSecond)
    }

    private static func waves(_ mapping: MappingReader) -> Self? {
        let from = mapping.required("from", .decimal())
        let to = mapping.required("to", .decimal())
        let period = mapping.optional("period", .duration(.seconds(1) ... .seconds(86_400)), default: .seconds(60))
        guard let from, let to else { return nil }
        return .waves(from: from, to: to, period: period)
    }
}
