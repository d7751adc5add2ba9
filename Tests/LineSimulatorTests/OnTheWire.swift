import Glibc
import LineSimulator
import Testing

/// All tests that play a line run one after the other: they measure time on a machine with few processors.
@Suite(.serialized, .timeLimit(.minutes(6))) struct OnTheWire {}

/// A fast line with slave 17, which has registers 0 to 9 with 100 to 109 and turns round in 3 ms.
func line(
    _ settings: SimulatedLineSettings = .init(baud: 115_200),
    with others: [SimulatedSlave] = []
) throws -> SimulatedLine {
    try SimulatedLine(settings, slaves: [meter(17)] + others)
}

/// Waits until something has come about, however busy the machine; false where it never does.
func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
    let end = ContinuousClock.now + .seconds(30)
    while ContinuousClock.now < end {
        if try condition() { return true }
        usleep(1_000)
    }
    return try condition()
}

func meter(_ id: UInt8, first: UInt16 = 100) -> SimulatedSlave {
    var slave = SimulatedSlave(id: id, turnaround: .milliseconds(3))
    slave.set(.holdingRegisters, 0, .raw((0..<10).map { first + $0 }))
    return slave
}

/// The request for so many registers of slave 17, and the intact answer to it.
func reading(_ address: UInt8, _ count: UInt8, of slave: UInt8 = 17) -> [UInt8] { [slave, 3, 0, address, 0, count] }

func answer(_ address: UInt8, _ count: UInt8, of slave: UInt8 = 17, first: UInt8 = 100) -> [UInt8] {
    sealed([slave, 3, 2 * count] + (0..<count).flatMap { [0, first + address + $0] })
}

func nanoseconds(_ duration: Duration) -> Int64 {
    duration.components.seconds * 1_000_000_000 + duration.components.attoseconds / 1_000_000_000
}
