import Glibc

/// What the kernel has counted on a serial port: it tells a wrong speed and swapped wires from a dead slave.
public struct PortErrors: Sendable, Hashable {
    /// Characters without a stop bit where it belongs: wrong speed or format, swapped or loose wires.
    public var framing = 0
    /// Characters with a wrong parity bit: wrong format, or noise.
    public var parity = 0
    /// Characters lost because nobody fetched them in time, in the port or in the kernel.
    public var overrun = 0
    /// Times that the line was held low for longer than a character: a short, or no bias.
    public var breaks = 0

    /// All zero.
    public init() {}

    /// Whether nothing was counted.
    public var isClean: Bool { self == PortErrors() }

    /// The counters of an open port; nil where it has none, as a pseudo-terminal.
    init?(of descriptor: Int32, by driver: KernelRS485.Driver = { ioctl($0, $1, $2) }) {
        // struct serial_icounter_struct: twenty words, of which these five tell of errors.
        var words = [Int32](repeating: 0, count: 20)
        guard driver(descriptor, 0x545D, &words) == 0 else { return nil }
        framing = Int(words[6])
        overrun = Int(words[7]) + Int(words[10])
        parity = Int(words[8])
        breaks = Int(words[9])
    }

    /// What came in addition since another look; a counter that has begun anew counts from zero.
    func since(_ earlier: PortErrors) -> PortErrors {
        func gain(_ counter: KeyPath<PortErrors, Int>) -> Int {
            self[keyPath: counter] >= earlier[keyPath: counter]
                ? self[keyPath: counter] - earlier[keyPath: counter] : self[keyPath: counter]
        }
        var gained = PortErrors()
        gained.framing = gain(\.framing)
        gained.parity = gain(\.parity)
        gained.overrun = gain(\.overrun)
        gained.breaks = gain(\.breaks)
        return gained
    }

    /// Adds counter by counter.
    public static func + (left: PortErrors, right: PortErrors) -> PortErrors {
        var sum = left
        sum.framing += right.framing
        sum.parity += right.parity
        sum.overrun += right.overrun
        sum.breaks += right.breaks
        return sum
    }
}

extension PortErrors: CustomStringConvertible {
    /// All four numbers with their names.
    public var description: String { "framing \(framing), parity \(parity), overrun \(overrun), breaks \(breaks)" }
}

/// Adds up a port's counters over closings, openings and new devices.
struct PortErrorCount {
    private var last: PortErrors?

    /// All errors while the port was open; nil as long as no port had counters.
    private(set) var sum: PortErrors?

    /// Begins with what the port had counted before it was ours.
    mutating func opened(_ now: PortErrors) {
        last = now
        sum = sum ?? PortErrors()
    }

    /// Adds what came since the last look.
    mutating func look(_ now: PortErrors) {
        sum = (sum ?? PortErrors()) + now.since(last ?? now)
        last = now
    }
}
