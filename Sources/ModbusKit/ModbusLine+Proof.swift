internal import ModbusModel

extension ModbusLine {
    /// Asks for something whose answer cannot be mistaken: then nothing older is left.
    func settle(
        by distinct: ReadBlock, _ slave: SlaveAddress, _ dialogue: SlaveDialogue, timeout: Duration
    ) throws(ModbusFailure) {
        wire.counted.settlingRequests += 1
        do {
            _ = try exchange(distinct, with: slave, dialogue, timeout: timeout, isTrial: true, isSettling: true)
        } catch {
            // An exception that cannot be mistaken settles as well as values do.
            guard case .exception = error.kind, dialogue.outstanding.isEmpty else { throw error }
        }
    }

    /// Looks whether the answer that was just taken stays the only one, where the line gives reason to doubt it.
    ///
    /// The silence that the next request needs anyway is listened to now. Where another slave owes an answer of this
    /// length, on a line that has misplaced one of late, it could have come under this slave's address: then its own
    /// comes before the answer to a request more.
    func prove(
        _ question: ReadBlock, of slave: SlaveAddress, _ dialogue: SlaveDialogue, others: Set<Int>, timeout: Duration
    ) throws(ModbusFailure) {
        let isOwed = others.contains(question.dataBytes)
        guard
            isOwed || dialogue.isDisturbed || dialogues.values.contains(where: { $0.isDisturbed(within: .seconds(1)) })
        else { return }
        let place = "slave \(slave), \(question)"
        note(try wire.settle())
        if isOwed, dialogue.recent.rival == nil {
            guard let distinct = dialogue.settling(question, avoiding: others) else {
                throw ModbusFailure(.unsettled, at: place)
            }
            dialogue.recent.isHeld = true
            defer { dialogue.recent.isHeld = false }
            try settle(by: distinct, slave, dialogue, timeout: timeout)
        }
        guard let rival = dialogue.recent.rival else { return }
        wire.counted.copies += 1
        let isOfItsFunction = rival[1] == question.table.readFunction
        dialogue.gaveUp(on: question, copy: isOfItsFunction ? rival : nil, at: .now)
        throw ModbusFailure(.copy, at: place)
    }
}
