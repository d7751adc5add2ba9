import AgentConfiguration
import BrokerLink
import BusProbe
import EdgeAgentCore

extension Doctor.ConfigurationFinding {
    /// What is said of it; a fault of the file is said as `check` says it.
    var words: FindingWords {
        switch self {
        case .right(let path, let lines, let slaves):
            FindingWords(
                Words(
                    en: "\(path) is right: \(lines) line\(lines == 1 ? "" : "s"), "
                        + "\(slaves) slave\(slaves == 1 ? "" : "s")",
                    pt: "\(path) está certo: \(lines) linha\(lines == 1 ? "" : "s"), "
                        + "\(slaves) escravo\(slaves == 1 ? "" : "s")"))
        case .doubtful(let fault):
            FindingWords(
                fault.words,
                todo: Words(
                    en: "change it, or leave it if it is meant", pt: "mude, ou deixe assim se for a intenção"))
        case .wrong(let fault):
            FindingWords(
                fault.words,
                todo: Words(
                    en: "correct this line; docs/configuration.md has every key",
                    pt: "corrija esta linha; docs/configuration.md tem todas as chaves"))
        case .unreadable(let fault):
            // What to do stands below it.
            FindingWords(
                Words(
                    en: fault.said(fault.message, nil), pt: fault.said(fault.problemWords.said(in: .portuguese), nil)),
                todo: Words(
                    en: "name the right file with --config, or have it written: edge-agent probe config",
                    pt: "indique o arquivo certo com --config, ou mande escrevê-lo: edge-agent probe config"))
        case .forbidden(let path):
            FindingWords(
                Words(en: "this user may not read \(path)", pt: "este usuário não pode ler \(path)"),
                todo: Words(
                    en: "sudo edge-agent doctor --config \(path)",
                    pt: "rode com sudo: sudo edge-agent doctor --config \(path)"))
        }
    }
}

extension Doctor.IdentityFinding {
    /// What is said of it.
    var words: FindingWords {
        switch self {
        case .filesGood:
            FindingWords(
                Words(
                    en: "certificate, key and CA can be read, and the key fits",
                    pt: "certificado, chave e CA são legíveis, e a chave confere"))
        case .otherAuthority(let ca, let certificate):
            FindingWords(
                Words(
                    en: "\(certificate) was not signed by the CA in \(ca)",
                    pt: "\(certificate) não foi assinado pela CA de \(ca)"),
                todo: Words(
                    en: "take both from one authority, unless the broker trusts another one for gateways",
                    pt: "use os dois da mesma autoridade, a não ser que o broker confie em outra para gateways"))
        case .file(let fault): fault.words
        case .named(let mac):
            FindingWords(Words(en: "it names this gateway, \(mac)", pt: "é o deste gateway, \(mac)"))
        case .noGateway(let name, let proposal):
            FindingWords(
                Words(
                    en: "the common name \"\(name)\" is no MAC in lower case with colons",
                    pt: "o nome comum \"\(name)\" não é um MAC em minúsculas com dois-pontos"),
                todo: Words(
                    en: "have it issued for \"\(proposal ?? "aa:bb:cc:dd:ee:ff")\"",
                    pt: "peça a emissão para \"\(proposal ?? "aa:bb:cc:dd:ee:ff")\""))
        case .otherGateway(let certificate, let configuration):
            FindingWords(
                Words(
                    en: "the certificate is for \(certificate), and gateway.mac is \(configuration)",
                    pt: "o certificado é de \(certificate), e gateway.mac é \(configuration)"),
                todo: Words(
                    en: "correct gateway.mac or leave it out, or take this gateway's own certificate",
                    pt: "corrija ou retire gateway.mac, ou use o certificado deste gateway"))
        case .valid(let until, let days):
            FindingWords(
                Words(
                    en: "valid until \(until.day), \(days) days from now",
                    pt: "válido até \(until.day), mais \(days) dias"))
        case .endsSoon(let until, let days):
            FindingWords(
                Words(
                    en: "it ends on \(until.day), \(days) days from now", pt: "termina em \(until.day), em \(days) dias"
                ),
                todo: Words(en: "have a new one issued now", pt: "peça a emissão de um novo já"))
        case .ended(let end):
            FindingWords(
                Words(en: "it ended at \(end.utc)", pt: "terminou em \(end.utc)"),
                todo: Words(
                    en: "have a new one issued; if the clock is ahead, set it",
                    pt: "peça a emissão de um novo; se o relógio estiver adiantado, acerte-o"))
        case .notYetValid(let begins, let now):
            FindingWords(
                Words(
                    en: "it begins at \(begins.utc), and the clock says \(now.utc)",
                    pt: "começa em \(begins.utc), e o relógio diz \(now.utc)"),
                todo: Words(en: "set the clock: timedatectl", pt: "acerte o relógio: timedatectl"))
        }
    }
}

extension CertificateFault {
    /// What is said of a certificate, a key or a CA file that is at fault.
    var words: FindingWords {
        switch problem {
        case .missing:
            FindingWords(
                Words(en: "\(file): there is no such file", pt: "\(file): o arquivo não existe"),
                todo: Words(
                    en: "put it there, or correct its path in the configuration",
                    pt: "coloque-o ali, ou corrija o caminho na configuração"))
        case .unreadable(let code):
            FindingWords(
                Words(en: "\(file) cannot be read (errno \(code))", pt: "\(file) não pode ser lido (errno \(code))"),
                todo: Words(
                    en: "run the doctor with sudo; if the agent cannot read it either: chgrp edge-agent \(file)",
                    pt: "rode o doctor com sudo; se o agente também não consegue ler: chgrp edge-agent \(file)"))
        case .notPEM:
            FindingWords(
                Words(
                    en: "\(file) holds nothing in PEM form that fits",
                    pt: "\(file) não contém nada no formato PEM que sirva"),
                todo: Words(
                    en: "copy the whole file again, with its lines -----BEGIN and -----END",
                    pt: "copie o arquivo inteiro de novo, com as linhas -----BEGIN e -----END"))
        case .keyEncrypted:
            FindingWords(
                Words(en: "the key \(file) is encrypted", pt: "a chave \(file) está cifrada"),
                todo: Words(
                    en: "store it without a password: openssl pkey -in \(file) -out NEW",
                    pt: "guarde-a sem senha: openssl pkey -in \(file) -out NOVA"))
        case .keyDoesNotFit:
            FindingWords(
                Words(
                    en: "the key \(file) does not belong to the certificate",
                    pt: "a chave \(file) não pertence ao certificado"),
                todo: Words(
                    en: "take key and certificate of one gateway, or have both issued anew",
                    pt: "use chave e certificado do mesmo gateway, ou peça os dois de novo"))
        case .keyOpenToAll:
            FindingWords(
                Words(
                    en: "the key \(file) is open to every user of this machine",
                    pt: "a chave \(file) está aberta a todos os usuários da máquina"),
                todo: Words(en: "take the right away: chmod o= \(file)", pt: "retire a permissão: chmod o= \(file)"))
        case .incomplete:
            FindingWords(
                Words(
                    en: "\(file) has no common name or no readable dates",
                    pt: "\(file) não tem nome comum ou datas legíveis"),
                todo: Words(en: "have it issued again", pt: "peça a emissão de novo"))
        }
    }
}
