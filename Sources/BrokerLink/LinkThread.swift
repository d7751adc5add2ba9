internal import CMosquitto
import Glibc

/// What a gateway says of itself: when it comes, and when it is gone without a word.
struct LinkIdentity: Sendable {
    let will: RetainedMessage?
    let birth: (@Sendable () -> RetainedMessage?)?
}

/// The thread that owns the client, and the loop that no fault ends.
struct LinkThread: Sendable {
    let settings: BrokerSettings
    let identity: LinkIdentity
    let firstBackoff: Backoff
    let random: @Sendable () -> Double
    let mailbox: Mailbox
    let report: @Sendable (LinkEvent) -> Void
    let atEnd: @Sendable () -> Void

    /// Starts the thread, which nobody joins: it may be held up by the system's resolver when the process ends.
    func start() {
        let box = Unmanaged.passRetained(Box(work: self))
        var thread = pthread_t()
        let code = pthread_create(
            &thread,
            nil,
            { pointer in
                guard let pointer else { return nil }
                cmosquitto_name_thread("broker-link")
                Unmanaged<Box>.fromOpaque(pointer).takeRetainedValue().work.run()
                return nil
            },
            box.toOpaque()
        )
        // Without a thread there is nothing to try again with; it is started once, when the process begins.
        precondition(code == 0, "the kernel gives no thread for the broker link: \(inWords(errno: code))")
        pthread_detach(thread)
    }

    private final class Box {
        let work: LinkThread
        init(work: LinkThread) { self.work = work }
    }

    private func run() {
        var backoff = firstBackoff
        var outageBegan: ContinuousClock.Instant?
        while !mailbox.isStopping {
            let session = Session(settings, identity, mailbox, report: report)
            guard case .failed(let failure) = session.run() else { break }
            mailbox.shut()
            let now = ContinuousClock.now
            if let began = session.began,
                backoff.sessionEnded(stood: now - began, thrownOut: failure.isByTheBroker)
            {
                outageBegan = nil
            }
            let pause = backoff.next(after: now - (outageBegan ?? now), random: random())
            outageBegan = outageBegan ?? now
            report(.failed(failure, retryIn: pause))
            mailbox.sleep(for: pause)
        }
        mailbox.shut()
        atEnd()
    }
}
