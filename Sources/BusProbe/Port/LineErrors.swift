import Glibc

/// What the kernel has counted on a port (TIOCGICOUNT): errors that are seen only below the bytes.
public struct LineErrors: Sendable, Hashable, Codable {
    /// Characters without their stop bit: a wrong speed, A and B swapped, or a disturbance.
    public var framing = 0
    /// Characters with a wrong parity bit.
    public var parity = 0
    /// Characters lost because nobody fetched them in time.
    public var overruns = 0
    /// The line was low for longer than a character: A and B swapped, a short, or no bias.
    public var breaks = 0

    /// None.
    public init() {}

    /// The counts of a port; nil for one that does not count, as a pseudo-terminal.
    init?(port descriptor: Int32) {
        // struct serial_icounter_struct of linux/serial.h: eleven counts and nine places kept free, each an int.
        var counts = [Int32](repeating: 0, count: 20)
        let request: UInt = 0x545D
        let isCounted = counts.withUnsafeMutableBytes { bytes in
            bytes.baseAddress.map { ioctl(descriptor, request, $0) == 0 } ?? false
        }
        guard isCounted else { return nil }
        framing = Int(counts[6])
        overruns = Int(counts[7]) + Int(counts[10])
        parity = Int(counts[8])
        breaks = Int(counts[9])
    }

    /// What came about since an earlier look.
    func since(_ earlier: LineErrors) -> LineErrors {
        var difference = LineErrors()
        difference.framing = framing - earlier.framing
        difference.parity = parity - earlier.parity
        difference.overruns = overruns - earlier.overruns
        difference.breaks = breaks - earlier.breaks
        return difference
    }

    /// The sum of two spans.
    static func + (one: LineErrors, other: LineErrors) -> LineErrors {
        var sum = one
        sum.framing += other.framing
        sum.parity += other.parity
        sum.overruns += other.overruns
        sum.breaks += other.breaks
        return sum
    }
}
