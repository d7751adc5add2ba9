import FieldBench
import Testing

@Suite(.timeLimit(.minutes(6))) struct RefusalTests {
    /// The line in which the broker's log speaks of every certificate that it refuses, whatever is wrong with it.
    static let verdict = "certificate verify failed"

    @Test(arguments: ["-tls1_2", "-tls1_3"])
    func `a good certificate is accepted`(version: String) async throws {
        let field = try await Field()
        let device = try await field.certificates.device(Field.gateway)
        #expect(try await Handshake.attempt(with: field.broker, as: device, version: version).isAccepted)
        #expect(try await field.canConnect(as: device))
        try await field.broker.logs("u'\(Field.gateway)'")
    }

    @Test func `a certificate of another CA is refused`() async throws {
        let field = try await Field()
        // Of the same name: it is the key that counts.
        let stranger = try await Certificates(in: field.folder, named: "another")
        let theirs = try await stranger.device(Field.gateway)
        let files = Certificates.DeviceFiles(
            ca: field.certificates.ca,
            certificate: theirs.certificate,
            key: theirs.key
        )
        try await expectRefusal(of: files, in: field, with: .unknownCA)
    }

    @Test func `an expired certificate is refused`() async throws {
        let field = try await Field()
        let device = try await field.certificates.device(Field.gateway, validity: .expired)
        try await expectRefusal(of: device, in: field, with: .certificateExpired)
    }

    @Test func `a certificate that is not valid yet is refused`() async throws {
        let field = try await Field()
        let device = try await field.certificates.device(Field.gateway, validity: .notYetValid)
        try await expectRefusal(of: device, in: field, with: .badCertificate)
    }

    @Test func `the certificate of the broker is no client's`() async throws {
        let field = try await Field()
        try await expectRefusal(of: field.certificates.broker, in: field, with: .unsupportedCertificate)
    }

    @Test func `a client without a certificate is refused`() async throws {
        let field = try await Field()
        #expect(try await field.publish("", to: "any", as: nil).isNoConnection)
        try await field.broker.logs("peer did not return a certificate")
        #expect(try await Handshake.attempt(with: field.broker, as: nil).alert == .handshakeFailure)
    }

    @Test func `the one port speaks TLS only`() async throws {
        let field = try await Field()
        let child = try await ChildProcess.run(
            "mosquitto_pub",
            ["-h", field.broker.host, "-p", "\(field.broker.port)", "-t", "any", "-m", "plain"]
        )
        #expect(child.exit != .status(0))
        try await field.broker.logs("wrong version number")
        let opened = field.broker.log.split(separator: "\n").filter { $0.contains("listen socket on port") }
        #expect(opened.count == 1 && opened[0].hasSuffix("port \(field.broker.port)."))
    }

    @Test(arguments: ["-tls1", "-tls1_1"])
    func `a version of TLS older than 1_2 is refused`(version: String) async throws {
        let field = try await Field()
        let device = try await field.certificates.device(Field.gateway)
        let handshake = try await Handshake.attempt(with: field.broker, as: device, version: version)
        #expect(!handshake.isAccepted && handshake.alert == .protocolVersion, "\(handshake.text)")
        try await field.broker.logs("unsupported protocol")
    }

    @Test func `a revoked certificate is refused from the next connection on, and a live session goes on`()
        async throws
    {
        let field = try await Field()
        let device = try await field.certificates.device(Field.gateway)
        let consumer = try await field.certificates.consumer()
        let live = try await Subscriber(to: [Field.topic(Field.gateway, "commands/#")], on: field.broker, as: device)

        try await field.certificates.revoke(Field.gateway)
        #expect(try await field.canConnect(as: device), "the broker has no new list yet")
        try await field.certificates.renewCRL()
        #expect(try await field.canConnect(as: device), "the broker has not read it yet")
        try await field.broker.reload()
        try await expectRefusal(of: device, in: field, with: .certificateRevoked)

        let topic = Field.topic(Field.gateway, "commands/ping")
        #expect(try await field.publish("still here", to: topic, as: consumer) == .accepted)
        #expect(try await live.waitForMessages(1).map(\.text) == ["still here"])

        // Only a restart cuts it, and then it does not come back.
        try await field.broker.restart()
        try await expectRefusal(of: device, in: field, with: .certificateRevoked)
        #expect(try await field.publish("anyone?", to: topic, as: consumer) == .accepted)
        #expect(live.received.count == 1)
    }

    @Test func `an expired list of revoked certificates refuses every good client, until there is a new one`()
        async throws
    {
        let field = try await Field()
        let device = try await field.certificates.device(Field.gateway)
        #expect(try await field.canConnect(as: device))
        try await field.certificates.renewCRL(lifetime: .seconds(-60))
        try await field.broker.reload()
        // The client is told that "the certificate" has expired, although its own has ten years to go.
        try await expectRefusal(of: device, in: field, with: .certificateExpired)
        try await field.certificates.renewCRL()
        try await field.broker.reload()
        #expect(try await field.canConnect(as: device))
    }

    private func expectRefusal(
        of files: Certificates.DeviceFiles,
        in field: Field,
        with alert: Handshake.Alert,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let verdict = try await field.publish("no", to: Field.topic(Field.gateway, "status"), as: files)
        #expect(verdict.isNoConnection, "\(verdict)", sourceLocation: sourceLocation)
        let handshake = try await Handshake.attempt(with: field.broker, as: files)
        #expect(!handshake.isAccepted, sourceLocation: sourceLocation)
        #expect(handshake.alert == alert, "\(handshake.text)", sourceLocation: sourceLocation)
        try await field.broker.logs(Self.verdict)
    }
}
