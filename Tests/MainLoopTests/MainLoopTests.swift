import Glibc
import Synchronization
import Testing

@testable import MainLoop

@Suite(.timeLimit(.minutes(6)))
struct MainLoopTests {
    @Test func `jobs run in the order in which they came, on the loop's thread alone`() async {
        let running = RunningLoop()
        let seen = Shared<[Int]>([])
        let threads = Shared<Set<pthread_t>>([])
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<1_000 {
                group.addTask(executorPreference: running.loop) {
                    seen.value.withLock { $0.append(number) }
                    threads.value.withLock { _ = $0.insert(pthread_self()) }
                }
            }
        }
        #expect(seen.value.withLock { $0 } == Array(0..<1_000))
        #expect(threads.value.withLock { $0 } == [running.end()])
    }

    @Test func `sleepers wake in the order of their moments, and none early`() async {
        let running = RunningLoop()
        defer { running.end() }
        // All of them must be asleep before the first moment; a machine that is too slow for that is given longer.
        for lead in [0.5, 4, 32] {
            let trial = Shared((woken: [Int](), early: [Int](), late: 0))
            let start = ContinuousClock.now + .seconds(lead)
            await withTaskGroup(of: Void.self) { group in
                for number in [7, 2, 9, 4, 1, 8, 3, 6, 5] {
                    group.addTask(executorPreference: running.loop) {
                        let moment = start + .milliseconds(number)
                        if ContinuousClock.now >= start { trial.value.withLock { $0.late += 1 } }
                        try? await Task.sleep(until: moment, clock: .continuous)
                        if ContinuousClock.now < moment { trial.value.withLock { $0.early.append(number) } }
                        trial.value.withLock { $0.woken.append(number) }
                    }
                }
            }
            let seen = trial.value.withLock { $0 }
            #expect(seen.early.isEmpty)
            guard seen.late == 0 else { continue }
            #expect(seen.woken == Array(1...9))
            return
        }
        Issue.record("nine tasks did not begin within 32 s")
    }

    @Test func `a nearer moment that comes from another thread shortens a sleep that has begun`() async {
        let running = RunningLoop()
        let far = Task(executorPreference: running.loop) { try? await Task.sleep(for: .seconds(3_600)) }
        // The loop sleeps for an hour once it has run this one.
        await Task(executorPreference: running.loop) {}.value
        await Task(executorPreference: Delayer(loop: running.loop)) {}.value
        far.cancel()
        await far.value
        running.end()
    }

    @Test func `a loop that rests does not wake`() async throws {
        let running = RunningLoop()
        let before = try await running.sleeps()
        try await Task.sleep(for: .seconds(3))
        // Each of the two questions ends with one.
        #expect(try await running.sleeps() - before <= 2)
        running.end()
    }
}
