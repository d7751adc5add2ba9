import Glibc

/// Where Linux and its time services leave signs of themselves.
enum TimeSources {
    /// The kernel's name for this boot; empty where a sandbox hides it.
    static var bootID: String { text(of: "/proc/sys/kernel/random/boot_id") ?? "" }

    /// systemd-timesyncd's own word, which outlives a sandbox that hides the kernel's.
    static var saysSynchronised: Bool { exists("/run/systemd/timesync/synchronized") }

    /// Whether a hardware clock is there and is near the wall clock.
    ///
    /// One without a battery says 1970 and counts for none, and so does one that says something else: nobody could tell
    /// which of the two is right.
    static func hasHardwareClock(near wall: Int64) -> Bool {
        (0..<4).contains { number in
            guard let text = text(of: "/sys/class/rtc/rtc\(number)/since_epoch"), let seconds = Int64(text)
            else { return false }
            return abs(seconds - wall) <= 600
        }
    }

    /// Whether a time service runs, or is enabled on a machine on which systemd starts it.
    static var hasService: Bool {
        signs.contains(where: exists) || (exists("/run/systemd/system") && units.contains(where: exists))
    }

    /// What a running service keeps: timesyncd, chrony, ntpd and ntpsec, OpenNTPD.
    private static let signs = [
        "/run/systemd/timesync", "/run/chrony/chronyd.pid", "/run/chronyd.pid", "/run/ntpd.pid", "/run/ntpd.sock",
    ]

    /// What `systemctl enable` makes for each of them.
    private static let units =
        ["/etc/systemd/system/sysinit.target.wants/systemd-timesyncd.service"]
        + ["chrony", "chronyd", "ntp", "ntpd", "ntpsec", "openntpd"].map {
            "/etc/systemd/system/multi-user.target.wants/\($0).service"
        }

    private static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The first line of a small file of the kernel's.
    private static func text(of path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer.prefix(count).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
