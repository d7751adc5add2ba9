import Glibc

/// Something that makes a port slower than it need be, and how to mend it.
public struct PortAdvice: Sendable, Hashable, CustomStringConvertible {
    /// The port's device, such as `ttyUSB0`.
    public let device: String

    /// How long the adapter holds bytes back before it hands them over, in milliseconds.
    public let latencyTimer: Int

    /// The most milliseconds that are not worth a word.
    static let tolerated = 2

    /// Reads the latency timer that FTDI adapters have; nil for a port without one, or with a short one.
    ///
    /// - Parameter sysfs: The folder where the kernel shows its devices: `/sys`.
    public init?(port: String, sysfs: String = "/sys") {
        guard let target = realpath(port, nil) else { return nil }
        defer { free(target) }
        let path = String(cString: target)
        guard let slash = path.lastIndex(of: "/") else { return nil }
        let device = String(path[path.index(after: slash)...])
        let places = ["class/tty/\(device)/device", "bus/usb-serial/devices/\(device)"]
        let timers = places.lazy.compactMap { Self.number(in: "\(sysfs)/\($0)/latency_timer") }
        guard let timer = timers.first, timer > Self.tolerated else { return nil }
        self.device = device
        latencyTimer = timer
    }

    /// What it costs, what to do now, and what to do for good.
    public var description: String {
        "the adapter of \(device) holds every answer back for up to \(latencyTimer) ms (latency_timer); now: "
            + "echo 1 > /sys/bus/usb-serial/devices/\(device)/latency_timer; for good, in "
            + "/etc/udev/rules.d/99-ftdi.rules: ACTION==\"add\", SUBSYSTEM==\"usb-serial\", DRIVER==\"ftdi_sio\", "
            + "ATTR{latency_timer}=\"1\""
    }

    private static func number(in file: String) -> Int? {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 16)
        let count = read(descriptor, &buffer, buffer.count)
        let digits = buffer.prefix(max(0, count)).prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return Int(String(decoding: digits, as: UTF8.self))
    }
}
