import Glibc

/// How long an adapter collects bytes before it hands them over, where its driver says so (FTDI and kin).
public enum AdapterLatency {
    /// The latency timer of a port's adapter in milliseconds; nil where there is none.
    ///
    /// - Parameter sysfs: Where the kernel's device tree is; another place only in tests.
    public static func milliseconds(of port: String, sysfs: String = "/sys") -> Int? {
        guard let resolved = realpath(port, nil) else { return nil }
        defer { free(resolved) }
        let name = String(cString: resolved).split(separator: "/").last ?? ""
        let descriptor = open("\(sysfs)/class/tty/\(name)/device/latency_timer", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 16)
        let count = read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return nil }
        let text = String(decoding: buffer.prefix(count).prefix { (48...57).contains($0) }, as: UTF8.self)
        return Int(text)
    }
}
