internal import Glibc

/// The sockets of a relay, and what is done with them when one has something to say or something is due.
struct RelayEngine {
    private struct Connection {
        let record: Int
        let near: Int32
        let far: Int32
        var isConnecting = true
        var toServer: RelayFlow
        var toClient: RelayFlow
    }

    /// What the thread waits for: sockets with the connection that each belongs to, and a time.
    struct Watch {
        /// The listener first, where there is one, then two for each connection.
        var descriptors: [pollfd] = []
        var owners: [Int] = []
        var timeout: Duration?
    }

    private let port: Int
    private let target: Int
    private(set) var conditions: WireConditions
    private(set) var records: [RelayedConnection] = []
    private var listener: Int32?
    private var connections: [Int: Connection] = [:]
    private var isOver = false
    private var buffer = [UInt8](repeating: 0, count: 65_536)

    private static let theListener = -1

    init(port: Int, target: Int, conditions: WireConditions) throws(BenchError) {
        self.port = port
        self.target = target
        self.conditions = conditions
        try openOrCloseDoor()
    }

    var standing: Int { connections.count }

    mutating func apply(_ new: WireConditions) throws(BenchError) {
        conditions = new
        try openOrCloseDoor()
    }

    mutating func cut(_ manner: TCPRelay.Cut) {
        for id in connections.keys { drop(id, manner) }
    }

    mutating func end() {
        isOver = true
        cut(.reset)
        closeDoor()
    }

    /// What to wait for; nil when the relay has ended.
    func watch() -> Watch? {
        guard !isOver else { return nil }
        let now = ContinuousClock.now
        var watch = Watch()
        if let listener {
            watch.descriptors.append(pollfd(fd: listener, events: Int16(POLLIN), revents: 0))
            watch.owners.append(Self.theListener)
        }
        var next: ContinuousClock.Instant?
        for (id, connection) in connections {
            var (near, far): (Int32, Int32) = (0, 0)
            if connection.isConnecting {
                far = POLLOUT
            } else {
                let (toServer, toClient) = (connection.toServer, connection.toClient)
                if toServer.wantsToRead(conditions.toServer, at: now) { near |= POLLIN }
                if toClient.wantsToWrite(conditions.toClient) { near |= POLLOUT }
                if toClient.wantsToRead(conditions.toClient, at: now) { far |= POLLIN }
                if toServer.wantsToWrite(conditions.toServer) { far |= POLLOUT }
                let due = [toServer.due(conditions.toServer, at: now), toClient.due(conditions.toClient, at: now)]
                next = (due + [next]).compactMap { $0 }.min()
            }
            // One that nothing is wanted of is left out: its other end may have gone, which poll would say for ever.
            watch.descriptors.append(pollfd(fd: near == 0 ? -1 : connection.near, events: Int16(near), revents: 0))
            watch.descriptors.append(pollfd(fd: far == 0 ? -1 : connection.far, events: Int16(far), revents: 0))
            watch.owners += [id, id]
        }
        watch.timeout = next.map { now.duration(to: $0) }
        return watch
    }

    /// Does what there is to do after a wait.
    mutating func turn(_ descriptors: [pollfd], of owners: [Int]) {
        guard !isOver else { return }
        // A connection may have been cut while the thread waited: events are told by its number, never by a socket's.
        var woken: [Int: (near: Bool, far: Bool)] = [:]
        for (descriptor, owner) in zip(descriptors, owners) where descriptor.revents != 0 {
            if owner == Self.theListener {
                take()
            } else if descriptor.fd == connections[owner]?.near {
                woken[owner, default: (false, false)].near = true
            } else {
                woken[owner, default: (false, false)].far = true
            }
        }
        let now = ContinuousClock.now
        for id in connections.keys {
            guard serve(id, woken: woken[id] ?? (false, false), at: now) else {
                drop(id, .reset)
                continue
            }
            if let connection = connections[id], connection.toServer.isOver, connection.toClient.isOver {
                drop(id, .close)
            }
        }
    }

    /// False if the connection has to be reset.
    private mutating func serve(_ id: Int, woken: (near: Bool, far: Bool), at now: ContinuousClock.Instant) -> Bool {
        guard var connection = connections.removeValue(forKey: id) else { return true }
        defer {
            records[connection.record].bytesToServer = connection.toServer.delivered
            records[connection.record].bytesToClient = connection.toClient.delivered
            records[connection.record].bytesSwallowed = connection.toServer.swallowed + connection.toClient.swallowed
            connections[id] = connection
        }
        if connection.isConnecting {
            guard woken.far else { return true }
            guard Loopback.pendingError(connection.far) == 0 else { return false }
            connection.isConnecting = false
        }
        if woken.near, connection.toServer.wantsToRead(conditions.toServer, at: now),
            !connection.toServer.read(conditions.toServer, at: now, &buffer)
        {
            return false
        }
        if woken.far, connection.toClient.wantsToRead(conditions.toClient, at: now),
            !connection.toClient.read(conditions.toClient, at: now, &buffer)
        {
            return false
        }
        return connection.toServer.write(conditions.toServer, at: now)
            && connection.toClient.write(conditions.toClient, at: now)
    }

    private mutating func take() {
        while let listener, let near = Loopback.accept(listener) {
            let now = ContinuousClock.now
            let record = records.count
            records.append(RelayedConnection(start: now))
            guard conditions.door == .open, let far = Loopback.connect(to: target) else {
                records[record].end = now
                Loopback.reset(near)
                continue
            }
            connections[record] = Connection(
                record: record, near: near, far: far,
                toServer: RelayFlow(from: near, to: far, now: now), toClient: RelayFlow(from: far, to: near, now: now))
        }
    }

    private mutating func drop(_ id: Int, _ manner: TCPRelay.Cut) {
        guard let connection = connections.removeValue(forKey: id) else { return }
        records[connection.record].end = .now
        for descriptor in [connection.near, connection.far] {
            switch manner {
            case .reset: Loopback.reset(descriptor)
            case .close: Loopback.finish(descriptor)
            }
        }
    }

    private mutating func openOrCloseDoor() throws(BenchError) {
        if conditions.door == .refuses {
            closeDoor()
        } else if listener == nil {
            listener = try Loopback.listen(on: port)
        }
    }

    private mutating func closeDoor() {
        guard let listener else { return }
        // The thread may be waiting for it, and until it wakes a socket that is only closed goes on listening.
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        self.listener = nil
    }
}
