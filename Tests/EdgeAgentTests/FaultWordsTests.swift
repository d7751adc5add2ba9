import AgentConfiguration
import BusProbe
import Foundation
import ModbusModel
import Testing

@testable import EdgeAgent

/// What is said of a mistake in a configuration, in both languages, of every kind that there is.
@Suite struct FaultWordsTests {
    typealias Problem = ConfigurationFault.Problem
    typealias Advice = ConfigurationFault.Advice
    typealias Expected = ConfigurationFault.Expected

    private static let root = #filePath.components(separatedBy: "/Tests/")[0]
    private static let bad = "\(root)/Tests/AgentConfigurationTests/Faults"

    private static let address = RegisterAddress(.holding, 0)

    private static let values: [Problem.Found] = [.unread, .list, .mapping, .nothing(""), .nothing("~"), .text("x")]

    static let points: [PointFault] = [
        .bitTableHoldsOnlyBool(.coil), .boolNeedsOneBit, .bitsNeedUnsignedType(.int16), .bitsOutsideType(.uint16),
        .runsOverTableEnd(address, .uint32), .factorOutOfRange("scale"), .scaleIsZero,
    ]

    static let endpoints: [EndpointFault] = [
        .noScheme, .unknownScheme, .noHost, .noPort, .openBracket, .bareIPv6, .moreThanHostAndPort,
    ]

    static let expected: [Expected] =
        Expected.Number.allCases.flatMap { [.number($0, 1...2), .numberOrNone($0, 1...2)] }
        + Expected.Text.allCases.map { .text($0) } + Expected.Path.allCases.map { .path($0) }
        + ConfigurationFault.Items.allCases.flatMap { [.list($0, most: nil), .list($0, most: 3)] }
        + [
            .oneOf(["a", "b"]), .truth, .decimal, .milliseconds, .duration(from: "1s", to: "2s", wholeSeconds: true),
            .duration(from: "1s", to: "2s", wholeSeconds: false), .size(from: "1", to: "2"), .host, .mac, .endpoint,
            .register, .registerOrTable, .bits, .codes, .mapping,
        ]

    /// Two points on one register: only a reader makes one.
    private static let overlap: [Problem] = {
        let text = """
            line: /dev/ttyUSB0
            slaves: [{ id: 1, points: [{ code: A, register: 40001, type: float32, unit: V },
              { code: B, register: 40002, type: uint16, unit: V }] }]
            broker: { host: h, ca: a, certificate: b, key: c }
            """
        return ((try? AgentConfiguration.parse(Array(text.utf8), file: "f"))?.warnings ?? []).map(\.problem)
    }()

    static let problems: [Problem] =
        overlap + values.map { .mismatch($0, .truth) } + expected.flatMap { [.missing($0), .emptyList($0)] }
        + ConfigurationFault.Items.allCases.map { .tooMany($0, most: 3) }
        + Problem.Unique.allCases.map { .taken($0, value: "x", path: "y", line: 3) }
        + Problem.NetworkKey.allCases.map { .notOverNetwork($0) }
        + Problem.Ornament.allCases.map { .ornament($0, "x") }
        + points.flatMap { [.pointDoesNotFit(nil, $0), .pointDoesNotFit(.text("x"), $0)] }
        + [Problem.File.configuration, .baseline, .named("x")].flatMap { file -> [Problem] in
            let problems: [Problem.FileProblem] = [
                .notOpened(ENOENT), .notExamined(EIO), .notRead(EACCES), .folder, .irregular, .larger(9),
            ]
            return problems.map { .file(file, $0) }
        }
        + [
            .unknownKey, .keyIsNoText, .keyTwice(firstLine: 2), .moreFaults(3), .besideLines("line"), .portAndURL,
            .rtsNeverSwitched(true), .manySlaves(9, tested: 8), .codesWithoutProfile, .nothingWanted, .noProfile("x"),
            .registerTwice, .codeToFillIn("FILL-1"), .secondBehaviour, .windowWithoutBaseline,
            .baselineUnlike("x", .setting(measured: "a", configured: "b")),
            .baselineUnlike("x", .port(measured: "a", configured: "b")),
            .slaveNotWatched(1, baseline: "x", wasAsked: true), .slaveNotWatched(1, baseline: "x", wasAsked: false),
            .baselineUnusable("x"), .moreAnswers(answered: 3, asked: 2), .writeAfterAlone,
            .keyOpenToAll(path: "x", mode: "0644"), .byteOrderMark, .notUTF8, .forbiddenCharacter("0000"), .emptyFile,
            .secondDocument, .tooDeep(32), .tooLarge(9), .noMemory, .tab,
            .notYAML(problem: nil, context: nil, contextLine: nil),
            .notYAML(problem: "did not find expected key", context: "while parsing a block mapping", contextLine: 3),
        ]

    static let advice: [Advice] =
        ConfigurationFault.Items.allCases.map { .dashes($0) } + endpoints.map { .endpoint($0) }
        + [
            .write(["a", "b"]), .didYouMean("x"), .didYouMeanKey("x", valid: ["y"]), .validKeys(["y"]),
            .didYouMeanProfile("x"), .lookedIn(["x"]), .profileValues(["x"]), .oneOf(["x"]), .leaveKeyOut, .leaveOut,
            .leaveOutForDefaults, .run("chmod 600 x"), .noQuotes("1"), .noLeadingZero(1),
            .wholeNumber(milliseconds: nil), .wholeNumber(milliseconds: "5"), .smallerUnit, .bareBytes(units: "B"),
            .twoSizes(number: "1", binary: "KiB", bytes: 1024, decimal: "kB", decimalBytes: 1000), .units("s"),
            .oneUnit, .tooLong, .emptyText, .emptyUnit, .hasCharacters(3), .hasControl, .noScheme("x"), .portKey,
            .urlKey("x"), .networkURL, .intoLines, .eitherRegister, .fromZero(0), .oneTrue, .checkCycle, .nameProfile,
            .backEndCode, .nameBaseline, .measure("x"), .writeConfiguration("x"), .asRoot, .saveWithoutMark,
            .saveAsUTF8, .removeCharacter,
            .leastSections, .oneDocument, .writeOut, .spaces, .quotes("@"),
        ]

    private static func fault(_ problem: Problem, _ advice: Advice? = nil) -> ConfigurationFault {
        ConfigurationFault(place: Place(file: "f", line: 2, column: 3), key: "a.b", problem, advice)
    }

    @Test func `every problem and every advice is said in both languages, and not in the same words`() {
        for problem in Self.problems { expectBoth(Self.fault(problem).problemWords) }
        for advice in Self.advice { expectBoth(Self.fault(.unknownKey, advice).adviceWords) }
        for expected in Self.expected {
            #expect(Self.fault(.missing(expected)).message != Self.fault(.unknownKey).message)
            #expect(!expected.portuguese.isEmpty)
        }
    }

    private func expectBoth(_ words: Words?) {
        let texts = Language.allCases.compactMap { words?.said(in: $0) }
        #expect(texts.count == 2 && texts.allSatisfy { !$0.isEmpty })
        #expect(Set(texts).count == 2, "\(texts)")
        #expect(!(texts.last ?? "").contains(Self.english), "\(texts)")
    }

    /// Words that no Portuguese sentence has.
    nonisolated(unsafe) private static let english =
        /\b(the|is|are|of|and|or|with|without|write|expected|stands|number|found|key|while|not|did|cannot)\b/

    @Test func `no bad configuration is refused in half a language`() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.bad).sorted()
        #expect(folders.count > 100)
        for folder in folders {
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(Self.bad)/\(folder)/config.yaml")))
            let faults = try #require(throws: ConfigurationFaults.self) {
                if folder.hasPrefix("simulation-") {
                    _ = try SimulationConfiguration.parse(bytes, file: "config.yaml")
                } else {
                    _ = try AgentConfiguration.parse(bytes, file: "config.yaml")
                }
            }
            #expect(faults.words.said(in: .english) == faults.description)
            for fault in faults.faults {
                let text = fault.words.said(in: .portuguese)
                let head = "\(fault.place): " + (fault.key.isEmpty ? "" : "\(fault.key): ")
                #expect(text.hasPrefix(head), "place and key are the same in every language: \(text)")
                // What the file says, and lists of keys and words of the configuration, are nobody's language.
                let said = text.dropFirst(head.count).replacing(/"[^"]*"|[Cc]haves válidas: .*|um destes: .*/, with: "")
                #expect(!said.contains(Self.english), "\(folder): \(text)")
                #expect(fault.problem.portuguese != fault.message)
            }
        }
    }

    @Test func `every word of libyaml is known`() throws {
        let path = try #require(Self.mapped("/libyaml"))
        let library = try Data(contentsOf: URL(fileURLWithPath: path))
        func has(_ text: String) -> Bool { library.range(of: Data([0] + text.utf8 + [0])) != nil }
        for text in [String](YAMLWords.problems.keys) + YAMLWords.contexts.keys {
            #expect(has(text), "libyaml does not say: \(text)")
        }
        let all = library.split(separator: 0).compactMap { String(data: $0, encoding: .utf8) }
        // The writer of YAML and the loader of whole trees speak too, and nobody here asks them.
        let others = [
            "found undefined alias", "found duplicate anchor; first occurrence",
            "did not find expected <stream-start>", "found an incorrect leading UTF-8 octet",
            "found an incorrect trailing UTF-8 octet",
        ]
        for text in all where text.contains(/^(while (pars|scann)ing |(did|could) not find |found )/) {
            let isKnown = YAMLWords.problems[text] ?? YAMLWords.contexts[text]
            #expect(isKnown != nil || others.contains(text), "\(text)")
        }
    }

    /// The file of a library that this process has loaded.
    private static func mapped(_ name: String) -> String? {
        // Line by line to the end: the kernel gives such a file out in pieces, and says that it is empty.
        guard let maps = fopen("/proc/self/maps", "r") else { return nil }
        defer { fclose(maps) }
        var buffer = [CChar](repeating: 0, count: 8192)
        while fgets(&buffer, Int32(buffer.count), maps) != nil {
            let line = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            guard line.contains(name), let slash = line.firstIndex(of: "/") else { continue }
            return String(line[slash...].prefix { $0 != "\n" })
        }
        return nil
    }

    @Test func `every kind has a code that the manual explains, and no code is left over`() throws {
        let manual = try String(contentsOfFile: "\(Self.root)/docs/configuration.md", encoding: .utf8)
        let section = try #require(manual.components(separatedBy: "| code | what |").dropFirst().first)
        let rows = section.split(separator: "\n").dropFirst().prefix { $0.hasPrefix("|") }
        let told = rows.flatMap { row in
            (row.split(separator: "|").first ?? "").split(separator: "`").map(String.init).filter {
                $0.contains(/^[a-z0-9_]+$/)
            }
        }
        #expect(told.count == Set(told).count)
        #expect(Set(told) == Set(Self.problems.map { Self.fault($0).code }))
    }
}
