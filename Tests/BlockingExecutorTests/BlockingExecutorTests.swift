import BlockingExecutor
import Glibc
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(6)))
struct BlockingExecutorTests {
    @Test func `sixteen actors blocked in C do not hold up the rest`() async throws {
        let released = Flag()
        // Blocked until the ticks are done: if they could hold up the ticks, this test would never end.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<16 {
                let blocker = Blocker(name: "blocked-\(number)")
                group.addTask { await blocker.block { released.isSet } }
            }
            for _ in 0..<50 { try await Task.sleep(for: .milliseconds(2)) }
            released.set()
            try await group.waitForAll()
        }
    }

    @Test func `jobs run in the order in which they came`() async {
        let executor = BlockingExecutor(name: "order")
        let seen = Shared<[Int]>([])
        let gate = Flag()
        let recorder = Recorder(executor: executor)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<1_000 {
                group.addImmediateTask {
                    // Runs at once up to this call, so the jobs are enqueued one after the other.
                    await recorder.run {
                        while number == 0 && !gate.isSet { usleep(100) }
                        seen.value.withLock { $0.append(number) }
                    }
                }
            }
            gate.set()
        }
        #expect(seen.value.withLock { $0 } == Array(0..<1_000))
    }

    @Test func `two actors on one executor never run at the same time`() async {
        let executor = BlockingExecutor(name: "shared")
        let recorders = [Recorder(executor: executor), Recorder(executor: executor)]
        let inside = Shared(0)
        let overlaps = Shared(0)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask {
                    await recorders[number % 2].run {
                        if inside.value.withLock({
                            $0 += 1; return $0
                        }) != 1 {
                            overlaps.value.withLock { $0 += 1 }
                        }
                        usleep(50)
                        inside.value.withLock { $0 -= 1 }
                    }
                }
            }
        }
        #expect(overlaps.value.withLock { $0 } == 0)
    }

    @Test func `an actor knows that it is on its own thread`() async {
        let recorder = Recorder(executor: BlockingExecutor(name: "isolated"))
        await recorder.run { recorder.preconditionIsolated() }
        let value = await recorder.run { recorder.assumeIsolated { $0.marker } }
        #expect(value == 7)
    }

    @Test func `code elsewhere is not isolated`() async {
        let executor = BlockingExecutor(name: "elsewhere")
        let other = Recorder(executor: BlockingExecutor(name: "other"))
        #expect(executor.isIsolatingCurrentContext() == false)
        #expect(await other.run { executor.isIsolatingCurrentContext() } == false)
        #expect(await Recorder(executor: executor).run { executor.isIsolatingCurrentContext() } == true)
    }

    @Test func `the check stops code that is elsewhere`() async {
        await #expect(processExitsWith: .failure) {
            BlockingExecutor(name: "strict").checkIsolated()
        }
    }

    @Test(arguments: [
        ("line-1", "line-1"), ("a-name-far-too-long", "a-name-far-too-"), ("água-água-água-1", "água-água-ág"),
    ])
    func `the thread bears the name`(given: String, shown: String) async {
        let executor = BlockingExecutor(name: given)
        let name = await Recorder(executor: executor).run {
            currentThreadName()
        }
        #expect(name == shown)
    }

    @Test func `a signal does not land on the thread`() async {
        // A thread inherits the signals of its maker, and Swift's pool has them closed already.
        var open = sigset_t()
        var before = sigset_t()
        sigfillset(&open)
        pthread_sigmask(SIG_UNBLOCK, &open, &before)
        let executor = BlockingExecutor(name: "signals")
        pthread_sigmask(SIG_SETMASK, &before, nil)
        let blocked = await Recorder(executor: executor).run {
            var signals = sigset_t()
            pthread_sigmask(SIG_BLOCK, nil, &signals)
            return [SIGTERM, SIGHUP, SIGCHLD, SIGSEGV].map { sigismember(&signals, $0) == 1 }
        }
        #expect(blocked == [true, true, true, false])
    }

    @Test func `the thread is gone after the last owner let go elsewhere`() async {
        for _ in 0..<50 {
            let executor = BlockingExecutor(name: "gone-elsewhere")
            #expect(await Recorder(executor: executor).run { 1 } == 1)
        }
        await expectNoThread(named: "gone-elsewhere")
    }

    @Test func `the thread is gone after it let go last itself`() async {
        for _ in 0..<50 {
            let released = Flag()
            let task = await Recorder(executor: BlockingExecutor(name: "gone-itself")).start {
                // Until here the caller may still hold the actor; afterwards only this job does.
                while !released.isSet { usleep(100) }
            }
            released.set()
            await task.value
        }
        await expectNoThread(named: "gone-itself")
    }

    @Test func `an executor that never ran anything ends too`() async {
        for _ in 0..<50 { _ = BlockingExecutor(name: "gone-unused") }
        await expectNoThread(named: "gone-unused")
    }
}
