import Glibc

@testable import BusProbe

/// Faults as somebody else would play them: bytes written down, without wire times.
enum Pretence {
    static let all: [Trouble] = [
        trouble("nothing, all bytes at once", ["fine"], asked: [1, 2]) { request, _, _ in [(5, plainAnswer(request))] },
        trouble("every level exchanged", ["swapped_wires"]) { request, _, _ in [(5, plainAnswer(request).map { ~$0 })]
        },
        trouble("swapped, as a receiver hears it", ["swapped_wires"]) { request, _, _ in
            [(5, Inverted.heard(plainAnswer(request)))]
        },
        trouble("swapped, zeros for an answer", ["swapped_wires"]) { _, _, _ in [(5, [0, 0, 0])] },
        trouble("swapped, garbage for an answer", ["swapped_wires", "wrong_speed"]) { request, _, number in
            [(5, garbage(4 + number % 7, number))]
        },
        trouble("garbage until the speed is 19200", ["wrong_speed"]) { request, speed, number in
            [(5, speed == speed_t(B19200) ? plainAnswer(request) : garbage(3 + number % 5, number))]
        },
        trouble("one of three at 2400", ["wrong_speed"], asked: [1, 2, 3]) { request, speed, _ in
            let own = request.first == 3 ? speed_t(B2400) : speed_t(B9600)
            return speed == own ? [(5, plainAnswer(request))] : []
        },
        trouble("odd characters come as zeros", ["wrong_parity"]) { request, _, _ in
            [(5, plainAnswer(request).map { $0.nonzeroBitCount % 2 == 1 ? 0 : $0 })]
        },
        trouble("two slaves, byte by byte", ["two_slaves"]) { request, _, _ in
            [(5, zip(plainAnswer(request), plainAnswer(request, shift: 9)).flatMap { [$0, $1] })]
        },
        trouble("two slaves, one after the other", ["two_slaves"]) { request, _, _ in
            [(5, plainAnswer(request)), (12, plainAnswer(request, shift: 9))]
        },
        trouble("two slaves, the second long after", ["two_slaves"]) { request, _, _ in
            [(5, plainAnswer(request)), (90, plainAnswer(request, shift: 9))]
        },
        trouble("echo with an answer", ["echo"]) { request, _, _ in [(0, request), (8, plainAnswer(request))] },
        trouble("echo without an answer", ["echo"]) { request, _, _ in [(0, request)] },
        trouble(
            "bursts of noise while idle", ["disturbance"], asked: [1, 2], unasked: (70, [0x5A, 0x33, 0xC6, 0x91, 0x2D])
        ) {
            request, _, _ in [(5, plainAnswer(request))]
        },
        trouble("zeros and ones while idle", ["no_bias"], asked: [1, 2], unasked: (90, [0xFF, 0x00, 0xFE])) {
            request, _, _ in [(5, plainAnswer(request))]
        },
        trouble("a zero before each answer", ["no_bias"]) { request, _, _ in [(5, [0] + plainAnswer(request))] },
        trouble("ones after each answer", ["no_bias"]) { request, _, _ in [(5, plainAnswer(request) + [0xFF, 0xFF])] },
        trouble("long answers break, short ones do not", ["termination"]) { request, _, number in
            var answer = plainAnswer(request)
            if answer.count > 9 { answer[3 + number % (answer.count - 3)] ^= 0x10 }
            return [(5, answer)]
        },
        trouble("one answer in twenty breaks", ["termination"], asked: [1, 2]) { request, _, number in
            var answer = plainAnswer(request)
            if number % 20 == 19 { answer[4] ^= 4 }
            return [(5, answer)]
        },
        trouble("nearly every answer breaks, each time otherwise", ["termination"]) { request, _, number in
            var answer = plainAnswer(request)
            if number % 9 != 0 { answer[(number * 5) % answer.count] ^= UInt8(1 << (number % 8)) }
            return [(5, answer)]
        },
        trouble("one question in thirty is not answered", ["loses_answers"]) { request, _, number in
            number % 30 == 29 ? [] : [(5, plainAnswer(request))]
        },
        trouble("a pause of 16 ms inside each answer", ["latency"]) { request, _, _ in
            let answer = plainAnswer(request)
            return [(5, Array(answer.prefix(3))), (16, Array(answer.dropFirst(3)))]
        },
        trouble("an answer a second late", ["slow"]) { request, _, _ in [(800, plainAnswer(request))] },
        trouble("a master at 19200", ["another_master"], unasked: (150, [])) { _, _, _ in [] },
    ]

    private static func trouble(
        _ name: String, _ expected: Set<String>, asked: [UInt8] = [1], unasked: Pretender.Part? = nil,
        _ answer: @escaping @Sendable ([UInt8], speed_t, Int) -> [Pretender.Part]
    ) -> Trouble {
        var trouble = Trouble(name: "pretended: \(name)", expected: expected, asked: asked)
        let isMaster = expected == ["another_master"]
        trouble.pretends = {
            Pretender(unasked: unasked, isMaster: isMaster) { request, speed, number in
                asked.contains(request.first ?? 0) ? answer(request, speed, number) : []
            }
        }
        return trouble
    }

    private static func garbage(_ count: Int, _ seed: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: (seed * 31 + $0 * 77 + 13) ^ ($0 << 5) | 0x81) }
    }
}

/// A receiver at 8N1 behind exchanged wires, written here and not by what is judged.
enum Inverted {
    static func heard(_ bytes: [UInt8]) -> [UInt8] {
        // Low at rest; each character is a high start bit, its bits turned round, a low stop bit.
        var levels = "0000000000"
        for byte in bytes {
            levels += "1"
            for bit in 0..<8 { levels += byte >> bit & 1 == 1 ? "0" : "1" }
            levels += "0"
        }
        levels += "0000000000"
        let line = Array(levels)
        var heard: [UInt8] = []
        var place = 1
        while place + 8 < line.count {
            guard line[place - 1] == "1", line[place] == "0" else {
                place += 1
                continue
            }
            heard.append((1...8).reduce(0) { $0 | (line[place + $1] == "1" ? 1 << UInt8($1 - 1) : 0) })
            place += 9
        }
        return heard
    }
}
