import Foundation
import ModbusModel
import Testing

@testable import BusProbe

@Suite("Languages")
struct LanguageTests {
    static let all: [Finding] = [
        .fine, .anotherMaster(asks: [1]), .swappedWires, .noBias, .termination,
        .wrongSpeed(ProbeSetting(baud: 2400, parity: .none), slaves: [1]),
        .wrongParity(ProbeSetting(baud: 9600, parity: .even), slaves: [1, 2]), .wrongSpeed(nil, slaves: [1]),
        .wrongParity(nil, slaves: [1]),
        .twoSlaves(3), .echo, .latency(milliseconds: 16), .nothingConnected, .slaveSilent(4), .otherAddress([5, 6]),
        .losesAnswers(7), .slow(8, milliseconds: 400), .disturbance,
    ]

    @Test("every verdict and every next step is said in both, and not in the same words", arguments: all)
    func findings(finding: Finding) {
        for words in [finding.verdict, finding.nextStep] {
            let texts = Language.allCases.map { words.said(in: $0) }
            #expect(texts.allSatisfy { !$0.isEmpty })
            #expect(Set(texts).count == Language.allCases.count, "\(texts)")
        }
    }

    @Test("every verdict of a scan, every beginning, every advice and every fault of a port is said in both")
    func scans() throws {
        let frame = FoundFrame(slave: 1, function: 3, data: [2, 0, 1], range: 0..<7)
        let verdicts: [Verdict] = [.answers(frame), .exception(2), .broken, .twoVoices, .echoOnly, .silence]
        var said = verdicts.map(\.words)
        said += [ScanReport.Beginning.master(asks: [1, 2]), .noise(bytes: 3)].compactMap(\.words)
        let frame7 = ProbeRequest.presence(of: try #require(SlaveAddress(7))).frame
        said += [[], [1, 2, 3], frame7, frame7 + frame7].map { Heard($0, at: ProbeSetting.common[0]).words }
        var report = ScanReport()
        said += [report.advice].compactMap(\.self)
        report.findings = [
            .init(
                slave: 1, setting: ProbeSetting.common[0], verdict: .broken, responseTime: nil, answered: 0, asked: 3)
        ]
        said += [report.advice].compactMap(\.self)
        let kinds: [ProbeFault.Kind] = [.missing, .busy, .notPermitted, .notASerialPort, .speed(1), .lost]
        said += kinds.map { ProbeFault($0, port: "/dev/ttyX", code: 5).words }
        for grade in [QualityReport.Grade.good, .usable, .bad] {
            let page = PageWords(grade)
            said += [page.title, page.grade, page.stray] + page.signatures
        }
        #expect(said.count > 20)
        for words in said {
            let texts = Language.allCases.map { words.said(in: $0) }
            #expect(texts.allSatisfy { !$0.isEmpty })
            #expect(Set(texts).count == Language.allCases.count, "\(texts)")
        }
    }

    @Test("are asked for on the command line, in either form")
    func asked() {
        #expect(Language.asked(in: ["probe", "--lang", "pt", "scan"]) == .portuguese)
        #expect(Language.asked(in: ["--lang=pt_BR"]) == .portuguese)
        #expect(Language.asked(in: ["--lang"]) == nil && Language.asked(in: ["--lang", "de"]) == nil)
    }

    @Test("long words are broken between words, for a phone")
    func wrapped() {
        let text = "one two three four"
        #expect(text.wrapped(to: 9, hanging: "  ") == "one two\n  three\n  four")
        #expect("short".wrapped(to: 9) == "short")
        #expect("/a/path/that/is/long x".wrapped(to: 9) == "/a/path/that/is/long\nx")
    }

    @Test("are chosen by the environment, English for all others")
    func preferred() {
        #expect(Language.preferred { ["LANG": "pt_BR.UTF-8"][$0] } == .portuguese)
        #expect(Language.preferred { ["LANG": "pt_BR.UTF-8", "LC_ALL": "en_US.UTF-8"][$0] } == .english)
        #expect(Language.preferred { ["LANG": "pt_BR", "LC_ALL": ""][$0] } == .portuguese)
        #expect(Language.preferred { ["LANG": "de_DE.UTF-8"][$0] } == .english)
        #expect(Language.preferred { _ in nil } == .english)
    }

    @Test("a text that is printed to a person is written through both, never as a bare literal")
    func noBareText() throws {
        let folder = #filePath.components(separatedBy: "/Tests/")[0] + "/Sources/EdgeAgent/Probe"
        for file in try FileManager.default.contentsOfDirectory(atPath: folder) where file.hasSuffix(".swift") {
            let text = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
            for line in text.split(separator: "\n") where line.contains("say(\"") {
                let literal = line.components(separatedBy: "say(\"")[1]
                let outside = literal.replacing(/\\\([^()]*(\([^()]*\)[^()]*)*\)/, with: "")
                // Keys of the configuration and commands are the same in every language.
                let same = /timeout:|max_gap:|configuration|hanging:|edge-agent check --config/
                let words = outside.replacing(same, with: "")
                #expect(!words.contains(/[a-z]{4,}/), "\(file): \(line)")
            }
            // Help, too: an abstract, an option's words, a wrong usage.
            for bare in ["abstract: \"", "discussion: \"", "help: \"", "ArgumentHelp(\"", "ValidationError(\""] {
                #expect(!text.contains(bare), "\(file): \(bare)")
            }
        }
    }
}
