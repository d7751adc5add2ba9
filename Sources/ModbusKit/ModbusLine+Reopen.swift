extension ModbusLine {
    /// Waits until the line can be opened and opens it, or until the deadline or the end of the task.
    ///
    /// - Returns: Whether the line is open.
    @discardableResult
    public func reopen(until deadline: ContinuousClock.Instant) async -> Bool {
        switch settings.way {
        case .serial(let path, _): await reopenPort(path, until: deadline)
        case .network: await reconnect(until: deadline)
        }
        return wire.isOpen
    }

    /// The kernel says when something in the port's folders changes; besides, the port is tried twice a second, for
    /// what nobody says: another program that has given it back.
    private func reopenPort(_ path: String, until deadline: ContinuousClock.Instant) async {
        let watch = PortWatch(port: path)
        while ContinuousClock.now < deadline, !Task.isCancelled {
            // Before the look, so that nothing can happen unnoticed between the two.
            watch.watchFolders()
            if (try? open()) != nil { return }
            watch.waitForChange(atMost: min(.milliseconds(500), ContinuousClock.now.duration(to: deadline)))
            await Task.yield()
        }
    }

    /// Nobody says when a server is back, so it is asked four times a second: one small packet each time.
    private func reconnect(until deadline: ContinuousClock.Instant) async {
        while ContinuousClock.now < deadline, !Task.isCancelled {
            if (try? open(within: ContinuousClock.now.duration(to: deadline))) != nil { return }
            try? await Task.sleep(until: min(.now + .milliseconds(250), deadline), clock: .continuous)
        }
    }
}
