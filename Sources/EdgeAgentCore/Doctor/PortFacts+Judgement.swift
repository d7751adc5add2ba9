internal import ModbusKit

extension PortFacts {
    /// What the facts come to, in the order in which a person would look.
    func judged(for person: Doctor.Person) -> [Doctor.LineFinding] {
        switch kind {
        case .missing: return [.missing(others: others)]
        case .other: return [.notSerial]
        case .character: break
        }
        if opening == .notSerial { return [.notSerial] }
        var findings: [Doctor.LineFinding] = [.port(device: device), rights(of: person), use, naming]
        findings.append(adapter.map { .adapter($0) } ?? .noAdapter)
        if let advice {
            findings.append(.slow(device: advice.device, milliseconds: advice.latencyTimer))
        } else if hasTimer {
            findings.append(.quick)
        }
        return findings
    }

    private func rights(of person: Doctor.Person) -> Doctor.LineFinding {
        if mayOpen { return .rights(user: person.name) }
        guard groupMayUse else { return .noGroup(group: groupName, user: person.name) }
        return isListed && !person.groups.contains(group)
            ? .groupNotTaken(group: groupName, user: person.name) : .notInGroup(group: groupName, user: person.name)
    }

    private var use: Doctor.LineFinding {
        if let hold, hold.standing != .lost { return .agentHas(hold.standing, process: hold.process) }
        switch opening {
        case .opened: return .free
        case .busy: return .busy(holders: isPseudoTerminal ? [] : holders)
        case .failed(let code): return .notOpened(code)
        case .notSerial, nil: return .notTried
        }
    }

    /// Only USB adapters change their names from start to start.
    private var naming: Doctor.LineFinding {
        let isPassing = ["/dev/ttyUSB", "/dev/ttyACM"].contains { path.hasPrefix($0) }
        return isPassing ? .passingName(lasting: lastingNames.first) : .lastingName
    }
}
