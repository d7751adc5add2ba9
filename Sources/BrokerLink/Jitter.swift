internal import Synchronization

/// Random numbers of a gateway's own, for its waits: no two gateways draw the same, whatever entropy they booted with.
public final class Jitter: Sendable {
    private let state: Mutex<UInt64>

    /// Begins a row of numbers.
    ///
    /// - Parameters:
    ///   - name: What tells the gateways apart: the MAC.
    ///   - start: What tells two programs of one name apart, such as the moment of the start: twins that drew the same
    ///     waits would throw each other out in step for ever.
    public init(name: String, start: UInt64) {
        // FNV-1a.
        let hash = name.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        state = Mutex(hash ^ (start &* 0x9E37_79B9_7F4A_7C15))
    }

    /// The next number, from 0 up to 1 (SplitMix64).
    public func next() -> Double {
        let bits = state.withLock { state in
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
        return Double(bits >> 11) / Double(1 << 53)
    }
}
