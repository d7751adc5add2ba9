public import ModbusModel

extension ModbusLine {
    /// Writes coils or holding registers of one slave and reads them back.
    ///
    /// It is sent once, whatever becomes of it: who does not know whether a write arrived must look and decide, and
    /// not write again. There is no broadcast: nobody acknowledges one, and nobody could say what became of it.
    ///
    /// - Parameter timeout: From the end of a request to the answer's first byte.
    /// - Throws: What kept the write from being sent.
    public func write(
        _ request: WriteRequest, to slave: SlaveAddress, timeout: Duration
    ) throws(ModbusFailure) -> WriteOutcome {
        try open()
        if unacknowledgedWrites.contains(slave) {
            // Its late acknowledgement would be taken for this one's; an answer to a read proves that none is left.
            _ = try read(request.readBack, from: slave, timeout: timeout)
        }
        let transport = try readyTransport()
        do throws(ModbusFailure) {
            try acknowledged(request, by: slave, timeout: timeout, on: transport)
        } catch {
            // Acknowledge (5) means accepted and not yet done.
            if case .exception(let code) = error.kind, code != 5 { return .refused(error) }
            return .unknown(error, readBack: try? read(request.readBack, from: slave, timeout: timeout))
        }
        do throws(ModbusFailure) {
            let words = try read(request.readBack, from: slave, timeout: timeout)
            return words == request.words ? .confirmed : .differs(readBack: words)
        } catch {
            return .unverified(error)
        }
    }
}
