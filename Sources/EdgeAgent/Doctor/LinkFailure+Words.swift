import BrokerLink
import BusProbe
import EdgeAgentCore

extension LinkFailure {
    /// What is said of it: in English what the log says, so that one can be found by the other.
    var words: FindingWords {
        let (what, todo) = portuguese
        return FindingWords(
            Words(en: "\(detail) [\(code)]", pt: "\(what) [\(code)]"), todo: Words(en: advice, pt: todo))
    }

    private var portuguese: (String, String) {
        switch cause {
        case .files, .nameUnknown, .noNameServer, .portRefused, .noRoute, .addressSilent, .network: beforeTLS
        case .brokerNotYetValid, .brokerExpired, .otherHost, .otherAuthority, .brokerCertificate, .notTLS, .handshake:
            inTLS
        case .revoked, .expired, .authorityUnknown, .certificateRefused, .refused, .thrownOut, .silent, .lost: afterTLS
        }
    }

    private var beforeTLS: (String, String) {
        switch cause {
        case .files:
            ("os arquivos do certificado não podem ser usados", "corrija o que foi dito acima sobre os arquivos")
        case .nameUnknown:
            ("o nome do broker não existe", "verifique a grafia de broker.host, e se o DNS o conhece")
        case .noNameServer:
            ("o nome do broker não pôde ser resolvido", "verifique a rede e o servidor DNS; o nome pode estar certo")
        case .portRefused:
            (
                "o broker recusa a conexão: nada escuta nessa porta",
                "verifique se o broker está no ar, e broker.port; 8883 é o usual para TLS"
            )
        case .noRoute:
            ("não há caminho até a rede do broker", "verifique o enlace e a rota: ip route")
        case .addressSilent:
            ("nada responde no endereço do broker", "verifique os firewalls no caminho, e broker.host")
        default: ("sem conexão com o broker", "verifique a rede")
        }
    }

    private var inTLS: (String, String) {
        switch cause {
        case .brokerNotYetValid:
            (
                "o certificado do broker ainda não vale\(brokerValidity.map { ": começa em \($0.notBefore.utc)" } ?? "")",
                "acerte o relógio: verifique o NTP, ou a bateria do relógio"
            )
        case .brokerExpired:
            (
                "o certificado do broker venceu\(brokerValidity.map { " em \($0.notAfter.utc)" } ?? "")",
                "peça a renovação do certificado do broker; se o nosso relógio estiver adiantado, verifique o NTP"
            )
        case .otherHost:
            (
                "o certificado do broker é de outro nome",
                "ajuste broker.host para um nome do certificado, ou peça um que contenha este nome"
            )
        case .otherAuthority:
            (
                "o certificado do broker não foi assinado por uma CA do nosso arquivo",
                "compare o emissor do certificado do broker com broker.ca: um dos dois está errado"
            )
        case .brokerCertificate:
            ("o certificado do broker foi recusado", "peça que o certificado do broker seja examinado")
        case .notTLS: ("o que escuta nessa porta não fala TLS", "a porta não é a de TLS do broker; 8883 é a usual")
        default:
            (
                "a conexão terminou durante o handshake TLS",
                "veja o log do broker; um proxy ou firewall no caminho pode cortar conexões"
            )
        }
    }

    private var afterTLS: (String, String) {
        switch cause {
        case .revoked: ("o broker recusa o nosso certificado: revogado", "está na lista de revogação: peça um novo")
        case .expired:
            (
                "o broker recusa o nosso certificado: vencido",
                "peça um novo; uma lista de revogação vencida no broker recusa todos com a mesma palavra"
            )
        case .authorityUnknown:
            (
                "o broker não conhece a CA que assinou o nosso certificado",
                "use o certificado e a CA da mesma autoridade do broker"
            )
        case .certificateRefused:
            (
                "o broker recusa o nosso certificado",
                "compare o certificado com o que o broker espera; o log dele diz mais"
            )
        case .refused(let reason):
            ("o broker recusa a sessão: motivo \(reason)", "o log do broker diz por que ele recusou")
        case .thrownOut(let reason):
            ("o broker encerrou a sessão: motivo \(reason)", "o log do broker diz por que ele encerrou")
        case .silent: ("o broker não responde", "o broker travou, ou o que escuta ali não é um broker MQTT")
        default: ("a conexão com o broker caiu", "verifique o enlace, e veja o log do broker")
        }
    }
}
