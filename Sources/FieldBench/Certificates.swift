internal import Foundation

/// A certificate authority in miniature, made and used with the very scripts that an operator uses.
public struct Certificates: Sendable {
    /// Where the certificate, the key and the CA of one client are.
    public struct DeviceFiles: Sendable {
        /// The path of the CA's certificate.
        public let ca: String
        /// The path of the client's certificate.
        public let certificate: String
        /// The path of the client's key.
        public let key: String

        /// The three paths.
        public init(ca: String, certificate: String, key: String) {
            self.ca = ca
            self.certificate = certificate
            self.key = key
        }

        init(folder: String, name: String) {
            self.init(ca: "\(folder)/ca.crt", certificate: "\(folder)/\(name).crt", key: "\(folder)/\(name).key")
        }

        /// The folder in which they lie.
        var folder: String { URL(fileURLWithPath: key).deletingLastPathComponent().path }
    }

    /// From when to when a certificate is valid, counted from now.
    public struct Validity: Sendable {
        var arguments: [String]

        /// What a script does unless told otherwise: ten years for a gateway.
        public static let usual = Self(arguments: [])
        /// A certificate that ended yesterday.
        public static let expired = between(.seconds(-10 * 86_400), .seconds(-86_400))
        /// A certificate that begins tomorrow.
        public static let notYetValid = between(.seconds(86_400), .seconds(10 * 86_400))

        /// From one moment to another, both counted from now; a negative duration is in the past.
        public static func between(_ start: Duration, _ end: Duration) -> Self {
            func time(_ offset: Duration) -> String {
                Date(timeIntervalSinceNow: Double(offset.components.seconds)).formatted(.iso8601)
            }
            return Self(arguments: ["--not-before", time(start), "--not-after", time(end)])
        }
    }

    /// The folder of the CA.
    public let folder: String

    /// The path of the CA's certificate.
    public var ca: String { "\(folder)/ca.crt" }
    /// The path of the list of revoked certificates.
    public var revocationList: String { "\(folder)/crl.pem" }
    /// The broker's certificate, key and CA.
    public var broker: DeviceFiles { DeviceFiles(folder: "\(folder)/broker", name: "broker") }

    /// Makes a CA, the broker's certificate for the loopback, and a list on which nothing is revoked.
    public init(in folder: String) async throws {
        self.folder = folder
        try await run("make-ca.sh")
        try await run("issue-broker.sh", ["--name", "localhost", "--ip", "127.0.0.1"])
        try await run("make-crl.sh")
    }

    /// Makes a CA in a new folder of the temporary folder.
    public init(in folder: TemporaryFolder, named name: String = "ca") async throws {
        try await self.init(in: folder.path(name))
    }

    /// Issues a certificate of a gateway, each time a new one in a folder of its own.
    public func device(_ mac: String, validity: Validity = .usual) async throws -> DeviceFiles {
        let files = newFiles("device")
        try await run("issue-device.sh", [mac, "--out", files.folder] + validity.arguments)
        return files
    }

    /// Signs a request that was made where the key is, and returns the path of the certificate.
    public func sign(request: String, for mac: String, validity: Validity = .usual) async throws -> String {
        let files = newFiles("device")
        try await run("issue-device.sh", [mac, "--csr", request, "--out", files.folder] + validity.arguments)
        return files.certificate
    }

    /// Issues a certificate of the consumer on the server, or of another name, in a folder of its own.
    public func consumer(_ name: String = "django_consumer", validity: Validity = .usual) async throws -> DeviceFiles {
        let files = newFiles("consumer")
        try await run("issue-consumer.sh", ["--cn", name, "--out", files.folder] + validity.arguments)
        return files
    }

    /// Revokes all certificates of a gateway.
    ///
    /// The broker knows after a new list and a reload.
    public func revoke(_ mac: String) async throws {
        try await run("revoke.sh", [mac])
    }

    /// Writes the list of revoked certificates anew; with a negative lifetime, one that has expired already.
    public func renewCRL(lifetime: Duration = .seconds(30 * 86_400)) async throws {
        // One that has expired must have begun before that.
        let start = min(.seconds(-86_400), lifetime - .seconds(86_400))
        try await run("make-crl.sh", Validity.between(start, lifetime).arguments)
    }

    /// Runs a script of certs/ on this CA, and throws with its words if it fails.
    @discardableResult
    public func run(_ script: String, _ arguments: [String] = []) async throws -> String {
        let child = try await Self.script(script, ["--dir", folder] + arguments)
        guard child.exit == .status(0) else {
            throw BenchError("\(script) \(arguments.joined(separator: " ")): \(child.errors.text)")
        }
        return child.output.text
    }

    /// Runs a script of certs/ with just these arguments, and returns the process, which has ended.
    public static func script(_ script: String, _ arguments: [String] = []) async throws -> ChildProcess {
        try await ChildProcess.run(Repository.path("certs/\(script)"), arguments)
    }

    /// What a script will leave in a folder that does not exist yet.
    ///
    /// Nothing is ever overwritten: a test of a renewal needs the old certificate beside the new one.
    private func newFiles(_ kind: String) -> DeviceFiles {
        DeviceFiles(folder: "\(folder)/\(kind)s/\(UUID().uuidString)", name: kind)
    }
}
