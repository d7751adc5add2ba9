internal import Glibc
public import ModbusModel

extension AgentConfiguration.Line {
    /// What the line is held against, and how patiently.
    public struct Watch: Sendable, Hashable {
        /// The path of the file that `edge-agent probe quality --save` has written.
        public let baseline: String
        /// The shortest time that counts as one look at the line, 5 s to 24 h; 10 min by default.
        public let window: Duration

        /// Reads `baseline` and `drift_window`; nil where no baseline is named.
        init?(_ mapping: MappingReader, _ surroundings: Surroundings) {
            // In the order in which a message about an unknown key lists them.
            let path: String? = mapping.optional(
                "baseline", .path(.baseline, in: surroundings))
            let window = mapping.optional(
                "drift_window", .duration(.seconds(5) ... .seconds(86_400)), default: .seconds(600))
            guard let path else {
                if mapping["baseline"] == nil {
                    mapping["drift_window"]?.fault(.windowWithoutBaseline, .nameBaseline)
                }
                return nil
            }
            if let reader = mapping["baseline"], mapping["url"] != nil {
                reader.fault(.notOverNetwork(.baseline), .leaveKeyOut)
            }
            self.init(baseline: path, window: window)
        }

        init(baseline: String, window: Duration) {
            self.baseline = baseline
            self.window = window
        }
    }
}

extension AgentConfiguration {
    /// Reads the lines' baselines; gives what stands against each as a warning.
    ///
    /// A baseline is there to watch a line, never to keep it from being polled: without one it is polled unwatched.
    static func baselines(
        of buses: [Bus<Slave>], at place: (String) -> Place?
    ) -> (baselines: [LineBaseline?], warnings: [ConfigurationFault]) {
        var warnings: [ConfigurationFault] = []
        let baselines = buses.enumerated().map { index, bus -> LineBaseline? in
            guard let path = bus.line.watch?.baseline else { return nil }
            let key = place("line.baseline") == nil ? "lines[\(index)].baseline" : "line.baseline"
            let place = place(key) ?? .whole(path)
            func warn(_ problem: ConfigurationFault.Problem) {
                let command = bus.line.measureAgain(place.file)
                warnings.append(ConfigurationFault(place: place, key: key, problem, .measure(command)))
            }
            do throws(ConfigurationFaults) {
                let baseline = try LineBaseline.load(path: path)
                if let difference = baseline.difference(from: bus.line) {
                    warn(.baselineUnlike(path, difference))
                    return nil
                }
                for slave in bus.slaves where !baseline.knows(slave.id) {
                    let wasAsked = baseline.slave(slave.id) != nil
                    warn(.slaveNotWatched(Int(slave.id.rawValue), baseline: path, wasAsked: wasAsked))
                }
                return baseline
            } catch {
                warn(.baselineUnusable(path))
                warnings += error.faults
                return nil
            }
        }
        return (baselines, warnings)
    }
}

extension AgentConfiguration.Line {
    /// The command that makes a baseline that fits.
    fileprivate func measureAgain(_ configuration: String) -> String {
        let file = watch.map { " --save \($0.baseline)" } ?? ""
        let line = name == "line" ? "" : " --line \(name)"
        return "edge-agent probe quality --config \(configuration)\(line) --times 1000\(file)"
    }
}

extension LineBaseline {
    /// Whether a slave's figures say anything.
    public func knows(_ address: SlaveAddress) -> Bool { slave(address).map { $0.answered > 0 } ?? false }

    /// In what the measured line differs from a configured one; nil where it is the same.
    public func difference(from line: AgentConfiguration.Line) -> ConfigurationFault.Problem.Difference? {
        if baud != line.baud || format != line.format {
            return .setting(
                measured: "\(baud) \(format.rawValue)", configured: "\(line.baud) \(line.format.rawValue)")
        }
        if case .serial(let path, _) = line.way, !Self.isSame(port, path) {
            return .port(measured: port, configured: path)
        }
        return nil
    }

    /// Whether two paths lead to one device; an adapter has several names.
    private static func isSame(_ one: String, _ other: String) -> Bool {
        if one == other { return true }
        guard let first = realpath(one, nil) else { return false }
        defer { free(first) }
        guard let second = realpath(other, nil) else { return false }
        defer { free(second) }
        return strcmp(first, second) == 0
    }
}
