internal import ModbusModel

/// What came in place of an answer, looked at for the marks that each fault leaves on it.
struct BrokenAnswer {
    /// Whether it begins as the slave's answer does: who, which function.
    let beginsRight: Bool
    /// How many bytes more than a whole answer; negative for fewer.
    let surplus: Int
    /// Whether two whole answers lie in each other, byte by byte.
    let isInterleaved: Bool
    /// Whether it is a whole answer once the line's levels are exchanged.
    let isInverted: Bool
    /// Whether only characters with an odd, or only those with an even number of ones came wrong.
    let isParityShaped: Bool

    /// Looks at bytes without a right checksum that came after a question.
    init(_ request: ProbeRequest, _ bytes: [UInt8], _ setting: ProbeSetting) {
        let head = request.answerHead
        beginsRight = bytes.count >= 2 && bytes.starts(with: head.prefix(2))
        surplus = bytes.count - (request.dataBytes.map { $0 + 5 } ?? bytes.count)
        let turns = [0, 1].map { turn in bytes.enumerated().filter { $0.offset % 2 == turn }.map(\.element) }
        isInterleaved = turns.contains { !request.answers(in: $0).isEmpty }
        isInverted =
            !request.answers(in: bytes.map { ~$0 }).isEmpty || Self.isHeardInverted(bytes, head: head, setting)
        isParityShaped = surplus == 0 && Self.isParityShaped(bytes, head: head)
    }

    /// Whether the bytes begin with what a receiver makes of the answer's head with A and B exchanged.
    ///
    /// It takes the end of each start bit for the beginning of a character, so that more is wrong than each bit's sign.
    private static func isHeardInverted(_ bytes: [UInt8], head: [UInt8], _ setting: ProbeSetting) -> Bool {
        let rest = Array(repeating: true, count: 12)
        let levels = rest + head.flatMap { Self.character($0, setting) }
        return Restart.allCases.contains { restart in
            let certain = Self.receive(levels.map { !$0 }, setting, restart)
            return certain.count >= 2 && (0...2).contains { bytes.dropFirst($0).starts(with: certain) }
        }
    }

    /// How a receiver goes on after a character without its stop bit; makers differ.
    private enum Restart: CaseIterable {
        /// It waits for the line to rest.
        case afterRest
        /// It waits for the next falling edge, which may be that of the missing stop bit.
        case atEdge
        /// It takes the missing stop bit for a start bit.
        case atOnce
    }

    /// The levels of a character on the line, one a bit.
    private static func character(_ byte: UInt8, _ setting: ProbeSetting) -> [Bool] {
        let data = (0..<8).map { byte >> UInt8($0) & 1 == 1 }
        let isOdd = byte.nonzeroBitCount % 2 == 1
        let parity: [Bool] =
            switch setting.parity {
            case .none: []
            case .even: [isOdd]
            case .odd: [!isOdd]
            }
        return [false] + data + parity + Array(repeating: true, count: setting.stopBits)
    }

    /// What a receiver makes of levels: a character begins where a line at rest goes low.
    private static func receive(_ levels: [Bool], _ setting: ProbeSetting, _ restart: Restart) -> [UInt8] {
        var bytes: [UInt8] = []
        var place = levels.firstIndex(of: true) ?? levels.endIndex
        let length = setting.parity == .none ? 9 : 10
        while let start = levels[min(place, levels.count)...].firstIndex(of: false), start + length < levels.count {
            bytes.append((0..<8).reduce(0) { $0 | (levels[start + 1 + $1] ? 1 << UInt8($1) : 0) })
            place = start + length
            let takesNext =
                switch restart {
                case .afterRest: false
                case .atEdge: levels[place - 1]
                case .atOnce: bytes.last != 0
                }
            if !levels[place], !takesNext { place = levels[place...].firstIndex(of: true) ?? levels.endIndex }
        }
        return bytes
    }

    private static func isParityShaped(_ bytes: [UInt8], head: [UInt8]) -> Bool {
        let seen = zip(head, bytes).map { (isOdd: $0.nonzeroBitCount % 2 == 1, isRight: $0 == $1) }
        guard Set(seen.map(\.isRight)).count == 2 else { return false }
        return seen.allSatisfy { $0.isOdd == $0.isRight } || seen.allSatisfy { $0.isOdd != $0.isRight }
    }
}

extension ProbeRequest {
    /// How the answer begins: who, which function, how many bytes.
    var answerHead: [UInt8] { [slave.rawValue, function] + (dataBytes.map { [UInt8($0)] } ?? []) }
}
