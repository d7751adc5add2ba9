import Glibc
import LineSimulator
import Testing

extension OnTheWire {
    /// `mbpoll` of the Debian package of that name: a master that shares nothing with this project.
    @Suite struct IndependentMaster {
        /// What mbpoll prints, line by line without white space, and whether it succeeded.
        private func mbpoll(_ line: SimulatedLine, _ arguments: String) throws -> (lines: [String], succeeded: Bool) {
            // Its own patience of a second is less than a thread may be held up for.
            let patience = arguments.contains("-o ") ? "" : "-o 10 "
            let command =
                "mbpoll -m rtu -a 17 -b 19200 -P none -0 -1 \(patience)\(arguments.replacing("DEVICE", with: line.path)) 2>&1"
            let pipe = try #require(popen(command, "r"))
            var output: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 4_096)
            while true {
                let count = fread(&buffer, 1, buffer.count, pipe)
                if count == 0 { break }
                output += buffer[..<count]
            }
            let status = pclose(pipe)
            let lines = String(decoding: output, as: UTF8.self).split(separator: "\n").map {
                $0.filter { !$0.isWhitespace }
            }
            return (lines, status == 0)
        }

        private func values(_ lines: [String]) -> [String] { lines.filter { $0.hasPrefix("[") } }

        private func field() throws -> SimulatedLine {
            var slave = SimulatedSlave(id: 17)
            for (index, isOn) in [true, false, true, true].enumerated() {
                slave.set(.coils, 4 + UInt16(index), .bit(isOn))
                slave.set(.discreteInputs, 4 + UInt16(index), .bit(!isOn))
            }
            slave.set(.inputRegisters, 0, .raw([230, 65_535]))
            slave.set(.holdingRegisters, 0, .raw([1, 2, 3]))
            slave.set(.holdingRegisters, 10, .fixed(-123_456, as: .int32))
            slave.set(.holdingRegisters, 12, .fixed(-123_456, as: .int32, order: .cdab))
            slave.set(.inputRegisters, 10, .fixed(230.5, as: .float32))
            slave.set(.inputRegisters, 12, .fixed(230.5, as: .float32, order: .cdab))
            return try SimulatedLine(.init(baud: 19_200), slaves: [slave])
        }

        @Test(arguments: [
            ("-t 0 -r 4 -c 4", ["[4]:1", "[5]:0", "[6]:1", "[7]:1"]),
            ("-t 1 -r 4 -c 4", ["[4]:0", "[5]:1", "[6]:0", "[7]:0"]),
            ("-t 3 -r 0 -c 2", ["[0]:230", "[1]:65535(-1)"]),
            ("-t 4 -r 0 -c 3", ["[0]:1", "[1]:2", "[2]:3"]),
            ("-t 4:int -B -r 10", ["[10]:-123456"]),
            ("-t 4:int -r 12", ["[12]:-123456"]),
            ("-t 3:float -B -r 10", ["[10]:230.5"]),
            ("-t 3:float -r 12", ["[12]:230.5"]),
        ])
        func `mbpoll reads each table, integers and floats`(arguments: String, expected: [String]) throws {
            let line = try field()
            let (lines, succeeded) = try mbpoll(line, "\(arguments) DEVICE")
            #expect(values(lines) == expected, "\(lines)")
            #expect(succeeded)
            #expect(line.counters.silenceViolations == 0)
        }

        @Test(arguments: [
            ("-t 4 -r 1 DEVICE 4321 17", "-t 4 -r 0 -c 3 DEVICE", ["[0]:1", "[1]:4321", "[2]:17"], 16),
            ("-t 4 -r 1 DEVICE 4321", "-t 4 -r 0 -c 3 DEVICE", ["[0]:1", "[1]:4321", "[2]:3"], 6),
            ("-t 0 -r 5 DEVICE 1 0", "-t 0 -r 4 -c 4 DEVICE", ["[4]:1", "[5]:1", "[6]:0", "[7]:1"], 15),
            ("-t 0 -r 5 DEVICE 1", "-t 0 -r 4 -c 4 DEVICE", ["[4]:1", "[5]:1", "[6]:1", "[7]:1"], 5),
        ])
        func `mbpoll writes and reads back`(
            writing: String,
            reading: String,
            expected: [String],
            function: Int
        ) throws {
            let line = try field()
            let written = try mbpoll(line, writing)
            #expect(written.succeeded, "\(written.lines)")
            #expect(values(try mbpoll(line, reading).lines) == expected)
            #expect(line.exchanges.map { Int($0.function) }.first == function)
        }

        @Test(arguments: [
            (Fault.Kind.dead, "Connectiontimedout"), (.badCRC, "InvalidCRC"),
            (.exception(4), "Slavedeviceorserverfailure"),
            (.busy, "Slavedeviceorserverisbusy"),
        ])
        func `mbpoll sees what went wrong`(fault: Fault.Kind, message: String) throws {
            let line = try field()
            line.inject(Fault(fault))
            let (lines, succeeded) = try mbpoll(line, "-t 3 -r 0 -o \(fault == .dead ? "0.2" : "5") DEVICE")
            #expect(lines.contains { $0.contains(message) }, "\(lines)")
            #expect(!succeeded)
        }
    }
}
