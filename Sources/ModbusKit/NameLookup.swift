internal import Dispatch
import Glibc
internal import Synchronization

/// The addresses of a host, found within a time.
///
/// getaddrinfo has no time limit of its own, and an unreachable name server keeps it for half a minute. It runs on a
/// thread of its own, which is left behind when the time is up; at most one for each name.
enum NameLookup {
    /// One address of a host, as connect(2) takes it.
    struct Address: Sendable {
        let family: Int32
        let bytes: [UInt8]
    }

    /// What a look-up has found: addresses, or getaddrinfo's error.
    enum Outcome: Sendable {
        case found([Address])
        case failed(Int32)
        case tookTooLong
    }

    /// Finds addresses, and takes its time; another one in tests.
    typealias Resolver = @Sendable (_ host: String, _ port: UInt16, _ flags: Int32) -> Outcome

    private static let running = Mutex<[String: Search]>([:])

    /// Looks a host up; a numeric address is given back at once.
    static func addresses(
        of host: String, port: UInt16, within time: Duration, by resolver: @escaping Resolver = Self.resolve
    ) -> Outcome {
        if case .found(let numeric) = resolver(host, port, AI_NUMERICHOST) { return .found(numeric) }
        let key = "\(host):\(port)"
        let search = running.withLock { searches -> Search? in
            if let search = searches[key] { return search }
            let search = Search({ resolver(host, port, 0) }) { running.withLock { $0[key] = nil } }
            searches[key] = search
            return search
        }
        return search?.outcome(within: time) ?? .failed(EAI_AGAIN)
    }

    static func resolve(_ host: String, _ port: UInt16, _ flags: Int32) -> Outcome {
        var hints = addrinfo()
        hints.ai_flags = flags | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        guard code == 0 else { return .failed(code) }
        defer { freeaddrinfo(list) }
        var addresses: [Address] = []
        var entry = list
        while let current = entry?.pointee {
            let bytes = UnsafeRawBufferPointer(start: current.ai_addr, count: Int(current.ai_addrlen))
            addresses.append(Address(family: current.ai_family, bytes: Array(bytes)))
            entry = current.ai_next
        }
        return .found(addresses)
    }

    /// One look-up under way, for which several may wait.
    private final class Search: Sendable {
        private let result = Mutex<Outcome?>(nil)
        private let done = DispatchSemaphore(value: 0)

        /// Starts the thread; nil where the system has none left.
        init?(_ search: @escaping @Sendable () -> Outcome, whenDone: @escaping @Sendable () -> Void) {
            let work: @Sendable () -> Void = { [self] in
                let outcome = search()
                result.withLock { $0 = outcome }
                whenDone()
                done.signal()
            }
            let box = Unmanaged.passRetained(Work(work))
            var thread = pthread_t()
            let code = pthread_create(
                &thread, nil,
                { argument in
                    // Never nil: it is the pointer passed below.
                    if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run() }
                    return nil
                }, box.toOpaque())
            guard code == 0 else {
                box.release()
                return nil
            }
            pthread_detach(thread)
        }

        func outcome(within time: Duration) -> Outcome {
            let milliseconds = Int(max(.zero, time) / .milliseconds(1))
            guard done.wait(timeout: .now() + .milliseconds(milliseconds)) == .success else { return .tookTooLong }
            // For whoever waits besides.
            done.signal()
            return result.withLock { $0 } ?? .tookTooLong
        }
    }

    private final class Work: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }
}
