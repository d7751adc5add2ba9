import AgentConfiguration
import Testing

/// A configuration's text, for tests that vary it.
struct Sample {
    let text: String

    init(_ text: String) { self.text = text }

    /// Reads the text without a look at any file.
    func parsed() throws -> AgentConfiguration {
        try AgentConfiguration.parse(Array(text.utf8), file: "good.yaml")
    }

    /// Only what is required.
    static let shortest = Sample(
        """
        line:
          port: /dev/ttyUSB0
        slaves:
          - id: 1
            points:
              - { code: D01, register: 40001, type: uint16, unit: kWh }
        broker:
          host: mqtt.example.com
          ca: ca.crt
          certificate: device.crt
          key: device.key

        """
    )

    /// The shortest with more behind it.
    static func with(_ text: String) -> Sample { Sample(shortest.text + text + "\n") }

    /// The shortest with its point's definition exchanged.
    static func withPoint(_ definition: String) -> Sample {
        Sample(shortest.text.replacing("register: 40001, type: uint16", with: definition))
    }

    /// The shortest with its slave's points exchanged.
    static func withPoints(_ definitions: String...) -> Sample {
        let points = definitions.enumerated().map { "- { code: P\($0), unit: V, \($1) }" }
        return Sample(
            shortest.text.replacing(
                "- { code: D01, register: 40001, type: uint16, unit: kWh }",
                with: points.joined(separator: "\n      ")
            )
        )
    }

    /// The page that describes the configuration.
    static func documentation() throws -> String {
        String(decoding: try TestFiles.bytes(TestFiles.folder + "/../../docs/configuration.md"), as: UTF8.self)
    }

    /// One of the YAML examples of the documentation.
    static func documented(_ index: Int) throws -> String {
        let blocks = try documentation().split(separator: "```yaml\n").dropFirst()
        let block = try #require(blocks.dropFirst(index).first)
        return String(block.prefix(upTo: try #require(block.firstRange(of: "```")).lowerBound))
    }
}

extension String {
    /// The text with every occurrence of `part` exchanged.
    func replacing(_ part: String, with other: String) -> String {
        split(separator: part, omittingEmptySubsequences: false).joined(separator: other)
    }
}
