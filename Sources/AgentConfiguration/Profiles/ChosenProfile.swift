internal import ModbusModel

/// The profile that a slave names, and the points that are wanted of it.
struct ChosenProfile {
    /// The profile; nil where there is none of the name, or it has a mistake.
    let profile: MeterProfile?
    /// The points that were given a code, in the order of the file.
    let points: [AgentConfiguration.Point]

    /// Reads `profile` and `codes`; nil where the slave names no profile.
    init?(_ mapping: MappingReader, profiles: ProfileLibrary, codes: FirstPlaces<String>) {
        guard let reader = mapping["profile"] else {
            mapping["codes"]?.fault(.codesWithoutProfile, .nameProfile)
            return nil
        }
        guard let profile = Self.profile(reader, profiles) else {
            mapping.ignore("codes")
            self.profile = nil
            points = []
            return
        }
        self.profile = profile
        guard let wanted = mapping["codes"] else {
            mapping.missing("codes", .codes, .profileValues(profile.points.map(\.name)))
            points = []
            return
        }
        points = wanted.mapping { Self.points($0, of: profile, codes) } ?? []
    }

    private static func points(
        _ mapping: MappingReader, of profile: MeterProfile, _ codes: FirstPlaces<String>
    ) -> [AgentConfiguration.Point] {
        // Asked in the order of the profile, so that a name that it does not have is an unknown key.
        let points = profile.points.compactMap { point -> AgentConfiguration.Point? in
            guard let reader = mapping[point.name], let code = reader.read(PointKeys.code) else { return nil }
            PointKeys.claim(code, by: reader, in: codes)
            return AgentConfiguration.Point(code: code, of: point, at: reader.anchor)
        }
        if mapping.isEmpty {
            mapping.report.fault(at: mapping.anchor, key: mapping.path, .nothingWanted)
        }
        return points
    }

    private static func profile(_ reader: ValueReader, _ profiles: ProfileLibrary) -> MeterProfile? {
        guard let name: String = reader.read(.text(.profile, 1...128)) else { return nil }
        do throws(ConfigurationFaults) {
            if let profile = try profiles.profile(named: name) { return profile }
        } catch {
            for fault in error.faults { reader.report.fault(fault) }
            return nil
        }
        let nearest = NearestWord.of(name, in: profiles.names)
        reader.fault(
            .noProfile(name),
            nearest.map { .didYouMeanProfile($0) } ?? .lookedIn(profiles.folders))
        return nil
    }
}
