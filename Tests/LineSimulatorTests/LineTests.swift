import Glibc
import LineSimulator
import MachineTime
import Synchronization
import Testing

extension OnTheWire {
    @Suite struct Lines {
        @Test(.judgesTime) func `a master that does not keep the silence is counted`() throws {
            let line = try line(.init(baud: 300))
            let master = try RawMaster(line.path)
            #expect(master.ask(reading(0, 1), for: 7).count == 7)
            // The answer's last byte is here, so that the 128 ms of t3.5 begin now; the next request follows at once.
            #expect(master.ask(reading(0, 1), for: 7) == answer(0, 1))
            #expect(line.counters.silenceViolations == 1)
            let end = try #require(line.exchanges.last?.answerEnd)
            while RawMaster.now() < end + nanoseconds(line.wireTime.silence) {}
            #expect(master.ask(reading(0, 1), for: 7) == answer(0, 1))
            #expect(line.counters.silenceViolations == 1)
            #expect(line.exchanges.map(\.violatedSilence) == [false, true, false])
        }

        @Test(.judgesTime) func `slaves that insist on the silence ignore a request without it`() throws {
            let line = try line(.init(baud: 300, enforcesSilence: true))
            let master = try RawMaster(line.path)
            #expect(master.ask(reading(0, 1), for: 7).count == 7)
            master.send(sealed(reading(0, 1)))
            #expect(eventually { line.exchanges.count == 2 })
            #expect(master.receive(patience: .milliseconds(500)) == [])
            #expect(master.ask(reading(0, 1), for: 7) == answer(0, 1))
            #expect(line.exchanges.map(\.wasIgnored) == [false, true, false])
        }

        @Test func `slaves do not understand a master at another speed`() throws {
            let line = try line(.init(baud: 19_200, enforcesSpeed: true))
            let master = try RawMaster(line.path)
            var attributes = termios()
            tcgetattr(master.descriptor, &attributes)
            cfsetspeed(&attributes, speed_t(B9600))
            tcsetattr(master.descriptor, TCSANOW, &attributes)
            master.send(sealed(reading(0, 1)))
            #expect(eventually { line.counters.wrongSpeeds == 1 })
            #expect(master.receive(patience: .milliseconds(30)) == [])
            cfsetspeed(&attributes, speed_t(B19200))
            tcsetattr(master.descriptor, TCSANOW, &attributes)
            #expect(master.ask(reading(0, 1), for: 7) == answer(0, 1))
        }

        @Test func `a broken request is counted and not answered`() throws {
            let line = try line()
            let master = try RawMaster(line.path)
            var request = sealed(reading(0, 1))
            request[3] ^= 1
            master.send(request)
            #expect(eventually { line.counters.brokenRequests == 1 })
            // More than the silence without which slaves are deaf after a wrong checksum.
            #expect(master.receive(patience: .milliseconds(30)) == [])
            #expect(master.ask(reading(0, 1), for: 7) == answer(0, 1))
            #expect(line.counters.brokenRequests == 1)
            #expect(line.counters.requests == 1)
        }

        @Test func `the counters hold both ways, and the time of the wire`() throws {
            let line = try line()
            let master = try RawMaster(line.path)
            _ = master.ask(reading(0, 1), for: 7)
            _ = master.ask(reading(0, 2), for: 9)
            let counters = line.counters
            #expect(counters.requests == 2 && counters.answers == 2)
            #expect(counters.bytesFromMaster == 16 && counters.bytesToMaster == 16)
            #expect(counters.bytesOverrun == 0)
            let wire = line.wireTime
            #expect(
                counters.busyTime == wire.frame(characters: 8) + wire.frame(characters: 7)
                    + wire.frame(characters: 8) + wire.frame(characters: 9)
            )
            line.resetObservations()
            #expect(line.counters.requests == 0 && line.counters.busyTime == .zero)
            #expect(line.exchanges.isEmpty)
        }

        @Test func `only the last exchanges are kept, and an observer sees all`() throws {
            let line = try line(.init(baud: 115_200, recordLimit: 3))
            let seen = Mutex<[UInt16]>([])
            line.observe { exchange in seen.withLock { $0.append(exchange.address ?? 0) } }
            let master = try RawMaster(line.path)
            for address in 0..<6 as Range<UInt8> {
                #expect(master.ask(reading(address, 1), for: 7) == answer(address, 1))
            }
            #expect(line.exchanges.map(\.address) == [3, 4, 5])
            line.stop()
            #expect(seen.withLock { $0 } == [0, 1, 2, 3, 4, 5])
        }

        @Test func `an adapter hands over packets`() throws {
            let line = try line(.init(baud: 1_200, packetSize: 4))
            let master = try RawMaster(line.path)
            var boundaries: [Int] = []
            // Who is held up for a whole answer finds all its packets at once.
            for _ in 0..<20 where boundaries.isEmpty {
                #expect(master.ask(reading(0, 2), for: 9) == answer(0, 2))
                // Four, four and the last one: time passes between packets, never within one.
                let gaps = zip(master.arrivals, master.arrivals.dropFirst()).map { $1 - $0 }
                boundaries = gaps.indices.filter { gaps[$0] > 0 }.map { $0 + 1 }
            }
            #expect(!boundaries.isEmpty && boundaries.allSatisfy { $0 % 4 == 0 })
        }

        @Test func `bytes that nobody asked for reach the master`() throws {
            let line = try line()
            let master = try RawMaster(line.path)
            line.transmit([1, 2, 3])
            #expect(master.receive(3) == [1, 2, 3])
            #expect(eventually { line.counters.bytesToMaster == 3 })
        }

        @Test func `bytes that nobody reads are lost and counted`() throws {
            let line = try line(.init(baud: 10_000_000))
            line.transmit([UInt8](repeating: 0x55, count: 100_000))
            // Only then: a quick reader would lose nothing.
            #expect(eventually { line.counters.bytesToMaster == 100_000 })
            let master = try RawMaster(line.path)
            line.transmit([0xAA])
            var read = 0
            #expect(
                eventually {
                    read += master.receive(4_096, patience: .milliseconds(50)).count
                    let counters = line.counters
                    return counters.bytesToMaster == 100_001 && read + counters.bytesOverrun == 100_001
                }, "\(read) read, \(line.counters)")
            #expect(line.counters.bytesOverrun > 0)
        }

        @Test func `a master may close the device and come back`() throws {
            let line = try line()
            for _ in 0..<3 {
                let master = try RawMaster(line.path)
                #expect(master.ask(reading(0, 1), for: 7) == answer(0, 1))
            }
        }

        @Test func `an adapter is unplugged and comes back with its slaves`() throws {
            let line = try line()
            let link = "/tmp/line-simulator-\(getpid())"
            try line.link(at: link)
            let master = try RawMaster(link)
            #expect(master.ask([17, 6, 0, 0, 0, 42], for: 8).count == 8)

            line.unplug()
            #expect(throws: SimulatorError.self) { try RawMaster(link) }
            var descriptors = [pollfd(fd: master.descriptor, events: Int16(POLLIN), revents: 0)]
            #expect(poll(&descriptors, 1, 30_000) == 1)
            #expect(descriptors[0].revents & Int16(POLLHUP) != 0)
            errno = 0
            #expect(write(master.descriptor, "?", 1) == -1)
            #expect(errno == EIO)

            let old = line.path
            try line.replug()
            #expect(line.path != old, "the master still holds the old device")
            let fresh = try RawMaster(link)
            #expect(fresh.ask(reading(0, 1), for: 7) == sealed([17, 3, 2, 0, 42]))
            line.stop()
            #expect(throws: SimulatorError.self) { try RawMaster(link) }
        }

        @Test func `an adapter that is unplugged in an answer sends no more of it`() throws {
            let line = try line(.init(baud: 1_200))
            let master = try RawMaster(line.path)
            master.send(sealed(reading(0, 10)))
            #expect(master.receive(2).count == 2)
            line.unplug()
            try line.replug()
            let fresh = try RawMaster(line.path)
            #expect(fresh.ask(reading(0, 1), for: 7) == answer(0, 1))
        }

        @Test func `a link takes the place of a link only`() throws {
            let line = try line()
            let path = "/tmp/line-simulator-\(getpid()).taken"
            let file = creat(path, 0o600)
            close(file)
            defer { unlink(path) }
            #expect(throws: SimulatorError.pathTaken(path)) { try line.link(at: path) }
            #expect(unlink(path) == 0)
            #expect(symlink("/nowhere", path) == 0)
            try line.link(at: path)
            let master = try RawMaster(path)
            #expect(master.ask(reading(0, 1), for: 7) == answer(0, 1))
        }

        @Test func `a line that has been stopped cannot be plugged in again`() throws {
            let line = try line()
            line.stop()
            line.stop()
            line.unplug()
            #expect(throws: SimulatorError.self) { try line.replug() }
            #expect(throws: SimulatorError.self) { try RawMaster(line.path) }
        }

        @Test func `settings and slaves that make no sense are refused`() {
            #expect(throws: SimulatorError.self) { try SimulatedLine(.init(baud: 0), slaves: []) }
            #expect(throws: SimulatorError.self) { try SimulatedLine(.init(packetSize: 0), slaves: []) }
            #expect(throws: SimulatorError.self) { try SimulatedLine(slaves: [meter(0)]) }
            #expect(throws: SimulatorError.self) { try SimulatedLine(slaves: [meter(248)]) }
            #expect(throws: SimulatorError.self) { try SimulatedLine(slaves: [meter(1), meter(1)]) }
        }

        @Test func `two hundred and forty-seven slaves live on one line`() throws {
            let line = try SimulatedLine(.init(baud: 115_200), slaves: (1...247).map { meter($0, first: UInt16($0)) })
            let master = try RawMaster(line.path)
            for id in stride(from: 1, through: 247, by: 41) {
                #expect(master.ask(reading(0, 1, of: UInt8(id)), for: 7) == sealed([UInt8(id), 3, 2, 0, UInt8(id)]))
            }
        }
    }
}
