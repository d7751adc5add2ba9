internal import ModbusModel

/// What was lately asked of one slave and heard from it, and therefore in which form it may be asked next.
///
/// Three things can pass for the answer to a request: the late answer to an older one, a copy of an answer that was
/// taken already, and a copy that the slave sends in its place. None of them has another length than the answer that it
/// is, and a copy has the very bytes. Hence the rules: never a form whose length is outstanding; never the length of
/// the last answer twice in a row where a register more can be had; and never bytes that answered another question.
final class SlaveDialogue {
    /// How to put a question.
    enum Step: Equatable {
        /// Ask for this.
        case ask(ReadBlock)
        /// Ask for this first: once it is answered, nothing older is left.
        case settle(ReadBlock)
        /// Whatever is asked, its answer could be an older one's.
        case wait
    }

    /// A frame that was heard, and the question that it answered; nil if that is not known.
    private struct Heard {
        let hash: UInt64
        let table: RegisterTable?
        let span: Range<Int>?
        /// Whether it was asked for again because another question has the same answer, and truly has.
        let isProven: Bool

        func answers(_ question: ReadBlock) -> Bool { table == question.table && span == question.span }
    }

    /// What is known of a longer form of a question.
    private struct Form {
        /// Whether the slave ever answered it.
        var wasGiven = false
        /// How often in a row it has refused it since.
        var refusals = 0
        /// Until when the refusal is believed, and for how long that is.
        var until: Moment?
        var belief: Duration = .zero

        func isClosed(at now: ContinuousClock.Instant) -> Bool {
            until.map { $0.duration(to: now) < .zero } ?? false
        }

        /// Once given it is given up only after many refusals: those may be noise.
        mutating func refuse(at now: ContinuousClock.Instant) {
            refusals += 1
            guard refusals >= (wasGiven ? 8 : 1) else { return }
            belief = min(max(belief * 4, .seconds(60)), .seconds(86_400))
            until = Moment(now + belief)
        }
    }

    /// How a question was answered last, and how that has moved.
    private struct Course {
        var hash: UInt64
        /// How many answers in a row differed from the one before.
        var moves = 0
        /// How many answers in a row did not.
        var rests = 0

        mutating func goOn(_ next: UInt64) {
            (moves, rests) = hash == next ? (0, rests + 1) : (moves + 1, 0)
            hash = next
        }
    }

    /// After so many answers that all differed, one that does not may be the last one once more.
    static let lively = 3

    /// After so many answers that were the same, one more of them is nothing that could be a fault's doing alone.
    static let quiet = 4

    /// So long after a disturbance another one is likely: late frames and copies come in company.
    static let aftermath: Duration = .seconds(10)

    /// How many frames are remembered.
    static let memory = 64

    /// So many forms refused and none given: the slave has nothing beside what it is asked for.
    static let hopeless = 4

    private(set) var outstanding = OutstandingAnswers()
    /// How long its answers take.
    private(set) var times = ResponseTimes()
    /// What became of the requests to it.
    var outcomes = ExchangeRecord()
    /// What was said and asked last.
    var recent = RecentFrames()
    private var lastDisturbance: Moment?
    private var lastLength: Int?
    private var courses: [ReadBlock: Course] = [:]
    private var heard: [Heard] = []
    private var doubted: (question: ReadBlock, copy: [UInt8])?
    private var longer: [ReadBlock: Form] = [:]

    /// How to put a question now.
    ///
    /// - Parameters:
    ///   - others: Lengths that other slaves' misplaced answers may have; avoided where it costs no request.
    ///   - isStrict: Whether even the last answer, sent once more, must not fit.
    func step(
        for block: ReadBlock, avoiding others: Set<Int> = [], isStrict: Bool = false, at now: ContinuousClock.Instant
    ) -> Step {
        outstanding.expire(at: now)
        // Nearly always the question itself will do: no list is made then.
        if outstanding.isEmpty, isUnlike(block, others) { return .ask(block) }
        let forms = block.forms.filter {
            !outstanding.couldBeMistaken($0) && ($0.span == block.span || isOpen($0, at: now))
        }
        if let best = forms.first(where: { isUnlike($0, others) }) { return .ask(best) }
        // What was given up may come as the last answer once more.
        let isStrict = isStrict || !outstanding.isEmpty
        if let good = forms.first(where: { !isStrict || $0.dataBytes != lastLength }) { return .ask(good) }
        return settling(block, avoiding: others).map { .settle($0) } ?? .wait
    }

    /// What to ask for so that its answer can be no older one's, best of a length that was not asked for of late.
    func settling(_ block: ReadBlock, avoiding others: Set<Int>) -> ReadBlock? {
        let candidates = outstanding.distinct(from: block)
        let unlike = candidates.filter { isUnlike($0, others) }
        return unlike.first { !recent.lengths.contains($0.dataBytes) } ?? unlike.first ?? candidates.first
    }

    /// Whether a frame has the very bytes that answered another question of late, or this one where those always moved.
    ///
    /// - Parameter isSettled: Whether nothing older is left: what was doubted before and is said again is then believed.
    func isCopy(_ frame: ArraySlice<UInt8>, of question: ReadBlock, isSettled: Bool = false) -> Bool {
        if isSettled, saysAgain(frame, question) { return false }
        let hash = Self.hash(frame)
        if question.dataBytes == lastLength, let course = courses[question.items], course.hash == hash,
            course.moves >= Self.lively || isDisturbed && course.rests < Self.quiet
        {
            return true
        }
        return heard.contains { $0.hash == hash && !$0.answers(question) }
            && !heard.contains { $0.hash == hash && $0.answers(question) && $0.isProven }
    }

    /// Notes values.
    func answered(_ question: ReadBlock, by frame: ArraySlice<UInt8>, after time: Duration) {
        times.note(time)
        outstanding.settled()
        let hash = Self.hash(frame)
        recent.asked(question)
        recent.took(question, hash)
        courses[question.items, default: Course(hash: hash, rests: -1)].goOn(hash)
        lastLength = question.dataBytes
        remember(Heard(hash: hash, table: question.table, span: question.span, isProven: false))
    }

    /// Notes an exception; it settles only where no outstanding request has its function.
    ///
    /// The same one twice may be one and its copy: then the answer to this question is still to come. A request that
    /// settles has another function, or nothing to mistake.
    func refused(
        _ question: ReadBlock, by frame: ArraySlice<UInt8>, settles: Bool, at now: ContinuousClock.Instant
    ) {
        let isRepeated = recent.isRepeated(exception: Self.hash(frame), at: now)
        recent.asked(question)
        if outstanding.couldMistakeException(to: question) || isRepeated && !settles {
            outstanding.gaveUp(on: question, at: now)
        } else {
            outstanding.settled()
        }
        lastLength = nil
    }

    /// Notes that a request has brought no answer, or none but a frame that may be a copy.
    func gaveUp(on question: ReadBlock, copy: [UInt8]? = nil, at now: ContinuousClock.Instant) {
        outstanding.gaveUp(on: question, at: now)
        recent.asked(question)
        if times.count > 0 { lastDisturbance = Moment(now) }
        if let copy { doubted = (question, copy) }
    }

    /// Whether something of this slave came late, broken, twice or not at all of late.
    var isDisturbed: Bool { isDisturbed(within: Self.aftermath) }

    func isDisturbed(within time: Duration) -> Bool {
        lastDisturbance.map { .now - $0 < time.wholeNanoseconds } ?? false
    }

    /// Notes what was published in the end: if that is what was taken for a copy, it was none, and is none next time.
    func took(_ words: [UInt16], for block: ReadBlock) {
        guard let (question, frame) = doubted else { return }
        doubted = nil
        let start = block.span.lowerBound - question.span.lowerBound
        guard question.table == block.table, start >= 0, block.span.upperBound <= question.span.upperBound,
            Array(question.words(of: Array(frame.dropFirst(3)))[start..<start + block.span.count]) == words
        else { return }
        remember(Heard(hash: Self.hash(frame[...]), table: question.table, span: question.span, isProven: true))
    }

    /// Notes that the slave has answered a longer form of a question.
    func gave(_ form: ReadBlock) {
        let known = longer[form]
        if known?.refusals != 0 || known?.wasGiven != true { longer[form] = Form(wasGiven: true) }
    }

    /// Whether the slave has answered a longer form of a question before.
    func hasGiven(_ form: ReadBlock) -> Bool { longer[form]?.wasGiven == true }

    /// Notes that a longer form of a question was refused or not answered.
    func refused(_ form: ReadBlock, at now: ContinuousClock.Instant) {
        longer[form, default: Form()].refuse(at: now)
    }

    /// Notes a frame of this slave that came unasked; it answers what was given up, or nobody knows what.
    func heardUnasked(_ frame: ArraySlice<UInt8>) {
        let hash = Self.hash(frame)
        lastDisturbance = .now
        recent.heardUnasked(frame, hash)
        guard !heard.contains(where: { $0.hash == hash }) else { return }
        let bytes = Array(frame.prefix(3))
        let question = outstanding.question(function: bytes[1], dataBytes: Int(bytes[2]))
        remember(Heard(hash: hash, table: question?.table, span: question?.span, isProven: false))
    }

    /// Looks at a frame of this slave that came together with the answer that was just taken.
    func heardBesides(_ frame: ArraySlice<UInt8>) { recent.heardBesides(frame, Self.hash(frame)) }

    /// Whether an answer says what was taken for a copy before, of the items that both are about.
    ///
    /// Another copy, of something else, may come just then: it is none the less one for having come late.
    private func saysAgain(_ frame: ArraySlice<UInt8>, _ question: ReadBlock) -> Bool {
        guard let doubted, doubted.question.table == question.table else { return false }
        let items = doubted.question.span.clamped(to: question.span)
        func words(_ frame: ArraySlice<UInt8>, _ question: ReadBlock) -> ArraySlice<UInt16> {
            let start = items.lowerBound - question.span.lowerBound
            return question.words(of: Array(frame.dropFirst(3)))[start..<start + items.count]
        }
        return !items.isEmpty && words(frame, question) == words(doubted.copy[...], doubted.question)
    }

    private func remember(_ entry: Heard) {
        let same = heard.firstIndex { $0.hash == entry.hash && $0.table == entry.table && $0.span == entry.span }
        if let same {
            guard entry.isProven || !heard[same].isProven else { return }
            heard[same] = entry
        } else {
            if heard.count == Self.memory { heard.removeFirst() }
            heard.append(entry)
        }
    }

    private func isUnlike(_ form: ReadBlock, _ others: Set<Int>) -> Bool {
        form.dataBytes != lastLength && !others.contains(form.dataBytes)
            && !outstanding.lengths.contains(form.dataBytes)
    }

    /// Whether a form may be asked for: neither it nor a shorter one that it contains was given up.
    private func isOpen(_ form: ReadBlock, at now: ContinuousClock.Instant) -> Bool {
        // Nearly always nothing was refused: no list is made then.
        guard longer.values.contains(where: { $0.until != nil }) else { return true }
        let closed = longer.filter { $0.value.isClosed(at: now) }
        if closed.count >= Self.hopeless, !longer.values.contains(where: \.wasGiven) { return false }
        return !closed.keys.contains {
            $0.table == form.table && form.span.lowerBound <= $0.span.lowerBound
                && $0.span.upperBound <= form.span.upperBound
        }
    }

    /// FNV-1a: two frames that share it by chance would cost a request, never a value.
    private static func hash(_ frame: ArraySlice<UInt8>) -> UInt64 {
        frame.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
