internal import Glibc
internal import Synchronization

/// The engine of a relay, with the lock before it and the thread that runs it.
///
/// The thread waits without the lock, and works with it. It holds the hub and not the relay, which so can end.
final class RelayHub: Sendable {
    let engine: Mutex<RelayEngine>
    /// A change wakes the thread, which else would wait under the old conditions.
    private let bell: (heard: Int32, rung: Int32)

    init(_ engine: consuming sending RelayEngine) throws {
        let ends = try Spawner.pipe()
        for end in [ends.read, ends.write] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        bell = (ends.read, ends.write)
        self.engine = Mutex(engine)
    }

    deinit {
        close(bell.heard)
        close(bell.rung)
    }

    func start() throws {
        var thread = pthread_t()
        let package = Unmanaged.passRetained(self)
        let code = pthread_create(
            &thread, nil,
            { package in
                if let package { Unmanaged<RelayHub>.fromOpaque(package).takeRetainedValue().run() }
                return nil
            }, package.toOpaque())
        guard code == 0 else {
            package.release()
            throw BenchError("cannot start the relay's thread: \(String(cString: strerror(code)))")
        }
        pthread_detach(thread)
    }

    func change(_ body: (inout RelayEngine) throws -> Void) rethrows {
        try engine.withLock { try body(&$0) }
        // A full pipe wakes as well as one more byte would.
        _ = write(bell.rung, "!", 1)
    }

    private func run() {
        while let watch = engine.withLock({ $0.watch() }) {
            var descriptors = watch.descriptors + [pollfd(fd: bell.heard, events: Int16(POLLIN), revents: 0)]
            poll(&descriptors, nfds_t(descriptors.count), watch.timeout.map(Self.milliseconds) ?? -1)
            if descriptors.removeLast().revents != 0 {
                var bytes: (UInt64, UInt64) = (0, 0)
                _ = read(bell.heard, &bytes, 16)
            }
            engine.withLock { $0.turn(descriptors, of: watch.owners) }
        }
    }

    /// Rounded up: what is due must be so when the wait is over.
    private static func milliseconds(_ duration: Duration) -> Int32 {
        Int32(clamping: Int((duration / .milliseconds(1)).rounded(.up)))
    }
}
