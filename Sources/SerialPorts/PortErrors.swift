import Glibc

/// What the kernel has counted on a serial port (TIOCGICOUNT): it tells a wrong speed and swapped wires from a dead slave.
public struct PortErrors: Sendable, Hashable, Codable {
    /// Characters without a stop bit where it belongs: wrong speed or format, swapped or loose wires.
    public var framing = 0
    /// Characters with a wrong parity bit: wrong format, or noise.
    public var parity = 0
    /// Characters lost because nobody fetched them in time, in the port or in the kernel.
    public var overruns = 0
    /// Times that the line was held low for longer than a character: a short, or no bias.
    public var breaks = 0

    /// All zero.
    public init() {}

    /// Whether nothing was counted.
    public var isClean: Bool { self == PortErrors() }

    /// The counters of an open port; nil where it has none, as a pseudo-terminal.
    public init?(of descriptor: Int32) { self.init(of: descriptor) { ioctl($0, $1, $2) } }

    /// As the port's driver says, which is ioctl(2); another one in tests.
    init?(of descriptor: Int32, by driver: (Int32, UInt, UnsafeMutableRawPointer) -> Int32) {
        // struct serial_icounter_struct of linux/serial.h: eleven counts, of which these five tell of errors, and nine
        // places kept free; each an int.
        var words = [Int32](repeating: 0, count: 20)
        guard driver(descriptor, 0x545D, &words) == 0 else { return nil }
        framing = Int(words[6])
        overruns = Int(words[7]) + Int(words[10])
        parity = Int(words[8])
        breaks = Int(words[9])
    }

    /// What came in addition since another look; a counter that has begun anew counts from zero.
    public func since(_ earlier: PortErrors) -> PortErrors {
        func gain(_ counter: KeyPath<PortErrors, Int>) -> Int {
            self[keyPath: counter] >= earlier[keyPath: counter]
                ? self[keyPath: counter] - earlier[keyPath: counter] : self[keyPath: counter]
        }
        var gained = PortErrors()
        gained.framing = gain(\.framing)
        gained.parity = gain(\.parity)
        gained.overruns = gain(\.overruns)
        gained.breaks = gain(\.breaks)
        return gained
    }

    /// Adds counter by counter.
    public static func + (left: PortErrors, right: PortErrors) -> PortErrors {
        var sum = left
        sum.framing += right.framing
        sum.parity += right.parity
        sum.overruns += right.overruns
        sum.breaks += right.breaks
        return sum
    }
}

extension PortErrors: CustomStringConvertible {
    /// All four numbers with their names.
    public var description: String { "framing \(framing), parity \(parity), overrun \(overruns), breaks \(breaks)" }
}
