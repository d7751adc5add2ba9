import Glibc
import ModbusModel
import Testing

@testable import ModbusKit

/// A thread of the line's that was held up by the machine: what came meanwhile is judged by what it is.
@Suite struct HeldUpTests {
    private let settings = LineSettings(port: "", timing: SerialTiming(baud: 115_200, format: .eightN1))
    private let request = ArbitraryFrames.sealed([7, 3, 0, 10, 0, 2])

    private func listen(to pipe: HeldUpPipe) -> LineEar.End {
        var receiver = AnswerReceiver(to: request, dataBytes: 4)
        var ear = LineEar(
            requestEnd: .now, timeout: .milliseconds(20), usual: ResponseTimes(), pace: LineEar.Pace(settings))
        return ear.listen(on: pipe, into: &receiver)
    }

    @Test func `a few bytes that are no answer are no line that never falls silent`() throws {
        let pipe = try HeldUpPipe()
        pipe.say([0, 0xFF, 0])
        #expect(listen(to: pipe) == .silence)
    }

    @Test func `the answer is taken`() throws {
        let pipe = try HeldUpPipe()
        pipe.say(ArbitraryFrames.sealed([7, 3, 4, 0x12, 0x34, 0x56, 0x78]))
        #expect(listen(to: pipe) == .answer(.data([0x12, 0x34, 0x56, 0x78])))
    }

    @Test func `a line that truly never falls silent is given up`() throws {
        let pipe = try HeldUpPipe(delay: .zero, repeating: [0x55, 0x00])
        #expect(listen(to: pipe) == .babble)
    }
}

/// A way on which bytes wait, and whose reader is held up before it gets to the first of them.
private final class HeldUpPipe: LineTransport {
    let descriptor: Int32
    let numbersRequests = false
    let isUsable = true
    private let near: Int32
    private var delay: Duration
    private let babble: [UInt8]

    init(delay: Duration = .milliseconds(700), repeating babble: [UInt8] = []) throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        (descriptor, near) = (ends[0], ends[1])
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        self.delay = delay
        self.babble = babble
        if !babble.isEmpty { say(babble) }
    }

    deinit {
        close(descriptor)
        close(near)
    }

    func say(_ bytes: [UInt8]) { _ = write(near, bytes, bytes.count) }

    func lost(_ code: Int32) -> ModbusFailure { ModbusFailure(.portLost, code: code, at: "") }

    func send(_ request: ArraySlice<UInt8>) throws(ModbusFailure) {}

    func receive(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        // Longer than the line's whole patience.
        usleep(UInt32(delay / .microseconds(1)))
        delay = .milliseconds(1)
        defer { say(babble) }
        return read(descriptor, buffer.baseAddress, buffer.count)
    }
}
