public import ModbusModel

extension AgentConfiguration {
    /// One slave on the line and what is read from it.
    public struct Slave: Sendable, Hashable {
        /// The address, 1 to 247, unique on the line.
        public let id: SlaveAddress

        /// How long this slave may take to answer, 20 ms to 5 s; the poll's timeout by default.
        public let timeout: Duration

        /// The most registers that this slave gives in one answer, 1 to 125; 125 by default.
        public let maximumRegisters: Int

        /// The largest hole of registers that is read along to save a request, 0 to 124; nil leaves it to the reader.
        public let maximumGap: Int?

        /// The points, at least one, in the order of the file.
        public let points: [Point]

        /// Reads one line's list of slaves; what is no slave is left out, with a fault.
        static func list(
            _ line: MappingReader, default poll: Poll?, codes: FirstPlaces<String>, profiles: ProfileLibrary
        ) -> [Slave] {
            let ids = FirstPlaces<SlaveAddress>()
            return SlaveList.read(line, tested: AgentConfiguration.testedSlaves) { mapping in
                Slave(mapping, timeout: poll?.timeout ?? .seconds(1), ids: ids, codes: codes, profiles: profiles)
            }
        }

        private init?(
            _ mapping: MappingReader,
            timeout: Duration,
            ids: FirstPlaces<SlaveAddress>,
            codes: FirstPlaces<String>,
            profiles: ProfileLibrary
        ) {
            let id = SlaveList.id(mapping, unique: ids)
            self.timeout = mapping.optional("timeout", .duration(Poll.timeouts), default: timeout)
            let chosen = ChosenProfile(mapping, profiles: profiles, codes: codes)
            maximumRegisters = mapping.optional(
                "max_registers", .integer(.registers, 1...125),
                default: chosen?.profile?.maximumRegisters ?? 125)
            let gap = mapping.optional("max_gap", .integer(.registers, 0...124))
            // A meter that is not known to give registers between its values is not asked for them.
            maximumGap = gap ?? (chosen?.profile.map { $0.allowsHoles ? nil : 0 } ?? nil)
            points =
                (chosen?.points ?? [])
                + SlaveList.points(mapping, isOptional: chosen != nil) { Point($0, codes: codes) }
            mapping.ignore("turnaround")
            Overlaps.report(points, of: mapping)
            guard let id else { return nil }
            self.id = id
        }
    }
}
