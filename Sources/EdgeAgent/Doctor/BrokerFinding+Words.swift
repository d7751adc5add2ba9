import BrokerLink
import BusProbe
import EdgeAgentCore

extension Doctor.BrokerFinding {
    /// What is said of it.
    var words: FindingWords {
        switch self {
        case .nameFound, .reached, .encrypted, .certificateValid, .certificateEndsSoon, .welcomed: passed
        case .failed(_, let failure): failure.words
        case .published, .unheard, .publishDenied, .subscribed, .subscribeDenied: rights
        case .nameTooSlow(let host):
            FindingWords(
                Words(
                    en: "\(host): no name server answered in 30 s",
                    pt: "\(host): nenhum servidor de nomes respondeu em 30 s"),
                todo: Words(
                    en: "check the uplink and its DNS server: resolvectl status",
                    pt: "verifique o enlace e o servidor DNS: resolvectl status"))
        case .notTried:
            FindingWords(
                Words(en: "not tried: mend what comes before it", pt: "não testado: corrija primeiro o que vem antes"))
        case .offline: FindingWords(Words(en: "not tried: --offline", pt: "não testado: --offline"))
        }
    }

    private var passed: FindingWords {
        switch self {
        case .nameFound(let host):
            FindingWords(Words(en: "\(host) has an address", pt: "\(host) tem endereço"))
        case .reached(let host, let port):
            FindingWords(Words(en: "\(host) takes connections on \(port)", pt: "\(host) aceita conexões em \(port)"))
        case .encrypted(let security):
            FindingWords(
                Words(
                    en: "both sides have proved who they are" + (security.map { ", \($0)" } ?? ""),
                    pt: "os dois lados provaram quem são" + (security.map { ", \($0)" } ?? "")))
        case .certificateEndsSoon(let until, let days):
            FindingWords(
                Words(
                    en: "the broker's ends on \(until.day), \(days) days from now: then every gateway is off",
                    pt: "o do broker termina em \(until.day), em \(days) dias: aí todos os gateways caem"),
                todo: Words(
                    en: "tell whoever runs the broker to renew it now", pt: "avise quem cuida do broker para renovar já"
                ))
        case .certificateValid(let until?, let days?):
            FindingWords(
                Words(
                    en: "the broker's is valid until \(until.day), \(days) days from now",
                    pt: "o do broker é válido até \(until.day), mais \(days) dias"))
        case .welcomed(let client):
            FindingWords(Words(en: "it welcomes us as \(client)", pt: "ele nos aceita como \(client)"))
        default: FindingWords(Words(en: "the broker's is valid", pt: "o do broker é válido"))
        }
    }

    private var rights: FindingWords {
        switch self {
        case .published(let topic):
            FindingWords(Words(en: "granted, \(topic)", pt: "concedido, \(topic)"))
        case .unheard(let topic):
            FindingWords(
                Words(
                    en: "granted, but nobody listens to \(topic) (reason 16)",
                    pt: "concedido, mas ninguém escuta \(topic) (motivo 16)"),
                todo: Words(
                    en: "ask whether the consumer on the server runs",
                    pt: "pergunte se o consumidor no servidor está no ar"))
        case .publishDenied(let topic, let reason):
            FindingWords(
                Words(en: "denied, \(topic): reason \(reason)", pt: "negado, \(topic): motivo \(reason)"),
                todo: reason.advice)
        case .subscribeDenied(let filter, let reason):
            FindingWords(
                Words(en: "denied, \(filter): reason \(reason)", pt: "negado, \(filter): motivo \(reason)"),
                todo: reason.advice)
        case .subscribed(let filter):
            FindingWords(
                Words(
                    en: "confirmed, \(filter); only a command shows that the ACL lets it through",
                    pt: "confirmado, \(filter); só um comando mostra que a ACL o deixa passar"))
        default: FindingWords(Words(en: "rights", pt: "direitos"))
        }
    }
}

extension ReasonCode {
    /// What to do about a refusal.
    var advice: Words {
        switch self {
        case .notAuthorized:
            Words(
                en: "the broker's ACL: its patterns must grant this topic to the certificate's name, in lower case",
                pt: "a ACL do broker: os padrões devem liberar este tópico ao nome do certificado, em minúsculas")
        default:
            Words(en: likelyCause ?? "look at the broker's log", pt: "o log do broker diz por que ele recusou")
        }
    }
}
