/// What goes out on the wire in answer to one request, after all faults have acted.
struct AnswerScript {
    /// The frames, sent one after the other with silence between them; none where the slave stays silent.
    private(set) var frames: [[UInt8]] = []
    /// The frame as it would have been without damage on the way, for a later stale answer.
    private(set) var intact: [UInt8] = []
    private(set) var words: [UInt16] = []

    /// Asks the slave, then lets the faults act on what it says.
    init(
        to request: Request,
        of slave: inout SimulatedSlave,
        at elapsed: Int64,
        in envelope: Envelope,
        faults: [Fault.Kind],
        previous: [UInt8],
        plan: inout FaultPlan
    ) {
        if faults.contains(.dead) { return }
        let answer = Self.refusal(of: request, faults) ?? slave.answer(to: request, at: elapsed)
        words = answer.words
        intact = envelope.sealed([slave.id] + answer.body)
        var frame = intact
        for fault in faults {
            switch fault {
            case .stale: frame = previous
            case .wrongSlave(let id): frame = envelope.resealed(frame, id, at: 0)
            case .wrongFunction(let function): frame = envelope.resealed(frame, function, at: 1)
            default: break
            }
        }
        if case .tcp(let transaction) = envelope {
            // Whoever makes a header has thrown an answer with a wrong checksum away.
            if faults.contains(.badCRC) { return }
            if faults.contains(.wrongTransaction) {
                frame[0] = UInt8((transaction &+ 0x1111) >> 8)
            }
        }
        frame = Self.damaged(frame, faults, &plan)
        guard !frame.isEmpty else { return }
        frames = Array(repeating: frame, count: faults.contains(.duplicated) ? 2 : 1)
    }

    private static func refusal(of request: Request, _ faults: [Fault.Kind]) -> Answer? {
        for fault in faults {
            switch fault {
            case .exception(let code): return .exception(code, to: request.function)
            case .busy: return .exception(6, to: request.function)
            case .refused: return .exception(2, to: request.function)
            default: continue
            }
        }
        return nil
    }

    /// The damage on the way: to the checksum, then to the length, then what comes around the frame.
    private static func damaged(_ frame: [UInt8], _ faults: [Fault.Kind], _ plan: inout FaultPlan) -> [UInt8] {
        var frame = frame
        if faults.contains(.badCRC) {
            frame[frame.count - 2] ^= 0x55
            frame[frame.count - 1] ^= 0xAA
        }
        for fault in faults {
            switch fault {
            case .secondVoice(let lag): frame = spokenOver(frame, lag: max(0, lag))
            case .inverted: frame = frame.map { ~$0 }
            case .flippedBits(let share): frame = frame.map { $0 ^ plan.flips(perThousand: share) }
            default: break
            }
        }
        for fault in faults {
            switch fault {
            case .lostBytes(let count, from: .end):
                frame.removeLast(min(max(0, count), frame.count))
            case .lostBytes(let count, from: .middle):
                let lost = min(max(0, count), frame.count)
                let first = (frame.count - lost) / 2
                frame.removeSubrange(first..<first + lost)
            case .truncated(let length):
                frame = Array(frame.prefix(max(0, length)))
            default: break
            }
        }
        for fault in faults {
            switch fault {
            case .noiseBefore(let count): frame = plan.noise(count) + frame
            case .noiseAfter(let count): frame += plan.noise(count)
            default: break
            }
        }
        return frame
    }

    /// A frame with another one of the same slave's address over it.
    private static func spokenOver(_ frame: [UInt8], lag: Int) -> [UInt8] {
        var body = Array(frame.dropLast(2))
        for index in body.indices.dropFirst(3) { body[index] = body[index] &+ 37 }
        let second = [UInt8](repeating: 0xFF, count: lag) + CRC16.sealed(body)
        let first = frame + [UInt8](repeating: 0xFF, count: max(0, second.count - frame.count))
        return zip(first, second).map { $0 & $1 }
    }

    /// The frames with their moments; a split one in two parts, the first behind what was kept back.
    func bursts(
        behind kept: [UInt8], at moment: Int64, faults: [Fault.Kind]
    ) -> [(start: Int64, bytes: [UInt8], followsSilence: Bool)] {
        var bursts: [(start: Int64, bytes: [UInt8], followsSilence: Bool)] = []
        let pause = faults.lazy.compactMap { fault -> Int64? in
            if case .split(let pause) = fault { pause.nanoseconds } else { nil }
        }.first
        for (index, frame) in frames.enumerated() {
            let bytes = index == 0 ? kept + frame : frame
            guard let pause, bytes.count > 1 else {
                bursts.append((moment, bytes, index > 0))
                continue
            }
            let middle = bytes.count / 2
            bursts.append((moment, Array(bytes[..<middle]), index > 0))
            bursts.append((moment + pause, Array(bytes[middle...]), false))
        }
        return bursts
    }

    /// The moment of the first bit, in nanoseconds after the end of the request.
    static func delay(turnaround: Int64, faults: [Fault.Kind]) -> Int64 {
        faults.reduce(turnaround) { delay, fault in
            switch fault {
            case .slow(by: let extra): delay + extra.nanoseconds
            case .late(after: let total): total.nanoseconds
            default: delay
            }
        }
    }
}
