import AgentConfiguration
import Foundation
import ModbusModel
import Testing

@testable import BusProbe

@Suite("A draft of a configuration")
struct DraftTests {
    private func draft(_ slaves: [ConfigurationDraft.Slave]) -> ConfigurationDraft {
        ConfigurationDraft(
            port: "/dev/ttyUSB0", setting: ProbeSetting(baud: 19200, parity: .even), slaves: slaves,
            placeholder: AgentConfiguration.Point.placeholder)
    }

    private let meter = ConfigurationDraft.Slave(
        address: 3, profile: "eastron/sdm120", alike: ["eastron/sdm230"], values: ["voltage", "energy_import"],
        confidence: 0.97)
    private let stranger = ConfigurationDraft.Slave(
        address: 9, profile: nil, alike: ["xy/xy-md02"], values: [], confidence: 0.3)

    private func parsed(_ text: String) throws -> AgentConfiguration {
        // Beside the sources, where the project's profiles are found.
        let root = #filePath.components(separatedBy: "/Tests/")[0]
        return try AgentConfiguration.parse(
            Array("profiles: \(root)/profiles\n\(text)".utf8), file: "\(root)/draft.yaml")
    }

    @Test("is valid as it is, warns of every code, and keeps to a phone's width", arguments: Language.allCases)
    func whole(language: Language) throws {
        let text = draft([meter, stranger]).text(.init(broker: nil, mac: "02:00:5e:10:00:01"), in: language)
        let configuration = try parsed(text)
        #expect(configuration.slaves.map(\.id.rawValue) == [3, 9])
        #expect(configuration.slaves.flatMap(\.points).count == 3)
        #expect(configuration.buses.first?.line.baud == 19200)
        #expect(configuration.warnings.count == 3)
        #expect(configuration.warnings.allSatisfy { $0.description.contains("FILL-") && $0.hint != nil })
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 99 })
    }

    static let rest =
        "slaves: [{ id: 1, points: [ { code: A, register: 40001, type: uint16, unit: V } ] }]\n"
        + "broker: { host: b, ca: a, certificate: c, key: k }\n"

    @Test(
        "holds its line against a measurement, in whichever form the line stands",
        arguments: [
            "line:\n  port: /dev/ttyUSB0\n  baud: 19200\n\n# the meters\n",
            "line:  # in the hall\n\n    # by-id\n    port: /dev/ttyUSB0\n    rs485:\n      mode: kernel\n",
            "line: { port: /dev/ttyUSB0, baud: 19200 }  # { in the hall }\n", "line: /dev/ttyUSB0   # in the hall\n",
            "line: {port: /dev/ttyUSB0}\n",
        ], ["line.json", "/home/ana maria/a \"b\".json"])
    func watched(line: String, baseline: String) throws {
        for text in [line + Self.rest, Self.rest + line] {
            let result = try #require(ConfigurationDraft.watching(text, baseline: baseline))
            let before = try parsed(text).buses[0].line
            let after = try parsed(result).buses[0].line
            #expect(after.watch?.baseline.hasSuffix(baseline) == true, "\(result)")
            #expect(after.way == before.way && after.baud == before.baud && after.format == before.format)
            for comment in text.matches(of: /# .*/) { #expect(result.contains(comment.output), "\(result)") }
            for line in Self.rest.split(separator: "\n") { #expect(result.contains(line)) }
            let windows = text.replacing("\n", with: "\r\n")
            #expect(
                ConfigurationDraft.watching(windows, baseline: baseline) == result.replacing("\n", with: "\r\n"))
        }
    }

    @Test("is not held against one where there are several lines, or none")
    func unwatched() {
        #expect(ConfigurationDraft.watching("lines:\n  - name: a\n", baseline: "line.json") == nil)
        #expect(ConfigurationDraft.watching("line:\nslaves: []\n", baseline: "line.json") == nil)
    }

    static let head = "line: { port: /dev/ttyUSB0 }\n"
    static let tail = "broker: { host: b, ca: a, certificate: c, key: k }\n"
    static let point = "points: [ { code: A, register: 40001, type: uint16, unit: V } ]"

    @Test(
        "goes to the end of a list, wherever it stands and however it is indented",
        arguments: [
            "\(head)slaves:\n  - id: 1\n    \(point)\n\(tail)",
            "\(head)slaves:\n- id: 1\n  \(point)\n\(tail)",
            "\(head)\(tail)slaves: # here\n\n  # first\n  - { id: 1, \(point) }\n",
            "\(head)slaves:\n  - id: 1\n    \(point)\n  # the last word\n\n# the broker\n\(tail)",
        ])
    func extended(text: String) throws {
        let result = try #require(draft([meter]).extending(text, in: .english))
        #expect(try parsed(result).slaves.map(\.id.rawValue) == [1, 3])
        for line in text.split(separator: "\n") { #expect(result.contains(line)) }
        if let comment = result.range(of: "# the broker"), let slave = result.range(of: "id: 3") {
            #expect(slave.lowerBound < comment.lowerBound)
        }
        let windows = text.replacing("\n", with: "\r\n")
        let same = try #require(draft([meter]).extending(windows, in: .english))
        #expect(same == result.replacing("\n", with: "\r\n"))
    }

    @Test(
        "leaves other forms alone",
        arguments: [
            "\(head)slaves: [ { id: 1, \(point) } ]\n\(tail)", "\(head)slaves:\n  [ { id: 1, \(point) } ]\n\(tail)",
            "lines:\n  - name: a\n    port: /dev/ttyUSB0\n    slaves:\n      - id: 1\n", "\(head)\(tail)",
        ])
    func refused(text: String) {
        #expect(draft([meter]).extending(text, in: .english) == nil)
    }
}
