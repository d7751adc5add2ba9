public import ModbusModel

extension SimulationConfiguration {
    /// One slave of a simulated line.
    public struct Slave: Sendable, Hashable {
        /// The address, 1 to 247, unique on the line.
        public let id: SlaveAddress

        /// The time from a request's end to its answer's beginning, 0 ms to 5 s; 20 ms by default.
        public let turnaround: Duration

        /// The most registers that it gives in one answer, 1 to 125; 125 by default.
        public let maximumRegisters: Int

        /// The points, at least one, in the order of the file.
        public let points: [Point]

        /// Reads one line's list of slaves; what is no slave is left out, with a fault.
        static func list(
            _ line: MappingReader, codes: FirstPlaces<String>, profiles: ProfileLibrary
        ) -> [Slave] {
            let ids = FirstPlaces<SlaveAddress>()
            return SlaveList.read(line) { mapping in
                Slave(mapping, ids: ids, codes: codes, profiles: profiles)
            }
        }

        private init?(
            _ mapping: MappingReader, ids: FirstPlaces<SlaveAddress>, codes: FirstPlaces<String>,
            profiles: ProfileLibrary
        ) {
            let id = SlaveList.id(mapping, unique: ids)
            mapping.ignore("timeout")
            maximumRegisters = SlaveList.maximumRegisters(mapping)
            mapping.ignore("max_gap")
            turnaround = mapping.optional(
                "turnaround",
                .duration(.zero ... .seconds(5)),
                default: .milliseconds(20)
            )
            let chosen = ChosenProfile(mapping, profiles: profiles, codes: codes)
            points =
                (chosen?.profile?.points.map { Point($0) } ?? [])
                + SlaveList.points(mapping, isOptional: chosen != nil) { Point($0, codes: codes) }
            guard let id else { return nil }
            self.id = id
        }
    }
}
