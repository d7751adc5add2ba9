import FieldBench
import Foundation
import Testing

@Suite(.timeLimit(.minutes(6))) struct BenchTests {
    @Test func `a process is told from its output, its errors and its end`() async throws {
        let child = try await ChildProcess.run(
            "sh",
            ["-c", "printf 'one\\ntwo'; echo \"$WORD\" >&2; exit 7"],
            environment: ["WORD": "wrong"]
        )
        #expect(child.exit == .status(7))
        #expect(child.output.text == "one\ntwo" && child.errors.text == "wrong\n")
        var lines: [String] = []
        for await line in child.output.lines { lines.append(line) }
        #expect(lines == ["one", "two"])
        child.send(SIGKILL)
        #expect(child.exit == .status(7))
    }

    @Test func `lines come while the process still runs`() async throws {
        let child = try ChildProcess("sh", ["-c", "echo ready; exec sleep 60"])
        var lines = child.output.lines.makeAsyncIterator()
        #expect(await lines.next() == "ready")
        #expect(child.isRunning)
        #expect(try await child.stop() == .signal(SIGTERM))
    }

    @Test func `a process that ignores the request to stop is killed`() async throws {
        let child = try ChildProcess("sh", ["-c", "trap '' TERM; echo ready; while :; do sleep 60; done"])
        var lines = child.output.lines.makeAsyncIterator()
        _ = await lines.next()
        #expect(try await child.stop(within: .milliseconds(50)) == .signal(SIGKILL))
    }

    @Test func `nothing is left of a process that nobody holds, nor of what it started`() async throws {
        func start() async throws -> [Int32] {
            let child = try ChildProcess("sh", ["-c", "sleep 60 & echo $!; wait"])
            var lines = child.output.lines.makeAsyncIterator()
            let grandchild = try #require(await lines.next().flatMap { Int32($0) })
            return [child.id, grandchild]
        }
        let ids = try await start()
        #expect(kill(ids[0], 0) == -1, "neither running nor a zombie")
        try await eventually("the grandchild is gone, or waits to be collected by init") {
            let state = try? String(contentsOfFile: "/proc/\(ids[1])/stat", encoding: .utf8)
            return state == nil || state?.contains(") Z ") == true
        }
    }

    @Test func `a process outlives the thread that asked for it`() async throws {
        // The kernel's parent-death signal is about threads: a child started from a thread of a pool would be killed
        // when that thread is no longer needed.
        let child = try await withCheckedThrowingContinuation {
            (continuation: CheckedContinuation<ChildProcess, any Error>) in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        try ChildProcess(
                            "sh",
                            ["-c", "trap 'echo alive' USR1; echo ready; while :; do sleep 0.02; done"]
                        )
                    }
                )
            }
        }
        var lines = child.output.lines.makeAsyncIterator()
        #expect(await lines.next() == "ready")
        child.send(SIGUSR1)
        #expect(await lines.next() == "alive")
        #expect(try await child.kill() == .signal(SIGKILL))
    }

    @Test func `an unknown program is an error that names it`() {
        #expect { try ChildProcess("no-such-program") } throws: { "\($0)".contains("no-such-program") }
        #expect { try ChildProcess("/no/such/program") } throws: { "\($0)".contains("/no/such/program") }
    }

    @Test func `a temporary folder goes with its last holder`() throws {
        var folder: TemporaryFolder? = try TemporaryFolder(prefix: "gone")
        let path = try #require(folder?.path)
        try folder?.write("text", to: "deep/in/it")
        #expect(FileManager.default.fileExists(atPath: "\(path)/deep/in/it"))
        folder = nil
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func `a condition that never holds is an error in its own words`() async throws {
        await #expect {
            try await eventually("pigs fly", within: .milliseconds(20)) { false }
        } throws: {
            "\($0)".contains("pigs fly")
        }
        try await eventually("at once", within: .zero) { true }
        #expect(Deadline(after: .zero).isOver && !Deadline(after: .seconds(60)).isOver)
    }

    @Test func `ports are never handed out twice`() {
        let ports = (0..<200).map { _ in freePort() }
        #expect(Set(ports).count == 200 && !ports.contains(where: isListening))
    }

    @Test func `the executables of this build are found beside the tests`() throws {
        #expect(FileManager.default.isExecutableFile(atPath: try Repository.binary("edge-agent")))
        #expect { try Repository.binary("no-such-agent") } throws: { "\($0)".contains("build it first") }
    }
}
