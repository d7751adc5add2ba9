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
            let rest = "and \(told.count - Self.mostFaults) more faults from here on"
            told.removeLast(told.count - Self.mostFaults)
            told.append(ConfigurationFault(place: last, key: "", message: rest))
        }
        return ConfigurationFaults(kind: .invalid, faults: told)
    }

    /// Everything doubtful, in the order of the file.
    var warnings: [ConfigurationFault] { Self.sorted(doubts) }

    /// Notes something that keeps the configuration from being used.
    func fault(at place: Place, key: String, _ message: String, hint: String? = nil) {
        found.append(ConfigurationFault(place: place, key: key, message: message, hint: hint))
    }

    /// Notes something that is allowed and probably not meant.
    func warning(at place: Place, key: String, _ message: String, hint: String? = nil) {
        doubts.append(ConfigurationFault(place: place, key: key, message: message, hint: hint))
    }

    /// Sorts by place and keeps the order of what stands in one place.
    private static func sorted(_ faults: [ConfigurationFault]) -> [ConfigurationFault] {
        faults.enumerated()
            .sorted { ($0.element.place, $0.offset) < ($1.element.place, $1.offset) }
            .map(\.element)
    }
}
