import BusProbe
import EdgeAgentCore

extension Doctor.ClockFinding {
    /// What is said of it.
    var words: FindingWords {
        switch self {
        case .judged(let state, let byAgent, let now): judged(state, byAgent, now)
        case .hardwareClock:
            FindingWords(Words(en: "there is one, and it agrees", pt: "existe, e concorda"))
        case .hardwareClockApart(let seconds):
            FindingWords(
                Words(
                    en: "it is \(seconds) s away from the clock, and counts for none",
                    pt: "está a \(seconds) s do relógio, e não conta"),
                todo: Words(
                    en: "set the clock, then sudo hwclock -w; if it is wrong again after power off, change its battery",
                    pt: "acerte o relógio, depois sudo hwclock -w; se errar de novo sem energia, troque a bateria"))
        case .noHardwareClock:
            FindingWords(
                Words(
                    en: "there is none; after a start the time comes from the network, and readings wait for it",
                    pt: "não há; depois de ligar, a hora vem da rede, e as leituras esperam por ela"))
        case .nothingKeepsTime:
            FindingWords(
                Words(en: "there is none, and no time service either", pt: "não há, e nenhum serviço de hora tampouco"),
                todo: Words(
                    en: "sudo timedatectl set-ntp true, or fit a clock module",
                    pt: "rode sudo timedatectl set-ntp true, ou instale um módulo de relógio"))
        }
    }

    private func judged(_ state: ClockState, _ byAgent: Bool, _ now: Int64) -> FindingWords {
        let who =
            byAgent ? Words(en: ", says the running agent", pt: ", diz o agente em execução") : Words(en: "", pt: "")
        func says(_ words: Words) -> Words {
            Words(
                en: "\(now.utc): \(words.said(in: .english))\(who.said(in: .english))",
                pt: "\(now.utc): \(words.said(in: .portuguese))\(who.said(in: .portuguese))")
        }
        switch state {
        case .synchronised: return FindingWords(says(Words(en: "trusted, synchronised", pt: "confiável, sincronizado")))
        case .kept:
            return FindingWords(
                says(Words(en: "trusted, a hardware clock keeps it", pt: "confiável, mantido por relógio de hardware")))
        case .assumed:
            return FindingWords(
                says(Words(en: "trusted, because clock.trust says so", pt: "confiável, porque clock.trust assim diz")))
        case .unattended:
            return FindingWords(
                says(Words(en: "taken as it is: nothing here will set it", pt: "aceito como está: nada aqui o acerta")),
                todo: Words(
                    en: "compare it with your watch; sudo timedatectl set-ntp true has the network set it",
                    pt: "compare com seu relógio; sudo timedatectl set-ntp true faz a rede acertá-lo"))
        case .past:
            return FindingWords(
                says(
                    Words(
                        en: "not trusted, it is behind a moment that has passed",
                        pt: "não confiável, está atrás de um momento já passado")),
                todo: Words(
                    en: "timedatectl set-time, or mend NTP; readings are kept and dated when it is set",
                    pt: "use timedatectl set-time, ou conserte o NTP; as leituras ficam guardadas e são datadas depois")
            )
        case .waiting:
            return FindingWords(
                says(Words(en: "not trusted, not synchronised yet", pt: "não confiável, ainda não sincronizado")),
                todo: Words(
                    en:
                        "timedatectl timesync-status says whether the time server is reached; readings are kept meanwhile",
                    pt: "timedatectl timesync-status diz se o servidor de hora é alcançado; as leituras ficam guardadas"
                ))
        }
    }
}
