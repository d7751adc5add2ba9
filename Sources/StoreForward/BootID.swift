import Glibc

/// Which run of the kernel this is: what it held back from the disk is gone in the next one.
enum BootID {
    /// The kernel's own; empty where it does not say.
    static var current: String {
        let descriptor = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(descriptor, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    /// A number for a boot: never 0, which stands for none, and another one each time where the kernel does not say.
    static func number(_ id: String) -> Int64 {
        let digits = id.filter(\.isHexDigit).prefix(16)
        return Int64(truncatingIfNeeded: UInt64(digits, radix: 16) ?? UInt64.random(in: 1...UInt64.max)) | 1
    }
}
