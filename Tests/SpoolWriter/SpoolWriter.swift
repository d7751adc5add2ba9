import Glibc
import StoreForward

/// A process that a test may kill.
///
/// It says on its standard output what the spool acknowledged, one line for each:
/// "+ sequence" for an append, "- sequence" for a removal, and first "open".
///
///     SpoolWriter endless <path>    appends for ever, and removes one of three
///     SpoolWriter offline <path>    the same with durability offline-only, everything delivered at once
///     SpoolWriter slow <path>       appends messages of 1000 bytes, ten in a second, and says "storing" or "memory"
///     SpoolWriter drain <path>      delivers ten at a time, says "- sequence" for each, and waits to be killed
///     SpoolWriter day <path>        288 messages of 600 bytes, each appended and removed
///     SpoolWriter speed <path>      appends and drains 20 000 messages and says how long it took
///     SpoolWriter year <path>       105 000 messages of 350 to 600 bytes: their room, opening and draining them
///     SpoolWriter hold <path>       opens the spool and waits to be killed
@main struct SpoolWriter {
    static func main() async {
        let arguments = CommandLine.arguments
        guard arguments.count == 3 else { exit(64) }
        do {
            let durability: SpoolSettings.Durability =
                switch arguments[1] {
                case "offline": .offlineOnly(after: .seconds(60))
                // Its appending is not what is measured.
                case "year": .normal
                default: .full
                }
            let settings = SpoolSettings(path: arguments[2], maxBytes: 1 << 30, durability: durability)
            let spool = try await Spool(settings) { nil }
            say("open")
            let last = await spool.lastStamp ?? 0
            switch arguments[1] {
            case "endless":
                for stamp in (last + 1)... {
                    // The stamp equals the sequence here, so the bytes are known before the append.
                    let sequence = try await spool.append(payload(stamp, count: 100 + Int(stamp % 3_000)), stamp: stamp)
                    say("+ \(sequence)")
                    if sequence % 3 == 0, let oldest = await spool.oldest(1).first?.sequence {
                        await spool.delivered([oldest])
                        say("- \(oldest)")
                    }
                }
            case "offline":
                for stamp in (last + 1)... {
                    let sequence = try await spool.append([1], stamp: stamp)
                    await spool.delivered([sequence])
                    say("+ \(sequence)")
                }
            case "slow":
                // A write beyond the limit of a file's size fails then, instead of ending the process.
                signal(SIGXFSZ, SIG_IGN)
                var wasStoring = true
                for stamp in (last + 1)... {
                    say("+ \(try await spool.append(payload(stamp, count: 1_000), stamp: stamp))")
                    let condition = await spool.condition
                    if wasStoring != (condition == .storing) {
                        wasStoring.toggle()
                        say(wasStoring ? "storing" : "memory \(condition)")
                    }
                    try await Task.sleep(for: .milliseconds(100))
                }
            case "drain":
                while case let window = await spool.oldest(10), !window.isEmpty {
                    await spool.delivered(window.map(\.sequence))
                    for message in window { say("- \(message.sequence)") }
                }
                say("drained \(await spool.condition)")
                while true { pause() }
            case "day":
                for stamp in (last + 1)...(last + 288) {
                    let sequence = try await spool.append(payload(stamp, count: 600), stamp: stamp)
                    await spool.delivered([sequence])
                }
                say("done")
            case "speed":
                let clock = ContinuousClock()
                let count: Int64 = 20_000
                let appending = try await clock.measure {
                    for stamp in (last + 1)...(last + count) {
                        _ = try await spool.append(payload(stamp, count: 600), stamp: stamp)
                    }
                }
                let draining = await clock.measure {
                    while true {
                        let messages = await spool.oldest(500)
                        if messages.isEmpty { break }
                        await spool.delivered(messages.map(\.sequence))
                    }
                }
                say("\(count) appends in \(appending), drained by 500 in \(draining)")
            case "year":
                try await spendYear(spool, settings)
            case "hold":
                while true { pause() }
            default:
                exit(64)
            }
            await spool.close()
        } catch {
            say("failed: \(error)")
            exit(1)
        }
    }
}

/// What a year's backlog costs: room, time to open, memory while it drains.
private func spendYear(_ spool: Spool, _ settings: SpoolSettings) async throws {
    let clock = ContinuousClock()
    var bytes = 0
    let appending = try await clock.measure {
        for stamp in Int64(1)...105_000 {
            let message = payload(stamp, count: 350 + Int(stamp &* 7_919 % 251))
            bytes += message.count
            _ = try await spool.append(message, stamp: 1_770_000_000 + stamp * 300)
        }
    }
    await spool.close()
    var status = stat()
    stat(settings.path, &status)
    say(
        "appended in \(appending); \(status.st_size) bytes on disk for \(bytes) of payload: \(Double(status.st_size) / Double(bytes))"
    )
    var again: Spool?
    let opening = try await clock.measure { again = try await Spool(settings) { nil } }
    say("opened in \(opening), \(residentKiB()) KiB resident")
    guard let again else { return }
    var after: Int64 = 0
    var most = 0
    var drained = 0
    let draining = await clock.measure {
        while true {
            let messages = await again.oldest(20, after: after)
            guard let last = messages.last else { break }
            after = last.sequence
            drained += messages.count
            await again.delivered(messages.map(\.sequence))
            if drained % 5_000 == 0 { most = max(most, residentKiB()) }
        }
    }
    say("drained \(drained) in \(draining), \(most) KiB resident at the most; \(await again.ledger.isBalanced)")
    await again.close()
}

/// The memory that this process has in use, by the kernel.
private func residentKiB() -> Int {
    let descriptor = open("/proc/self/status", O_RDONLY)
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 8_192)
    let count = read(descriptor, &bytes, bytes.count)
    let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS") }
    return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
}

/// The bytes of a message follow from its sequence, so that another process can check them.
func payload(_ sequence: Int64, count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: Int64($0) &+ sequence) }
}

/// One write a line: what the reader has seen when this process dies was acknowledged before.
func say(_ line: String) {
    let text = line + "\n"
    _ = write(1, text, text.utf8.count)
}
