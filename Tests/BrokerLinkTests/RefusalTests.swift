import BrokerLink
import FieldBench
import Foundation
import MachineTime
import Testing

/// Every way in which no session comes about, and how it is told.
@Suite(.timeLimit(.minutes(6)), .judgesTime) struct RefusalTests {
    @Test func `a name that does not exist`() async throws {
        let field = try await Field(brokerRuns: false)
        let watched = Watched(field.settings { $0.host = "host.invalid" })
        let failure = try await watched.failure()
        #expect(failure.phase == .name)
        #expect(failure.detail.contains("host.invalid"))
        #expect(await watched.stop() < Field.promptly)
    }

    @Test func `a port that refuses`() async throws {
        let field = try await Field(brokerRuns: false)
        let watched = Watched(field.settings)
        let failure = try await watched.failure()
        #expect(failure.phase == .tcp)
        #expect(failure.code == .system(111))
        #expect(failure.detail.contains("Connection refused"))
        #expect(await watched.stop() < Field.promptly)
    }

    @Test func `a firewall that drops, noticed within the connect timeout`() async throws {
        let field = try await Field(brokerRuns: false)
        let hole = try BlackHole()
        let begin = ContinuousClock.now
        let watched = Watched(
            field.settings {
                $0.port = hole.port
                $0.connectTimeout = .seconds(1)
            }
        )
        let failure = try await watched.failure()
        #expect(failure.phase == .tcp)
        #expect(failure.code == .timeout)
        #expect(ContinuousClock.now - begin < .seconds(25))
        #expect(await watched.stop() < Field.promptly)
    }

    @Test func `a peer that takes the connection and says nothing`() async throws {
        let field = try await Field(brokerRuns: false)
        let peer = try Peer(.silent)
        let watched = Watched(
            field.settings {
                $0.port = peer.port
                // A machine that halts before the handshake must not use it up.
                $0.connectTimeout = .seconds(3)
            }
        )
        let failure = try await watched.failure()
        #expect(failure.phase == .handshake)
        #expect(failure.code == .timeout)
        #expect(await watched.stop() < Field.promptly)
    }

    @Test func `a peer that does not speak TLS`() async throws {
        let field = try await Field(brokerRuns: false)
        let peer = try Peer(.talks("HTTP/1.1 400 Bad Request\r\n\r\n"))
        let watched = Watched(field.settings { $0.port = peer.port })
        let failure = try await watched.failure()
        #expect(failure.phase == .handshake)
        #expect(failure.detail.contains("does not speak TLS"))
        await watched.stop()
    }

    @Test func `a peer that hangs up in the handshake`() async throws {
        let field = try await Field(brokerRuns: false)
        let peer = try Peer(.closes)
        let watched = Watched(field.settings { $0.port = peer.port })
        let failure = try await watched.failure()
        #expect(failure.phase == .handshake)
        #expect(failure.detail.contains("ended the connection in the TLS handshake"))
        await watched.stop()
    }

    @Test func `a TLS peer that does not answer to CONNECT`() async throws {
        let field = try await Field(brokerRuns: false)
        let peer = try await ScriptedBroker(field, says: [])
        let watched = Watched(
            field.settings {
                $0.port = peer.port
                $0.connectTimeout = .seconds(1)
            }
        )
        try await eventually("a silent peer; seen: \(watched.events)") {
            watched.failures.contains { $0.detail.contains("did not answer to our CONNECT") }
        }
        #expect(await watched.stop() < Field.promptly)
    }

    @Test func `a broker that refuses the connection with a reason`() async throws {
        let field = try await Field(brokerRuns: false)
        let peer = try await ScriptedBroker(field, says: [.welcome(reason: 135)])
        let watched = Watched(field.settings { $0.port = peer.port })
        let failure = try await watched.failure()
        #expect(failure.phase == .refused)
        #expect(failure.code == .reason(.notAuthorized))
        #expect(failure.detail.contains("not authorized"))
        #expect(watched.connections.isEmpty)
        await watched.stop()
    }

    @Test func `our certificate is revoked`() async throws {
        let field = try await Field()
        try await field.certificates.revoke(Field.mac)
        try await field.certificates.renewCRL()
        try await field.broker.reload()
        try await expectRefusal(Watched(field.settings), "certificate revoked", .alert(44))
    }

    @Test func `our certificate has expired`() async throws {
        let field = try await Field(validity: .expired)
        try await expectRefusal(Watched(field.settings), "certificate expired", .alert(45))
    }

    @Test func `our certificate is of another CA`() async throws {
        let field = try await Field()
        let foreign = try await Certificates(in: field.folder, named: "foreign").device(Field.mac)
        let watched = Watched(
            field.settings {
                $0.certificateFile = foreign.certificate
                $0.keyFile = foreign.key
            }
        )
        try await expectRefusal(watched, "unknown CA", .alert(48))
    }

    private func expectRefusal(_ watched: Watched, _ words: String, _ code: LinkFailure.Code) async throws {
        try await eventually("two refusals; seen: \(watched.events)") { watched.failures.count >= 2 }
        for failure in watched.failures {
            #expect(failure.phase == .refused)
            #expect(failure.code == code)
            #expect(failure.detail.contains(words))
        }
        #expect(watched.connections.isEmpty)
        #expect(await watched.stop() < Field.promptly)
    }

    @Test func `the broker's certificate is for another name`() async throws {
        let field = try await Field()
        try await field.reissueBroker(["--name", "other.example"])
        let watched = Watched(field.settings)
        let failure = try await watched.failure()
        #expect(failure.phase == .handshake)
        #expect(failure.code == .verification(64))
        #expect(failure.detail.contains("is not for 127.0.0.1"))
        let named = Watched(field.settings { $0.host = "localhost" })
        #expect(try await named.failure().code == .verification(62))
        for watched in [watched, named] {
            #expect(watched.connections.isEmpty)
            await watched.stop()
        }
    }

    @Test func `the broker's certificate has expired`() async throws {
        let field = try await Field()
        try await field.reissueBroker(from: -10, to: -1)
        let watched = Watched(field.settings)
        let failure = try await watched.failure()
        #expect(failure.phase == .handshake)
        #expect(failure.code == .verification(10))
        #expect(failure.detail.contains("has expired: it ended at 20"))
        await watched.stop()
    }

    @Test func `a clock in the past, helped by a floor`() async throws {
        let field = try await Field()
        try await field.reissueBroker(from: 1, to: 10)
        let watched = Watched(field.settings)
        let failure = try await watched.failure()
        #expect(failure.phase == .handshake)
        #expect(failure.code == .verification(9))
        #expect(failure.detail.contains("our clock says 20"))
        #expect(failure.advice.contains("waiting for the clock"))
        await watched.stop()
        let begins = try DeviceCertificate(
            certificateFile: field.certificates.broker.certificate,
            keyFile: field.certificates.broker.key,
            caFile: field.device.ca
        ).notBefore
        let helped = Watched(field.settings { $0.clockFloor = begins + 60 })
        try await helped.connected()
        await helped.stop()
    }

    @Test func `our own files are missing`() async throws {
        let field = try await Field()
        let watched = Watched(field.settings { $0.keyFile = "/nonexistent/device.key" })
        let failure = try await watched.failure()
        #expect(failure.phase == .credentials)
        #expect(failure.detail == "/nonexistent/device.key: there is no such file")
        #expect(await watched.stop() < Field.promptly)
    }

    @Test(arguments: ["", "a\u{1}b", String(repeating: "x", count: 65_536)])
    func `a client id that cannot be used, and no descriptor of others is closed`(_ id: String) async throws {
        let field = try await Field(brokerRuns: false)
        let watched = Watched(field.settings { $0.clientID = id })
        try await eventually("three failures") { watched.failures.count >= 3 }
        #expect(watched.failures[0].phase == .credentials)
        // The library would close the descriptor 0 here.
        #expect(fcntl(0, F_GETFD) >= 0)
        await watched.stop()
    }
}

extension Field {
    /// Gives the broker another certificate and starts it again; the times are counted from now, in days.
    func reissueBroker(
        _ names: [String] = ["--name", "localhost", "--ip", "127.0.0.1"],
        from begin: Int? = nil,
        to end: Int? = nil
    ) async throws {
        var arguments = names + ["--force"]
        if let begin, let end {
            arguments += ["--not-before", Self.time(days: begin), "--not-after", Self.time(days: end)]
        }
        try await certificates.run("issue-broker.sh", arguments)
        try await broker.restart()
    }

    private static func time(days: Int) -> String {
        Date(timeIntervalSinceNow: Double(days) * 86_400).formatted(.iso8601)
    }
}
