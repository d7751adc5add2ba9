internal import Foundation
internal import Synchronization

extension ChildProcess {
    /// The life of one process from its start to its reaping, kept by the threads that watch it.
    ///
    /// A process id is free for reuse once the process was reaped. So reaping and sending a signal happen under the same
    /// lock: no signal ever reaches a stranger.
    final class Life: Sendable {
        private let id: pid_t
        private let end = Mutex<Exit?>(nil)
        let reaped = DispatchSemaphore(value: 0)

        init(id: pid_t) {
            self.id = id
        }

        var exit: Exit? { end.withLock { $0 } }

        func signal(_ signal: Int32, toGroup: Bool) {
            end.withLock { end in
                guard end == nil else { return }
                Foundation.kill(toGroup ? -id : id, signal)
            }
        }

        /// Collects what the process writes until it ends, then reaps it.
        ///
        /// Takes over the descriptors.
        func watch(_ outputs: [(descriptor: Int32, output: ProcessOutput)]) throws {
            let (endedRead, endedWrite) = try Spawner.pipe()
            let id = id
            // Two threads: one sleeps until the end, one reads. The end of the outputs is not the end of the process,
            // and the reverse: a grandchild may hold an output open for ever.
            Thread.detachNewThread {
                var information = siginfo_t()
                while waitid(P_PID, id_t(id), &information, WEXITED | WNOWAIT) == -1 && errno == EINTR {}
                close(endedWrite)
            }
            Thread.detachNewThread {
                self.read(outputs, until: endedRead)
                self.reap()
                for (descriptor, _) in outputs { close(descriptor) }
                close(endedRead)
            }
        }

        private func read(_ outputs: [(descriptor: Int32, output: ProcessOutput)], until ended: Int32) {
            for (descriptor, _) in outputs {
                _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
            }
            var polled = (outputs.map(\.descriptor) + [ended]).map {
                pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
            }
            var hasEnded = false
            while !hasEnded {
                guard poll(&polled, nfds_t(polled.count), -1) > 0 else { continue }
                // Asked before reading: what was written before the end is then read after it.
                hasEnded = polled[outputs.count].revents != 0
                for (index, (descriptor, output)) in outputs.enumerated() where hasEnded || polled[index].revents != 0 {
                    // A closed output is left out of the next poll, which would else return at once for ever.
                    if drain(descriptor, into: output) { polled[index].fd = -1 }
                }
            }
            for (_, output) in outputs { output.finish() }
        }

        /// Reads all there is; whether the output was closed.
        private func drain(_ descriptor: Int32, into output: ProcessOutput) -> Bool {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = Foundation.read(descriptor, &buffer, buffer.count)
                if count > 0 {
                    output.append(buffer[..<count])
                } else if count == 0 {
                    return true
                } else if errno != EINTR {
                    return false
                }
            }
        }

        private func reap() {
            end.withLock { end in
                var status: Int32 = 0
                while waitpid(id, &status, 0) == -1 && errno == EINTR {}
                // What WIFEXITED, WEXITSTATUS and WTERMSIG do; macros are not imported.
                end = status & 0x7f == 0 ? .status(status >> 8 & 0xff) : .signal(status & 0x7f)
            }
            reaped.signal()
        }
    }
}
