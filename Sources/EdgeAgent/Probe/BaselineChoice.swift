import AgentConfiguration
import BusProbe
import EdgeAgentCore
import Glibc

/// The measurement that a written configuration holds its line against.
struct BaselineChoice {
    /// The name under which one that lies beside the configuration is found.
    static let usualName = "line.json"

    /// Whether it was asked for; one that only lies there is taken where it fits.
    let isAsked: Bool

    /// The path as the configuration names it: seen from its own folder where the file is below that.
    let written: String

    private let path: String
    private let measured: LineBaseline

    /// Reads the file that was asked for, or the one that lies beside the configuration; nil where there is none.
    init?(asked: String?, beside output: String?) throws(AgentFault) {
        let folder = output.map { output in output.lastIndex(of: "/").map { String(output[...$0]) } ?? "" }
        guard let path = asked ?? folder.map({ $0 + Self.usualName }) else { return nil }
        isAsked = asked != nil
        if asked == nil, access(path, R_OK) != 0 { return nil }
        do throws(ConfigurationFaults) {
            measured = try LineBaseline.load(path: path)
        } catch {
            // What only lies there may be anything.
            guard isAsked else { return nil }
            throw AgentFault(error)
        }
        self.path = path
        let real = Self.real(path)
        let home = folder.map { Self.real($0.isEmpty ? "." : $0) + "/" }
        written = home.flatMap { real.hasPrefix($0) ? String(real.dropFirst($0.count)) : nil } ?? real
    }

    /// In what the measured line differs from the one that the configuration has, for a person; nil where it fits.
    func difference(from line: AgentConfiguration.Line) -> Words? {
        guard let difference = measured.difference(from: line) else { return nil }
        // The same words as those that `check` warns with.
        let place = Place.whole(path)
        return ConfigurationFault(place: place, .baselineUnlike(path, difference)).problemWords
    }

    private static func real(_ path: String) -> String {
        guard let pointer = realpath(path, nil) else { return path }
        defer { free(pointer) }
        return String(cString: pointer)
    }
}
