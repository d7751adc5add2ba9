import Glibc
import Testing
import WriteRecorder

@testable import StoreForward

/// Every cut point of a recorded run is replayed: the spool is opened on what a power cut there can leave.
@Suite(.serialized, .timeLimit(.minutes(isLongRun ? 60 : 15)))
struct PowerCutTests {
    let folder = TemporaryFolder(inMemory: true)
    let replay = TemporaryFolder(inMemory: true)

    /// What the spool says of itself.
    struct State: Equatable {
        var waiting: [Int64]
        var ledger: Ledger
    }

    /// A run: what was written, and after how many events each operation had returned with what state.
    struct Run {
        var recording: Recording
        var states: [(events: Int, state: State)]
        var settings: SpoolSettings
    }

    @Test(arguments: isLongRun ? Array(1...20) : [1, 2])
    func `with FULL nothing that was stored is lost, at no cut point`(seed: UInt64) async throws {
        let run = try record(operations: isLongRun ? 400 : 90, seed: seed, durability: .full, checkpoint: 24)
        var opened = 0
        try run.recording.forEachCut {
            remainders($0, seed)
        } _: { cut, remainder, files in
            let outcome = try open(files, run.settings)
            opened += 1
            let returned = run.states.lastIndex { $0.events <= cut } ?? 0
            let possible = run.states[returned...].prefix(2).map(\.state)
            try #require(possible.contains(outcome.state), "seed \(seed), cut \(cut), \(remainder): \(outcome.state)")
            try #require(outcome.repair == nil, "seed \(seed), cut \(cut), \(remainder): \(outcome.repair as Any)")
        }
        print("power cut: seed \(seed), \(run.recording.events.count + 1) cut points, \(opened) files opened")
        #expect(run.recording.events.count > 200)
    }

    @Test func `with NORMAL a power cut takes what was not synced, and numbers are not used again`() async throws {
        let run = try record(operations: 120, seed: 5, durability: .normal, checkpoint: 24)
        var mostLost = 0
        try run.recording.forEachCut {
            remainders($0, 5)
        } _: { cut, remainder, files in
            let outcome = try open(files, run.settings)
            let returned = run.states.last { $0.events <= cut }?.state
            let next = run.states.first { $0.events > cut }?.state ?? returned
            let expected = Set(returned?.waiting ?? []).intersection(next?.waiting ?? [])
            mostLost = max(mostLost, expected.subtracting(outcome.state.waiting).count)
            try #require(outcome.state.ledger.isBalanced)
            let given = Int64(returned?.ledger.accepted ?? 0)
            try #require(outcome.last >= given, "cut \(cut), \(remainder): \(outcome.last) after \(given)")
        }
        print("power cut with NORMAL: \(mostLost) of the last messages lost at most, 24 pages between checkpoints")
        // One page a message, and a checkpoint syncs them all.
        #expect(mostLost > 0 && mostLost <= 26)
    }

    @Test func `the worst loss with NORMAL is what lies between two reservations of numbers`() async throws {
        let settings = SpoolSettings(path: folder.file("spool.db"), durability: .normal)
        try open(settings)
        let watch = recorder_watch(folder.path)
        let before = files()
        let store = try open(settings)
        for number in Int64(1)...1_200 { try append(number, 600, to: store) }
        let recording = Recording(before: before, watch: watch, folder: folder.path)
        // The longest stretch of commits without a sync.
        var longest = 0
        var commits = 0
        for event in recording.events {
            if event.name.hasSuffix("-wal"), event.kind == RECORDER_SYNC.rawValue { commits = 0 }
            // A frame's header of 24 bytes, and its page.
            if event.name.hasSuffix("-wal"), event.kind == RECORDER_WRITE.rawValue, event.size == 24 { commits += 1 }
            longest = max(longest, commits)
        }
        print("power cut with NORMAL: up to \(longest) pages between two syncs")
        // Numbers are reserved 256 at a time, and each reservation is synced.
        #expect(longest <= 400)
    }

    // MARK: - Recording

    /// Appends, deliveries, refusals, evictions and undated cycles, each state written down when the call returns.
    private func record(
        operations: Int, seed: UInt64, durability: SpoolSettings.Durability, checkpoint: Int
    ) throws -> Run {
        folder.clear()
        let settings = SpoolSettings(
            path: folder.file("spool.db"), maxBytes: 60_000, minFreeDisk: 0, durability: durability,
            keepDelivered: seed % 2 == 0 ? .seconds(1_000_000) : nil)
        try open(settings)
        let before = files()
        let watch = recorder_watch(folder.path)
        let store = try open(settings)
        try store.file.database.execute("PRAGMA wal_autocheckpoint = \(checkpoint)", action: "")
        var random = SplitMix(state: seed)
        var states = [(events: 0, state: try state(of: store))]
        var last: Int64 = 0
        for _ in 0..<operations {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<6:
                last += 1
                try append(last, Int.random(in: 100...5_000, using: &random), to: store)
            case 6..<9:
                let waiting = try state(of: store).waiting
                try store.deliver(Array(waiting.prefix(Int.random(in: 1...4, using: &random))), action: "")
            default:
                guard let first = try state(of: store).waiting.first else { continue }
                try store.refuse(first, reason: 135, action: "")
            }
            states.append((Int(recorder_count(watch)), try state(of: store)))
        }
        let recording = Recording(before: before, watch: watch, folder: folder.path)
        return Run(recording: recording, states: states, settings: settings)
    }

    private func append(_ number: Int64, _ count: Int, to store: DiskStore) throws {
        if !store.mayGive(number) { try store.reserve(from: number, stamp: number, action: "") }
        let message = NewMessage(sequence: number, stamp: number, payload: payload(number, count: count))
        try store.store([message], now: nil, goodTime: number, action: "")
    }

    @discardableResult
    private func open(_ settings: SpoolSettings) throws -> DiskStore {
        try DiskStore.open(settings.path, settings: settings, bootID: 1, wasUsed: true, action: "opening").store
    }

    private func files() -> [String: [UInt8]] {
        Dictionary(uniqueKeysWithValues: folder.names.filter { !$0.hasSuffix("-shm") }.map { ($0, folder.read($0)) })
    }

    // MARK: - Replaying

    private func remainders(_ cut: Int, _ seed: UInt64) -> [Recording.Remainder] {
        let seeds = (0..<(isLongRun ? 6 : 2)).map { UInt64(cut) &* 1_000_003 &+ seed &* 7_919 &+ UInt64($0) }
        return [.nothing, .everything] + seeds.map { .some(seed: $0) }
    }

    private func open(
        _ files: [String: [UInt8]], _ settings: SpoolSettings
    ) throws -> (state: State, last: Int64, repair: SpoolRepair?) {
        replay.clear()
        for (name, bytes) in files { replay.write(bytes, to: name) }
        let opened = try DiskStore.open(
            replay.file("spool.db"), settings: settings, bootID: 2, wasUsed: true, action: "opening")
        return (try state(of: opened.store), opened.store.lastSequence, opened.repair)
    }

    private func state(of store: DiskStore) throws -> State {
        let messages = try store.waiting(.max >> 1, after: 0, action: "reading")
        for message in messages {
            #expect(message.payload == payload(message.sequence, count: message.payload.count))
        }
        var ledger = Ledger(store.stock)
        ledger.accept(sequences: store.lastSequence, undatedLost: 0, store.stock)
        #expect(ledger.isBalanced)
        return State(waiting: messages.map(\.sequence), ledger: ledger)
    }
}
