extension Verdict {
    /// A name for machines, which never changes.
    public var name: String {
        switch self {
        case .answers: "answers"
        case .exception: "exception"
        case .broken: "broken"
        case .twoVoices: "two_at_once"
        case .echoOnly: "echo_only"
        case .silence: "silence"
        }
    }

    /// What became of the question, for a person.
    public var words: Words {
        switch self {
        case .answers: Words(en: "answers", pt: "responde")
        case .exception(let code):
            Words(en: "answers with exception \(code): it is there", pt: "responde com exceção \(code): está presente")
        case .broken:
            Words(
                en: "bytes with a bad checksum: it is there; the line is bad, or the setting is wrong",
                pt: "bytes com checksum errado: está presente; linha ruim ou configuração errada")
        case .twoVoices:
            Words(
                en: "two answer at once: give one of them another address",
                pt: "dois respondem juntos: mude o endereço de um")
        case .echoOnly: Words(en: "only our own echo", pt: "só o nosso próprio eco")
        case .silence: Words(en: "silence", pt: "silêncio")
        }
    }
}

extension Heard {
    /// What was heard so far, in one line of a terminal.
    public var words: Words {
        let list = slaves.map(String.init).joined(separator: ", ")
        if bytes == 0 { return Words(en: "listening at \(setting): silence", pt: "escutando a \(setting): silêncio") }
        if frames == 0 {
            return Words(
                en: "listening at \(setting): \(bytes) bytes, no whole frame",
                pt: "escutando a \(setting): \(bytes) bytes, nenhum quadro inteiro")
        }
        return Words(
            en: "listening at \(setting): \(bytes) bytes, \(frames) frame\(frames == 1 ? "" : "s"), of slave"
                + "\(slaves.count == 1 ? "" : "s") \(list)",
            pt: "escutando a \(setting): \(bytes) bytes, \(frames) quadro\(frames == 1 ? "" : "s"), escravo"
                + "\(slaves.count == 1 ? "" : "s") \(list)")
    }
}

extension ScanReport.Beginning {
    /// What was heard before the first question, for a person; nil for silence.
    public var words: Words? {
        switch self {
        case .silent: nil
        case .master(let slaves):
            Words(
                en:
                    "another master is at work on this line (it asks \(slaves.map(String.init).joined(separator: ", "))); "
                    + "stop it first, two masters destroy each other's frames",
                pt:
                    "há outro mestre trabalhando nesta linha (pergunta a \(slaves.map(String.init).joined(separator: ", "))); "
                    + "pare-o antes, dois mestres destroem os quadros um do outro")
        case .noise(let bytes):
            Words(
                en: "\(bytes) bytes came although nobody asked: noise, or somebody who speaks with another setting",
                pt: "\(bytes) bytes chegaram sem ninguém pedir: ruído, ou alguém que fala com outra configuração")
        }
    }
}

extension ScanReport {
    /// What to do when nobody, or nobody cleanly, was found.
    public var advice: Words? {
        if !present.isEmpty { return nil }
        if findings.contains(where: { $0.verdict == .broken }) {
            return Words(
                en: "somebody is there; edge-agent probe diagnose says what is wrong with the line",
                pt: "há alguém na linha; edge-agent probe diagnose diz o que há de errado com ela")
        }
        if left != nil { return nil }
        return Words(
            en:
                "nobody answers: check power, the wires A and B (try them swapped), and the address in the meter's menu; "
                + "probe scan --settings all tries every speed and parity",
            pt: "ninguém responde: verifique energia, os fios A e B (tente trocar) e o endereço no menu do medidor; "
                + "probe scan --settings all tenta todas as velocidades e paridades")
    }
}

extension ProbeFault {
    /// What stands in the way, and what to do.
    public var words: Words {
        switch kind {
        case .missing:
            Words(
                en:
                    "\(port): no such port; is the adapter plugged in? ls /dev/serial/by-id shows the adapters that are",
                pt: "\(port): porta inexistente; o adaptador está conectado? ls /dev/serial/by-id mostra os que estão")
        case .busy:
            Words(
                en: "\(port): another program has the port; fuser -v \(port) names it",
                pt: "\(port): outro programa está usando a porta; fuser -v \(port) mostra qual")
        case .notPermitted:
            Words(
                en: "\(port): this user may not open it; sudo usermod -aG dialout $USER, then log in again",
                pt: "\(port): este usuário não pode abri-la; sudo usermod -aG dialout $USER e entre de novo")
        case .notASerialPort:
            Words(en: "\(port): this is no serial port", pt: "\(port): isto não é uma porta serial")
        case .speed(let baud):
            Words(
                en: "\(port): the adapter does not know \(baud) bit/s",
                pt: "\(port): o adaptador não aceita \(baud) bit/s")
        case .lost:
            Words(
                en: "\(port): the port failed (errno \(code)); was the adapter unplugged?",
                pt: "\(port): a porta falhou (errno \(code)); o adaptador foi desconectado?")
        }
    }
}
