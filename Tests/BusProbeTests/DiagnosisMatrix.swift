import LineSimulator
import MachineTime
import ModbusModel
import Synchronization
import Testing

@testable import BusProbe

/// A line with something wrong with it, and what the doctor should say first.
struct Trouble: Sendable, CustomTestStringConvertible {
    let name: String
    let expected: Set<String>
    var baud = 9600
    var format = WireTime.Format.eightN1
    var masterSetting: ProbeSetting?
    var packetSize = 1
    var addresses: [UInt8] = [1, 2, 3]
    var asked: [UInt8] = [1, 2, 3]
    var enforcesSpeed = false
    var enforcesOddParity = false
    var act: @Sendable (SimulatedLine) -> Void = { _ in }
    /// What plays the line in place of the simulator.
    var pretends: (@Sendable () -> Pretender)?

    var testDescription: String { name }
}

extension Trouble {
    static let all = simulated + Pretence.all

    private static let simulated: [Trouble] =
        [9600, 19200, 115200].flatMap { baud in
            [
                Trouble(name: "nothing, \(baud)", expected: ["fine"], baud: baud),
                Trouble(name: "echo, \(baud)", expected: ["echo"], baud: baud) { $0.inject(Fault(.echo)) },
                Trouble(name: "noise round frames, \(baud)", expected: ["no_bias"], baud: baud) {
                    $0.inject(Fault(.noiseBefore(2), .probability(0.4)))
                    $0.inject(Fault(.noiseAfter(1), .probability(0.4)))
                },
                Trouble(name: "flipped bits, \(baud)", expected: ["termination"], baud: baud) {
                    $0.inject(Fault(.flippedBits(perThousand: 4)))
                },
                Trouble(name: "two slaves on 2, in step, \(baud)", expected: ["two_slaves"], baud: baud) {
                    $0.inject(Fault(.secondVoice(lag: 0)), on: 2)
                },
                Trouble(name: "two slaves on 2, out of step, \(baud)", expected: ["two_slaves"], baud: baud) {
                    $0.inject(Fault(.secondVoice(lag: 3)), on: 2)
                },
                Trouble(name: "slave 3 without power, \(baud)", expected: ["slave_silent"], baud: baud) {
                    $0.inject(Fault(.dead), on: 3)
                },
                Trouble(name: "loose joint at slave 1, \(baud)", expected: ["loses_answers"], baud: baud) {
                    $0.inject(Fault(.dead, .probability(0.4)), on: 1)
                },
                Trouble(name: "swapped, nothing passes, \(baud)", expected: ["swapped_wires"], baud: baud) { line in
                    line.inject(Fault(.dead))
                    line.observe { [weak line] _ in line?.transmit([0]) }
                },
                Trouble(name: "idle noise, \(baud)", expected: ["disturbance", "no_bias"], baud: baud) { line in
                    line.observe { [weak line] exchange in
                        if exchange.requestStart % 3 == 0 { line?.transmit([0xFE, 0x80]) }
                    }
                },
            ]
        } + [
            Trouble(
                name: "slave at 19200", expected: ["wrong_speed"], baud: 19200,
                masterSetting: ProbeSetting(baud: 9600, parity: .none), enforcesSpeed: true),
            Trouble(
                name: "slave at 2400", expected: ["wrong_speed"], baud: 2400,
                masterSetting: ProbeSetting(baud: 9600, parity: .none), enforcesSpeed: true),
            Trouble(
                name: "slave with odd parity", expected: ["wrong_parity"], format: .eightO1,
                masterSetting: ProbeSetting(baud: 9600, parity: .none), enforcesOddParity: true),
            Trouble(name: "adapter of 16 ms, 9600", expected: ["latency"], packetSize: 15),
            Trouble(name: "adapter of 16 ms, 19200", expected: ["latency"], baud: 19200, packetSize: 31),
            Trouble(name: "inverted", expected: ["swapped_wires"]) { $0.inject(Fault(.inverted)) },
            Trouble(name: "nobody", expected: ["nothing_connected"], addresses: [], asked: [1]),
            Trouble(name: "another address", expected: ["other_address"], addresses: [17], asked: [1]),
            Trouble(name: "slow slave", expected: ["slow"]) {
                $0.inject(Fault(.slow(by: .milliseconds(250))), on: 2)
            },
            Trouble(name: "alone and doubled", expected: ["two_slaves"], addresses: [1], asked: [1]) {
                $0.inject(Fault(.secondVoice(lag: 4)), on: 1)
            },
        ]

    func line() throws -> SimulatedLine {
        let slaves = addresses.map { address in
            var slave = SimulatedSlave(id: address)
            for register in 0..<40 {
                slave.set(.holdingRegisters, UInt16(register), .fixed(register * 257, as: .uint16))
            }
            return slave
        }
        let line = try SimulatedLine(
            SimulatedLineSettings(
                baud: baud, format: format, packetSize: packetSize, enforcesSpeed: enforcesSpeed,
                enforcesOddParity: enforcesOddParity),
            slaves: slaves)
        act(line)
        return line
    }

    /// What is found; again where it is wrong and the machine did not let the line be what it pretends.
    ///
    /// - Parameter calm: So many wrong verdicts of a machine that kept time are enough.
    func outcome(tries: Int, calm: Int = 1) async throws -> Outcome {
        var outcome = Outcome(trouble: self)
        var calm = calm
        for _ in 1...tries {
            let watch = MachineWatch()
            outcome.names = try await diagnosis().findings.map(\.finding.name)
            if watch.stop() <= MachineWatch.allowed { calm -= 1 }
            if calm == 0 || outcome.isRight { break }
        }
        return outcome
    }

    /// What was found.
    struct Outcome {
        let trouble: Trouble
        var names: [String] = []

        var isRight: Bool { names.first.map(trouble.expected.contains) == true }
    }

    func diagnosis() async throws -> Diagnosis {
        if let pretends {
            let pretender = pretends()
            defer { pretender.stop() }
            return try await diagnosis(at: pretender.path)
        }
        let line = try line()
        defer { line.stop() }
        return try await diagnosis(at: line.path)
    }

    private func diagnosis(at path: String) async throws -> Diagnosis {
        let setting = masterSetting ?? ProbeSetting(baud: baud, parity: .none)
        let examination = Examination(
            try ProbeLine(port: path), setting: setting, slaves: asked.compactMap { SlaveAddress(Int($0)) })
        return Diagnosis(try await examination.run(listening: .milliseconds(500)))
    }
}

@Suite("The diagnosis")
struct DiagnosisMatrix {
    @Test("is right about a matrix of faults: 9 in 10 at first, all within two, and no bad line is called fine")
    func matrix() async throws {
        var outcomes: [Trouble.Outcome] = []
        let machine = MachineWatch()
        try await withThrowingTaskGroup(of: Trouble.Outcome.self) { group in
            var waiting = Trouble.all[...]
            for _ in 0..<5 { if let next = waiting.popFirst() { group.addTask { try await next.outcome(tries: 3) } } }
            while let outcome = try await group.next() {
                outcomes.append(outcome)
                if let next = waiting.popFirst() { group.addTask { try await next.outcome(tries: 3) } }
            }
        }
        // By itself a line has more of the machine than beside four others. One thread of a line may have been held up where
        // the one that watches was not.
        if machine.stop() > MachineWatch.allowed {
            for index in outcomes.indices where !outcomes[index].isRight {
                outcomes[index] = try await outcomes[index].trouble.outcome(tries: 8, calm: 2)
            }
        }
        var first = 0
        for outcome in outcomes {
            let (trouble, names) = (outcome.trouble, outcome.names)
            if outcome.isRight { first += 1 }
            let isWithinTwo = names.prefix(2).contains { trouble.expected.contains($0) }
            #expect(isWithinTwo, "\(trouble.name): \(names)")
            if trouble.expected != ["fine"] { #expect(names.first != "fine", "\(trouble.name) was called fine") }
        }
        #expect(first * 10 >= Trouble.all.count * 9, "\(first) of \(Trouble.all.count)")
    }
}
