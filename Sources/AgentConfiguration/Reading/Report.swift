/// Collects everything that is wrong while a file is read, so that it is told at once and not one by one.
final class Report {
    private var found: [ConfigurationFault] = []
    private var doubts: [ConfigurationFault] = []

    /// Whether nothing wrong was found.
    var isClean: Bool { found.isEmpty }

    /// The most faults that are told; beyond them only their number is.
    static let mostFaults = 100

    /// Everything wrong, in the order of the file.
    var faults: ConfigurationFaults {
        var told = Self.sorted(found)
        if told.count > Self.mostFaults {
            let last = told[Self.mostFaults - 1].place
            let rest = told.count - Self.mostFaults
            told.removeLast(rest)
            told.append(ConfigurationFault(place: last, .moreFaults(rest)))
        }
        return ConfigurationFaults(kind: .invalid, faults: told)
    }

    /// Everything doubtful, in the order of the file.
    var warnings: [ConfigurationFault] { Self.sorted(doubts) }

    /// Notes something that keeps the configuration from being used.
    func fault(
        at place: Place, key: String, _ problem: ConfigurationFault.Problem, _ advice: ConfigurationFault.Advice? = nil
    ) {
        fault(ConfigurationFault(place: place, key: key, problem, advice))
    }

    /// Notes a fault that was found elsewhere.
    func fault(_ fault: ConfigurationFault) { found.append(fault) }

    /// Notes something that is allowed and probably not meant.
    func warning(
        at place: Place, key: String, _ problem: ConfigurationFault.Problem, _ advice: ConfigurationFault.Advice? = nil
    ) {
        doubts.append(ConfigurationFault(place: place, key: key, problem, advice))
    }

    /// Sorts by place and keeps the order of what stands in one place.
    private static func sorted(_ faults: [ConfigurationFault]) -> [ConfigurationFault] {
        faults.enumerated()
            .sorted { ($0.element.place, $0.offset) < ($1.element.place, $1.offset) }
            .map(\.element)
    }
}
