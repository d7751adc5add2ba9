internal import Logging
internal import MachineClock
internal import StoreForward
internal import TelemetryContract

/// The moment at which a cycle began, as far as it is known.
enum CycleTime: Sendable, Hashable {
    /// The second that the cycle bears.
    case stamp(Int64)
    /// The wall clock is not believed: so long after the start of the machine.
    case uptime(Duration)
}

/// Gives each cycle its time, and cycles from before the clock was known theirs as soon as it is.
///
/// No cycle waits for the clock: what is read meanwhile is held in the spool under the boot's name and the steady
/// clock. The difference of two steady readings is true whatever the wall clock did between them.
actor CycleClock {
    private let machine: MachineClock
    private let spool: Spool
    private let maker: MessageMaker
    private let board: StatusBoard
    private let log: Logger
    private var judge: ClockJudge
    private var stamps: CycleStamps
    private var state: ClockState?
    private var noted: Int64
    private var wasAhead = false
    /// Whether the spool may hold cycles of this boot.
    private var mayHold = true
    private var watching: Task<Void, Never>?
    private var dating: Task<Void, Never>?
    private var atDating: (@Sendable () async -> Void)?

    /// How often a clock that is not believed is looked at again.
    static let watchInterval: Duration = .seconds(5)

    /// How often the last good time is written down, in seconds.
    private static let noteInterval: Int64 = 3_600

    /// Stamps that are ahead of the clock by so many seconds are told of.
    static let mostAhead: Int64 = 60

    init(
        machine: MachineClock, judge: ClockJudge, lastStamp: Int64?, spool: Spool, maker: MessageMaker,
        board: StatusBoard, log: Logger
    ) {
        self.machine = machine
        self.judge = judge
        self.spool = spool
        self.maker = maker
        self.board = board
        self.log = log
        stamps = CycleStamps(after: lastStamp)
        noted = judge.lastGood
    }

    /// Names what is to be done when messages were stored that nobody handed over.
    func atDating(_ body: @escaping @Sendable () async -> Void) { atDating = body }

    /// The time of a cycle that begins now.
    func begin() async -> CycleTime {
        var reading = await look()
        guard state?.isTrusted == true else { return .uptime(.nanoseconds(reading.uptime)) }
        if let wait = stamps.wait(at: WallClock.Moment(reading)) {
            try? await Task.sleep(for: wait)
            reading = machine.read()
        }
        noteAhead(stamps.ahead(of: WallClock.Moment(reading)))
        return .stamp(stamps.next(at: WallClock.Moment(reading)))
    }

    /// Says when the clock was set back behind stamps that were given already, and when it has passed them.
    private func noteAhead(_ seconds: Int64) {
        let isAhead = seconds >= Self.mostAhead
        if isAhead, !wasAhead {
            log.error(
                "the clock was set back; each cycle bears the second after the last one until the clock has passed it",
                metadata: ["seconds_ahead": "\(seconds)"])
        } else if wasAhead, !isAhead {
            log.notice("the clock has passed the last stamp; cycles bear their own second again")
        }
        wasAhead = isAhead
        board.update { $0.stampsAhead = seconds }
    }

    /// Holds a cycle whose time is not known.
    func hold(_ payload: [UInt8], uptime: Duration) async throws {
        try await spool.hold(undated: payload, bootID: machine.bootID, uptime: uptime)
        mayHold = true
        // The clock may have become known while the cycle was read.
        if state?.isTrusted == true { await look() }
    }

    /// Looks at the clock, says what changed, and dates what was held once it is believed.
    @discardableResult
    private func look() async -> ClockReading {
        let reading = machine.read()
        let now = judge.judge(reading)
        note(now, reading)
        if now.isTrusted {
            watching?.cancel()
            watching = nil
            await dateHeld(by: reading)
            await noteGoodTime()
        } else if watching == nil {
            watching = Task { [weak self] in
                while !Task.isCancelled {
                    try? await Task.sleep(for: Self.watchInterval)
                    guard !Task.isCancelled, await self?.lookAgain() == false else { return }
                }
            }
        }
        return reading
    }

    private func lookAgain() async -> Bool {
        await look()
        return state?.isTrusted == true
    }

    private func note(_ now: ClockState, _ reading: ClockReading) {
        if let step = judge.step {
            log.notice("the clock was set", metadata: ["by": "\(step.secondsText)", "now": "\(reading.wall.utc)"])
        }
        guard now != state else { return }
        let metadata: Logger.Metadata = ["clock": "\(now.rawValue)", "now": "\(reading.wall.utc)"]
        if !now.isTrusted {
            log.error("\(now.words)", metadata: metadata)
        } else if state?.isTrusted == false {
            log.notice("the clock is known", metadata: metadata)
        } else {
            log.info("\(now.words)", metadata: metadata)
        }
        state = now
        board.update { $0.clock = now }
    }

    /// Stamps what was read in this boot before the clock was known.
    ///
    /// Cycles of an earlier boot cannot be dated, as nobody knows how long the machine was off: they stay aside, counted.
    private func dateHeld(by reading: ClockReading) async {
        // A cycle that begins meanwhile must not overtake what is being stamped.
        if let dating { return await dating.value }
        guard mayHold else { return }
        mayHold = false
        let task = Task { await stampHeld(by: reading) }
        dating = task
        await task.value
        dating = nil
    }

    private func stampHeld(by reading: ClockReading) async {
        do {
            let held = await spool.undated().filter { $0.bootID == machine.bootID }
            guard !held.isEmpty else { return }
            var dated: [DatedMessage] = []
            for cycle in held {
                let age = Duration.nanoseconds(reading.uptime) - cycle.uptime
                let stamp = stamps.next(atLeast: (reading.wall - age.nanoseconds).seconds)
                dated.append(DatedMessage(id: cycle.id, payload: try maker.date(cycle.payload, stamp), stamp: stamp))
            }
            try await spool.date(dated)
            log.notice(
                "cycles from before the clock was known are stamped",
                metadata: [
                    "cycles": "\(dated.count)", "first": "\(UTCSecond(clamping: dated.first?.stamp ?? 0))",
                    "last": "\(UTCSecond(clamping: dated.last?.stamp ?? 0))",
                ])
            await atDating?()
        } catch {
            mayHold = true
            log.error("cycles from before the clock was known could not be stamped", metadata: ["error": "\(error)"])
        }
    }

    private func noteGoodTime() async {
        guard judge.lastGood >= noted + Self.noteInterval else { return }
        noted = judge.lastGood
        await spool.noteGoodTime(noted)
    }
}

extension ClockState {
    /// What it means for the readings.
    fileprivate var words: String {
        switch self {
        case .synchronised: "readings are stamped by the clock: it is synchronised"
        case .kept: "readings are stamped by the clock: a hardware clock keeps it"
        case .unattended: "readings are stamped by the clock as it is: nothing on this machine will ever set it"
        case .assumed: "readings are stamped by the clock: clock.trust says so"
        case .past:
            "the clock is behind a moment that has passed; readings are held and stamped when it is set: check NTP, or the "
                + "battery of the clock"
        case .waiting:
            "the clock is not synchronised yet; readings are held and stamped when it is: check NTP, or see clock.trust"
        }
    }
}

extension WallClock.Moment {
    init(_ reading: ClockReading) {
        let seconds = reading.wall.seconds
        self.init(seconds: seconds, nanoseconds: reading.wall - seconds * 1_000_000_000)
    }
}

extension Int64 {
    /// Nanoseconds since 1970 as the log writes them.
    fileprivate var utc: UTCSecond { UTCSecond(clamping: seconds) }
}

extension Duration {
    /// As nanoseconds, rounded towards zero.
    fileprivate var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
