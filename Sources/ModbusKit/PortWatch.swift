import Glibc

/// Notices that a port which went away may be back: by the kernel's word for its folders, not by looking again and again.
///
/// An adapter that is plugged in again appears as a node in /dev and, through udev, as a link in /dev/serial/by-id. That
/// folder may itself have gone with the last adapter, so every folder above the port that exists is watched.
struct PortWatch: ~Copyable {
    private let descriptor: Int32
    private let port: String

    init(port: String) {
        self.port = port
        descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Waits until something changed that may have brought the port back, at most for a time.
    ///
    /// The folders must be watched from before the port was looked for.
    /// Without inotify, or where no event comes, it returns after the time, and the caller looks for itself.
    func waitForChange(atMost time: Duration) {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        poll(&waiting, descriptor >= 0 ? 1 : 0, Int32(clamping: Int64(time / .milliseconds(1))))
        var events = [UInt8](repeating: 0, count: 4096)
        while descriptor >= 0, read(descriptor, &events, events.count) > 0 {}
    }

    /// Watches what exists now; a folder that is watched already is no second watch.
    func watchFolders() {
        guard descriptor >= 0 else { return }
        // udev makes a node first and gives it to its group afterwards: hence the attributes.
        let changes = UInt32(IN_CREATE | IN_MOVED_TO | IN_ATTRIB)
        var folder = port[...]
        while let slash = folder.lastIndex(of: "/") {
            folder = folder[..<slash]
            inotify_add_watch(descriptor, folder.isEmpty ? "/" : String(folder), changes)
            // The root is no place where adapters appear, and everything happens below it.
            if folder.count(where: { $0 == "/" }) <= 1 { break }
        }
    }
}
