extension LineEngine {
    /// What the callers have asked for since the last look.
    func takeCommands() -> [LineState.Command] {
        state.withLock { state in
            defer { state.commands = [] }
            return state.commands
        }
    }

    /// Does as told; false where the line ends.
    func carryOut(_ command: LineState.Command) -> Bool {
        switch command {
        case .unplug(let reply):
            close()
            reply.give()
        case .replug(let reply):
            reply.give(replug())
        case .transmit(let bytes):
            if port != nil, !bytes.isEmpty {
                transmitter.add(.init(origin: .stray, start: Pacer.now(), bytes: bytes))
            }
        case .stop:
            close()
            state.withLock { $0.link = nil }
            return false
        }
        return true
    }

    /// Takes the adapter away; what was on the wire is lost, what the slaves know is not.
    private func close() {
        port = nil
        arriving = []
        receiver.reset()
        transmitter = Transmitter(wire: wire, packetSize: settings.packetSizeOnWire)
        for id in desks.keys {
            desks[id]?.inbox = []
            desks[id]?.open = nil
        }
        state.withLock {
            $0.isPlugged = false
            if let link = $0.link { DeviceLink.remove(at: link) }
        }
    }

    private func replug() -> SimulatorError? {
        guard port == nil else { return nil }
        do throws(SimulatorError) {
            let fresh = try settings.openPort(atPort: lastPort)
            let path = fresh.path
            port = fresh
            try state.withLock { (state) throws(SimulatorError) in
                state.path = path
                state.isPlugged = true
                if let link = state.link { try DeviceLink.make(at: link, to: path) }
            }
            return nil
        } catch {
            return error
        }
    }
}
