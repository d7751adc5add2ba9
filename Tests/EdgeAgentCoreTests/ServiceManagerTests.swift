import FieldBench
import Glibc
import Testing

@testable import EdgeAgentCore

@Suite struct ServiceManagerTests {
    /// A datagram socket such as systemd listens on.
    private struct Listener: ~Copyable {
        let descriptor: Int32

        init(path: String) throws {
            descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            var bytes = Array(path.utf8)
            if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
            let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
            let bound = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
            }
            try #require(bound == 0)
        }

        func receive() -> String {
            var buffer = [UInt8](repeating: 0, count: 256)
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            return String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
        }

        deinit { close(descriptor) }
    }

    @Test func `systemd is told on a path and on an abstract name`() throws {
        let folder = try TemporaryFolder(prefix: "notify")
        for name in [folder.path("notify.sock"), "@edge-agent-test-\(getpid())"] {
            let listener = try Listener(path: name)
            let manager = ServiceManager(socketPath: name)
            manager.ready()
            #expect(listener.receive() == "READY=1")
            manager.status("polling")
            #expect(listener.receive() == "STATUS=polling")
            manager.stopping()
            #expect(listener.receive() == "STOPPING=1")
        }
    }

    @Test func `without a service manager nothing is said and nothing fails`() {
        ServiceManager(socketPath: nil).ready()
        ServiceManager(socketPath: "").ready()
        ServiceManager(socketPath: "/nowhere/notify").ready()
    }
}
