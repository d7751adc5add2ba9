internal import Foundation

/// The broker's configuration as it is shipped, with values exchanged and nothing else.
struct BrokerConfiguration {
    private(set) var lines: [String]

    /// Takes over the text of a configuration file.
    init(_ text: String) {
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// The configuration that the repository ships.
    static func shipped() throws -> Self {
        Self(try String(contentsOfFile: Repository.path("broker/mosquitto.conf"), encoding: .utf8))
    }

    var text: String { lines.joined(separator: "\n") }

    /// Exchanges the value of a key, which must be there exactly once.
    ///
    /// A key that is missing is an error, because adding it here would test a broker that nobody installs.
    mutating func exchange(_ key: String, for value: String) throws {
        let places = lines.indices.filter { lines[$0].split(separator: " ").first.map(String.init) == key }
        guard let place = places.first, places.count == 1 else {
            throw BenchError("broker/mosquitto.conf has \(places.count) lines with \(key), and should have one")
        }
        lines[place] = "\(key) \(value)"
    }
}
