import Glibc
internal import ModbusModel

/// Keeps the silences that RTU framing depends on, and brings a line back to silence after a broken exchange.
struct LineSilence {
    /// The silence before every request: t3.5, in nanoseconds.
    let beforeRequest: Int64

    /// The silence that ends a disturbance.
    ///
    /// USB adapters deliver in packets up to 16 ms apart, a network further apart: less proves nothing. In nanoseconds.
    let afterDisturbance: Int64

    /// The longest time that a line is listened to, in nanoseconds; the longest frame of 256 characters fits twice.
    let patience: Int64

    private var lastActivity: Moment?

    init(_ timing: SerialTiming, packetsApart: Duration = .milliseconds(20)) {
        beforeRequest = timing.frameSilence.wholeNanoseconds
        afterDisturbance = max(beforeRequest * 2, packetsApart.wholeNanoseconds)
        patience = (timing.time(ofCharacters: 512) + .milliseconds(200)).wholeNanoseconds
    }

    /// Notes that the last byte of an exchange has just passed.
    mutating func activity() { lastActivity = .now }

    /// Waits until t3.5 have passed since the last byte.
    func wait() {
        guard let lastActivity else { return }
        LineEar.sleep(beforeRequest - (.now - lastActivity))
    }

    /// Whether bytes wait that nobody asked for.
    func hasUnaskedBytes(on descriptor: Int32) -> Bool {
        var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&wanted, 1, 0) == 1 && wanted.revents & Int16(POLLIN) != 0
    }

    /// Reads and throws away whatever comes until the line has been silent for `afterDisturbance`.
    ///
    /// - Returns: What was thrown away; nil if the line did not fall silent within `patience`.
    mutating func drain(_ descriptor: Int32) -> [UInt8]? {
        // A thread that was held up has not listened meanwhile.
        var listened: Int64 = 0
        var thrownAway: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 512)
        while true {
            let start = Moment.now
            var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let silence = Int32(clamping: afterDisturbance / 1_000_000 + 1)
            let ready = poll(&wanted, 1, silence)
            if ready == -1, errno == EINTR { continue }
            // A hung-up port is silent for good; the next exchange finds out.
            guard ready == 1, wanted.revents & Int16(POLLIN) != 0 else { break }
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            thrownAway += buffer.prefix(count)
            listened += min(.now - start, afterDisturbance)
            guard listened < patience else { return nil }
        }
        activity()
        return thrownAway
    }
}
