import AgentConfiguration
import BusProbe

extension ConfigurationFault {
    /// The whole line: place and key are the same in both languages.
    var words: Words { Words(en: description, pt: said(problem.portuguese, advice?.portuguese)) }

    /// What is wrong, without the place.
    var problemWords: Words { Words(en: message, pt: problem.portuguese) }

    /// What to do; nil where that cannot be said.
    var adviceWords: Words? { advice.map { Words(en: hint ?? "", pt: $0.portuguese) } }
}

extension ConfigurationFaults {
    /// One line for each fault.
    var words: Words {
        Words(en: description, pt: faults.map { $0.words.said(in: .portuguese) }.joined(separator: "\n"))
    }
}
