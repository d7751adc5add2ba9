internal import ModbusModel

extension RS485Mode {
    private enum Word: String, CaseIterable {
        case none, kernel
    }

    /// Reads `rs485`: a word, or a mapping that says how the kernel moves the RTS line.
    init(_ value: ValueReader?) {
        guard let value else {
            self = .none
            return
        }
        if case .mapping = value.node.content {
            self = value.mapping(Self.detailed) ?? .none
        } else {
            let word: Word? = value.read(.word)
            self = word == .kernel ? .kernel : .none
        }
    }

    private static func detailed(_ mapping: MappingReader) -> RS485Mode? {
        let mode: Word? = mapping.required("mode", .word)
        let usual = RTSSwitching()
        let delay = Expectation.duration(.zero ... .milliseconds(RTSSwitching.delays.upperBound))
        let switching = RTSSwitching(
            rtsOnSend: mapping.optional("rts_on_send", .truth, default: usual.rtsOnSend),
            rtsAfterSend: mapping.optional("rts_after_send", .truth, default: usual.rtsAfterSend),
            delayBeforeSend: Int(mapping.optional("delay_before_send", delay, default: .zero) / .milliseconds(1)),
            delayAfterSend: Int(mapping.optional("delay_after_send", delay, default: .zero) / .milliseconds(1)),
            receivesWhileSending: mapping.optional(
                "receive_while_sending", .truth, default: usual.receivesWhileSending))
        if switching.rtsOnSend == switching.rtsAfterSend {
            let culprit = mapping["rts_after_send"] ?? mapping["rts_on_send"]
            culprit?.fault(.rtsNeverSwitched(switching.rtsOnSend), .oneTrue)
        }
        return mode == .kernel ? .kernel(switching) : RS485Mode.none
    }
}
