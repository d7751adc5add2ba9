import Glibc
import StoreForward

/// A process that a test may kill.
///
/// It says on its standard output what the spool acknowledged, one line for each:
/// "+ sequence" for an append, "- sequence" for a removal, and first "open".
///
///     SpoolWriter endless <path>    appends for ever, and removes one of three
///     SpoolWriter day <path>        288 messages of 600 bytes, each appended and removed
///     SpoolWriter speed <path>      appends and drains 20 000 messages and says how long it took
///     SpoolWriter hold <path>       opens the spool and waits to be killed
@main struct SpoolWriter {
    static func main() async {
        let arguments = CommandLine.arguments
        guard arguments.count == 3 else { exit(64) }
        do {
            let spool = try await Spool(SpoolSettings(path: arguments[2], maxBytes: 1 << 30)) { nil }
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

/// The bytes of a message follow from its sequence, so that another process can check them.
func payload(_ sequence: Int64, count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: Int64($0) &+ sequence) }
}

/// One write a line: what the reader has seen when this process dies was acknowledged before.
func say(_ line: String) {
    let text = line + "\n"
    _ = write(1, text, text.utf8.count)
}
