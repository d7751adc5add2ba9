internal import BlockingExecutor
import Glibc
internal import ServiceLifecycle

/// Ends with SIGTERM or SIGINT, and so has the agent stop in order.
///
/// ServiceLifecycle's own way to listen for them starts libdispatch's pool, whose watch wakes the processor once a second.
struct StopSignals: Service {
    /// From now on the two wait to be taken, so that none that comes before the wait begins ends the process.
    ///
    /// To be made on the program's first thread: every other one blocks all signals from its first moment.
    init() {
        var signals = Self.signals
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    func run() async throws {
        let taker = Taker()
        await cancelWhenGracefulShutdown {
            await withTaskCancellationHandler {
                await taker.take()
            } onCancel: {
                // Nothing else ends its wait.
                kill(getpid(), SIGTERM)
            }
        }
    }

    private static var signals: sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        for signal in [SIGTERM, SIGINT] { sigaddset(&signals, signal) }
        return signals
    }

    /// Waits for a signal, on a thread of its own.
    private actor Taker {
        private let executor = BlockingExecutor(name: "signals")

        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

        func take() {
            var (signals, taken) = (StopSignals.signals, Int32(0))
            sigwait(&signals, &taken)
        }
    }
}
