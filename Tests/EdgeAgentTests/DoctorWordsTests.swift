import AgentConfiguration
import BusProbe
import Foundation
import TelemetryContract
import Testing

@testable import BrokerLink
@testable import EdgeAgent
@testable import EdgeAgentCore

/// What the doctor says, in both languages, of every finding that there is.
@Suite struct DoctorWordsTests {
    private static let mac: MACAddress = {
        guard let mac = MACAddress("02:00:5e:10:00:01") else { preconditionFailure("it is one") }
        return mac
    }()

    private static let configuration: [Doctor.ConfigurationFinding] = {
        let fault: ConfigurationFault
        do throws(ConfigurationFaults) {
            _ = try AgentConfiguration.parse(Array("x: 1".utf8), file: "a.yaml")
            return []
        } catch {
            fault = error.faults[0]
        }
        return [
            .right(path: "a.yaml", lines: 1, slaves: 2), .doubtful(fault), .wrong(fault), .unreadable(fault),
            .forbidden(path: "a.yaml"),
        ]
    }()

    private static let identity: [Doctor.IdentityFinding] =
        [CertificateFault.Problem]([
            .missing, .unreadable(13), .notPEM, .keyEncrypted, .keyDoesNotFit, .keyOpenToAll, .incomplete,
        ]).map { .file(CertificateFault(file: "device.key", problem: $0, advice: "do")) }
        + [
            .filesGood, .otherAuthority(ca: "ca.crt", certificate: "device.crt"), .named(mac),
            .noGateway(name: "x", proposal: nil), .noGateway(name: "02-00", proposal: "02:00:5e:10:00:01"),
            .otherGateway(certificate: mac, configuration: mac), .valid(until: 2_000_000_000, days: 90),
            .endsSoon(until: 2_000_000_000, days: 3), .ended(1), .notYetValid(begins: 2_000_000_000, now: 1),
        ]

    private static let clock: [Doctor.ClockFinding] =
        ClockState.allCases.flatMap { state in
            [true, false].map { .judged(state, byAgent: $0, now: 1_790_000_000) }
        } + [.hardwareClock, .hardwareClockApart(seconds: 700), .noHardwareClock, .nothingKeepsTime]

    private static let line: [Doctor.LineFinding] = {
        var usb = Doctor.Adapter()
        (usb.numbers, usb.product, usb.driver) = ("0403:6001", "USB-RS485", "ftdi_sio")
        return [
            .port(device: "/dev/ttyUSB0"), .port(device: "/dev/ttyX"), .missing(others: []),
            .missing(others: ["/dev/y"]),
            .notSerial, .rights(user: "ana"), .rights(user: "root"), .groupNotTaken(group: "dialout", user: "ana"),
            .notInGroup(group: "dialout", user: "ana"), .noGroup(group: "root", user: "ana"), .free,
            .agentHas(.held, process: 7), .agentHas(.lent, process: 7), .busy(holders: []),
            .busy(holders: [Doctor.Holder(name: "minicom", process: 9)]), .notOpened(5), .notTried, .lastingName,
            .passingName(lasting: nil), .passingName(lasting: "/dev/serial/by-id/usb-A"), .adapter(usb),
            .adapter(Doctor.Adapter()), .noAdapter, .quick, .slow(device: "ttyUSB0", milliseconds: 16), .server,
            .noServer(.nameUnknown), .noServer(.refused), .noServer(.unreachable(113)), .offline,
        ]
    }()

    private static let disk: [Doctor.DiskFinding] =
        [
            .folder("/var"), .noFolder("/var"), .folderForbidden("/var", user: "ana"), .readOnly("/var"),
            .inMemory("/run"), .room(free: 1 << 40, maximum: 1 << 28),
            .tight(free: 1 << 20, reachable: 1 << 10, maximum: 1 << 28), .full(free: 1, reserve: 1 << 25), .noInodes,
            .notSeen, .inUse(process: 7), .noSpool, .whole(waiting: 3), .damaged("its log is damaged"),
            .unusable(Doctor.SpoolFault(status: .wrongData, words: "not a spool")), .noneAside,
            .aside(["/var/spool.db-damaged-20261121T150501Z"]),
        ]
        + Doctor.DiskKind.allCases.flatMap { kind -> [Doctor.DiskFinding] in
            [
                .disk(kind), .worn(kind, percent: 90), .spareBlocks(kind, isUrgent: true),
                .spareBlocks(kind, isUrgent: false),
            ]
        }

    /// A failure of each cause.
    static let failures: [LinkFailure] = {
        func failure(_ phase: LinkFailure.Phase, _ code: LinkFailure.Code, trace: [String] = []) -> LinkFailure {
            LinkFailure(phase: phase, code: code, detail: "it fails", advice: "mend it", trace: trace)
        }
        return [
            failure(.credentials, .file), failure(.name, .lookup(EAI_NONAME)), failure(.name, .lookup(EAI_AGAIN)),
            failure(.tcp, .system(ECONNREFUSED)), failure(.tcp, .system(ENETUNREACH)), failure(.tcp, .timeout),
            failure(.tcp, .system(EIO)), failure(.handshake, .verification(9)), failure(.handshake, .verification(10)),
            failure(.handshake, .verification(62)), failure(.handshake, .verification(20)),
            failure(.handshake, .verification(1)),
            failure(.handshake, .library(8), trace: ["OpenSSL Error[0]: x:wrong version number"]),
            failure(.handshake, .timeout), failure(.refused, .alert(44)), failure(.refused, .alert(45)),
            failure(.refused, .alert(48)), failure(.refused, .alert(42)), failure(.refused, .reason(.notAuthorized)),
            failure(.lost, .reason(.sessionTakenOver)), failure(.lost, .timeout), failure(.lost, .system(104)),
        ]
    }()

    private static let broker: [Doctor.BrokerFinding] =
        [
            .nameFound(host: "b"), .reached(host: "b", port: 8883), .encrypted(nil), .encrypted("TLSv1.3 X"),
            .certificateValid(until: nil, days: nil), .certificateValid(until: 2_000_000_000, days: 90),
            .certificateEndsSoon(until: 2_000_000_000, days: 3), .welcomed(client: "c"), .nameTooSlow(host: "b"),
            .published(topic: "t"), .unheard(topic: "t"), .publishDenied(topic: "t", .notAuthorized),
            .publishDenied(topic: "t", .packetTooLarge), .subscribed(filter: "t"),
            .subscribeDenied(filter: "t", .notAuthorized),
        ] + failures.map { .failed(.tls, $0) }
        + Doctor.Phase.allCases.flatMap { [.notTried($0), .offline($0)] }

    static let all: [Doctor.Finding] =
        configuration.map { .configuration($0) } + identity.map { .identity($0) } + clock.map { .clock($0) }
        + line.map { .line($0, name: "hall", place: "/dev/ttyUSB0") } + disk.map { .disk($0) }
        + broker.map { .broker($0) }

    @Test func `every finding is said in both languages, with a next step where something is at fault`() {
        #expect(Self.all.count > 130)
        for finding in Self.all {
            let words = finding.words
            let said = [words.what, words.todo].compactMap(\.self)
            for (index, text) in said.enumerated() {
                let texts = Language.allCases.map { text.said(in: $0) }
                #expect(texts.allSatisfy { !$0.isEmpty }, "\(finding)")
                // A fault of the configuration is said as `check` says it, whatever the language.
                if finding.check == "configuration", index == 0, finding.cause != "right", finding.cause != "forbidden"
                {
                    continue
                }
                #expect(Set(texts).count == Language.allCases.count, "\(texts)")
            }
            switch finding.verdict {
            case .fault, .warning: #expect(words.todo != nil, "\(finding)")
            case .ok, .skipped: #expect(words.todo == nil, "\(finding)")
            }
        }
    }

    @Test func `every check has a title in both, and every cause stands in the manual`() throws {
        let manual = try String(
            contentsOfFile: #filePath.components(separatedBy: "/Tests/")[0] + "/docs/operating.md", encoding: .utf8)
        for finding in Self.all {
            let title = Doctor.Finding.titles[finding.check]
            #expect(title != nil, "\(finding.check)")
            #expect(manual.contains("| `\(finding.check)` |"), "\(finding.check)")
            let row = manual.split(separator: "\n").first { $0.hasPrefix("| `\(finding.check)` |") } ?? ""
            #expect(row.contains("`\(finding.cause)`"), "\(finding.check): \(finding.cause)")
        }
        #expect(Set(Doctor.Finding.titles.keys) == Set(Self.all.map(\.check)), "no title is left over")
    }

    @Test func `every cause of a failed link has words of its own`() {
        let said = Self.failures.map { $0.words.what.said(in: .portuguese) }
        #expect(Set(said).count == said.count, "\(said)")
        #expect(Set(Self.failures.map(\.cause)).count == Self.failures.count)
    }

    @Test func `what is waited for is said in both`() {
        let steps: [Doctor.Step] =
            [.files, .disk, .clock, .line("hall")] + Doctor.Phase.allCases.map { .broker($0) }
        for step in steps {
            let texts = Language.allCases.map { step.words.said(in: $0) }
            #expect(Set(texts).count == Language.allCases.count, "\(texts)")
        }
    }

    @Test func `a text that is printed to a person is written through both, never as a bare literal`() throws {
        let folder = #filePath.components(separatedBy: "/Tests/")[0] + "/Sources/EdgeAgent/Doctor"
        for file in try FileManager.default.contentsOfDirectory(atPath: folder) where file.hasSuffix(".swift") {
            let text = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
            for bare in ["abstract: \"", "discussion: \"", "help: \"", "ArgumentHelp(\"", "ValidationError(\""] {
                #expect(!text.contains(bare), "\(file): \(bare)")
            }
        }
    }
}
