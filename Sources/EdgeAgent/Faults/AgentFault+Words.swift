import BrokerLink
import BusProbe
import EdgeAgentCore
import ModbusKit

extension AgentFault {
    /// What is wrong, where, and what to do about it.
    var words: Words {
        switch cause {
        case .said: Words(en: description, pt: description)
        case .configuration(let faults): faults.words
        case .certificate(let fault, let place): after(place, fault.words)
        case .identity(let finding, let place): after(place, finding.words)
        case .line(let failure):
            Words(
                en: description,
                pt: "\(failure.isOfNetwork ? "line.url" : "line.port"): \(failure.place): \(failure.portuguese)")
        case .link(let failure): after("broker: ", failure.words)
        case .silence(let time):
            Words(en: description, pt: "broker: não respondeu em \(time.milliseconds / 1000) s; veja o log dele")
        }
    }

    /// A name for machines, which never changes; docs/operating.md lists them.
    var code: String {
        switch cause {
        case .said: "other"
        case .configuration: "configuration"
        case .certificate(let fault, _): Self.code(.identity(.file(fault)))
        case .identity(let finding, _): Self.code(.identity(finding))
        case .line(let failure): "line.\(Self.name(of: failure.kind))"
        case .link(let failure): "broker.\(Self.name(of: failure.cause))"
        case .silence: "broker.silent"
        }
    }

    /// A case for machines: `portMissing` is `port_missing`, `noRS485Mode` is `no_rs485_mode`.
    private static func name(of value: some Any) -> String {
        var (name, wasSmall) = ("", false)
        for letter in Mirror(reflecting: value).children.first?.label ?? "\(value)" {
            if letter.isUppercase, wasSmall || name.last?.isNumber == true { name += "_" }
            name += letter.lowercased()
            wasSmall = letter.isLowercase
        }
        return name
    }

    private static func code(_ finding: Doctor.Finding) -> String { "\(finding.check).\(finding.cause)" }

    /// In English what `description` says, so that it can be found in the manual.
    private func after(_ place: String, _ finding: FindingWords) -> Words {
        let todo = finding.todo.map { "; " + $0.said(in: .portuguese) } ?? ""
        return Words(en: description, pt: place + finding.what.said(in: .portuguese) + todo)
    }
}
