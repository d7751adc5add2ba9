import FieldBench
import Foundation
import Synchronization
import Testing

/// The faults that a test can make of a disk and of a clock, and the subscriber that misses nothing meanwhile.
@Suite(.timeLimit(.minutes(6))) struct FaultTests {
    @Test func `a small disk is full to the last byte, for the programs on it alone, and is emptied again`()
        async throws
    {
        let disk = try await SmallDisk(bytes: 1 << 20)
        func write(to name: String) async throws -> ChildProcess {
            let words = disk.wrapper + ["sh", "-c", "echo word >\(disk.path)/\(name) && cat \(disk.path)/\(name)"]
            return try await ChildProcess.run(words[0], Array(words.dropFirst()))
        }
        #expect(try await write(to: "file").output.text == "word\n")
        #expect(try String(contentsOfFile: "\(disk.outside)/file", encoding: .utf8) == "word\n")
        #expect(!FileManager.default.fileExists(atPath: "\(disk.path)/file"), "nobody else sees it")
        try disk.fill()
        let refused = try await write(to: "other")
        #expect(refused.exit != .status(0), "\(refused.errors.text)")
        disk.empty()
        #expect(try await write(to: "other").output.text == "word\n")
    }

    @Test func `a stepped clock shows a program another time of day, and can be stepped while it runs`() async throws {
        let clock = try await SteppedClock()
        func time() async throws -> Int {
            let program = "import time; print(int(time.time()))"
            let process = try await ChildProcess.run("python3", ["-c", program], environment: clock.environment)
            return try #require(Int(process.output.text.filter(\.isNumber)))
        }
        func now() -> Int { Int(Date().timeIntervalSince1970) }
        var before = now()
        #expect((before...before + 60).contains(try await time()))
        try clock.step(to: -86_400)
        before = now()
        #expect((before...before + 60).contains(try await time() + 86_400))

        let loop =
            "import time\nfirst = time.time()\nprint('ready', flush=True)\nwhile abs(time.time() - first) < 3600: time.sleep(0.01)"
        let running = try ChildProcess("python3", ["-c", loop], environment: clock.environment)
        try await eventually("it runs", within: .seconds(20)) { running.output.text == "ready\n" }
        try clock.step(to: 86_400)
        #expect(try await running.waitForExit() == .status(0))
    }

    @Test func `a listener gets everything once, over a broker that is stopped and one that is killed`() async throws {
        let folder = try TemporaryFolder()
        let broker = try await Broker.start(certificates: try await Certificates(in: folder))
        let mac = "02:00:5e:10:00:77"
        let files = try await broker.certificates.device(mac)
        let topic = "tds_new/devices/\(mac)/telemetry"
        let inbox = Inbox()
        let listener = try await Listener(to: [topic], on: broker) { inbox.put($0) }
        func publish(_ text: String) async throws {
            #expect(try await Publisher.publish(text, to: topic, on: broker, as: files) == .accepted)
        }
        func passBy() async throws {
            let acks = "tds_new/devices/\(mac)/acks"
            #expect(try await Publisher.publish("mark", to: acks, on: broker, as: files) == .accepted)
        }
        try await publish("one")
        try await eventually("the first came: \(inbox.texts)") { inbox.texts == ["one"] }
        // A connection of somebody else's: by its end the broker has read the listener's acknowledgement, too.
        try await passBy()
        try await broker.restart()
        // Whether it is back yet or not: the broker keeps its session.
        try await publish("two")
        try await eventually("both came: \(inbox.texts)", within: .seconds(20)) { inbox.texts.count >= 2 }
        try await passBy()
        try await broker.kill()
        try await broker.start()
        try await listener.waitUntilSubscribed()
        try await publish("three")
        try await eventually("all came: \(inbox.texts)", within: .seconds(20)) { inbox.texts.count >= 3 }
        #expect(inbox.texts == ["one", "two", "three"])
    }
}

private final class Inbox: Sendable {
    private let words = Mutex<[String]>([])

    var texts: [String] { words.withLock { $0 } }

    func put(_ delivery: Listener.Delivery) {
        words.withLock { $0.append(String(decoding: delivery.payload, as: UTF8.self)) }
    }
}
