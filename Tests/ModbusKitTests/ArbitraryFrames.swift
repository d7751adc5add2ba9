/// Frames as no meter sends them, and those that one does: the same seed, the same frames.
struct ArbitraryFrames {
    /// SplitMix64 of Steele, Lea and Flood (2014).
    private var state: UInt64
    /// Frames that were true once, and the questions that they answered.
    private var recorded: [(frame: [UInt8], question: Int)] = []

    init(seed: UInt64) { state = seed }

    /// A whole number below a bound.
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// Keeps a frame for later.
    mutating func record(_ frame: [UInt8], answering question: Int) {
        if recorded.count == 32 { recorded.removeFirst() }
        recorded.append((frame, question))
    }

    /// Something in place of a frame, or before it; never an older answer to the same question, which no bytes betray.
    mutating func next(besides frame: [UInt8], answering question: Int) -> [UInt8] {
        switch below(9) {
        case 0: return bytes(below(40))
        case 1: return bytes(below(300))
        case 2: return flipped(frame)
        case 3: return Array(frame.prefix(below(frame.count)))
        case 4: return Self.sealed([UInt8(below(256))] + frame.dropFirst().dropLast(2)).differing(from: frame)
        case 5:
            return Self.sealed([frame[0], UInt8(below(256))] + frame.dropFirst(2).dropLast(2)).differing(from: frame)
        // The count does not fit the data; the checksum does.
        case 6:
            return Self.sealed([frame[0], frame[1], UInt8(below(256))] + frame.dropFirst(3).dropLast(2)).differing(
                from: frame)
        case 7:
            let others = recorded.filter { $0.question != question }
            return others.isEmpty ? [] : others[below(others.count)].frame
        default: return bytes(below(4)) + frame.dropLast(1 + below(frame.count - 1))
        }
    }

    private mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(below(256)) } }

    private mutating func flipped(_ frame: [UInt8]) -> [UInt8] {
        var frame = frame
        for _ in 0...below(3) { frame[below(frame.count)] ^= 1 << UInt8(below(8)) }
        // The checksum sees up to three bits, and of four all but a few: those no master can see.
        return Self.checksum(frame) == 0 ? [] : frame
    }

    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Bit by bit from the specification, so that the master's own table is judged by something else.
    static func checksum(_ bytes: some Sequence<UInt8>) -> UInt16 {
        var register: UInt16 = 0xFFFF
        for byte in bytes {
            register ^= UInt16(byte)
            for _ in 0..<8 { register = register & 1 == 1 ? (register >> 1) ^ 0xA001 : register >> 1 }
        }
        return register
    }

    static func sealed(_ bytes: [UInt8]) -> [UInt8] {
        let checksum = checksum(bytes)
        return bytes + [UInt8(checksum & 0xFF), UInt8(checksum >> 8)]
    }
}

extension [UInt8] {
    /// Nothing in place of what would be the true frame by chance.
    fileprivate func differing(from frame: [UInt8]) -> [UInt8] { self == frame ? [] : self }
}
