/// Whether readings came in the order in which they were taken.
///
/// Where fresh messages may overtake the backlog, what arrives is two growing streams laid into one another: the fresh
/// ones and the backlog. Each reading goes to the stream that stands highest below it, which needs the fewest streams.
enum Order {
    struct Violation: Equatable {
        let reading: Int
        let after: Int
    }

    static func violations(_ readings: [Int], streams count: Int) -> [Violation] {
        var ends: [Int] = []
        var violations: [Violation] = []
        for reading in readings {
            if let stream = ends.indices.filter({ ends[$0] < reading }).max(by: { ends[$0] < ends[$1] }) {
                ends[stream] = reading
            } else if ends.count < count {
                ends.append(reading)
            } else {
                violations.append(Violation(reading: reading, after: ends.min() ?? reading))
            }
        }
        return violations
    }
}
