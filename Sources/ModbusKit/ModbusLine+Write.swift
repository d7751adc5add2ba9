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
        note(try wire.settle())
        do throws(ModbusFailure) {
            try acknowledged(request, by: slave, timeout: timeout)
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

    /// Sends a write and waits for its acknowledgement.
    private func acknowledged(
        _ request: WriteRequest, by slave: SlaveAddress, timeout: Duration
    ) throws(ModbusFailure) {
        let place = "slave \(slave), \(request)"
        var receiver = WriteReceiver(to: request, of: slave, lineEchoes: wire.counted.echoes > 0)
        unacknowledgedWrites.insert(slave)
        let (end, ear) = try wire.exchange(
            Checksum.sealed([slave.rawValue] + request.body), timeout: timeout, usual: ResponseTimes(), into: &receiver)
        switch end {
        case .answer(let answer):
            unacknowledgedWrites.remove(slave)
            guard case .exception(let code) = answer else {
                wire.counted.answers += 1
                return
            }
            wire.counted.exceptions += 1
            throw ModbusFailure(.exception(code), code: Int32(code), at: place)
        case .silence:
            let isTimeout = receiver.rubbish == .nothing
            if isTimeout { wire.counted.timeouts += 1 } else { wire.counted.brokenAnswers += 1 }
            note(try wire.cleanUp(lastByte: ear.lastByte))
            throw ModbusFailure(isTimeout ? .timeout : .unexpectedAnswer, at: place)
        case .babble, .gone: throw wire.broken(end)
        }
    }
}
