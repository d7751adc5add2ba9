import AgentConfiguration

extension ConfigurationFault.Expected {
    /// What is expected, in Portuguese, as a part of a sentence.
    var portuguese: String {
        switch self {
        case .number(let number, let range): Self.portuguese(number, range)
        case .numberOrNone(let number, let range): "\(Self.portuguese(number, range)), ou none"
        case .oneOf(let values): "um destes: \(values.joined(separator: ", "))"
        case .truth: "true (sim) ou false (não)"
        case .decimal: "um número decimal com ponto, como 0.01"
        case .milliseconds: "um número de milissegundos de 0 a 60000, como 23.5"
        case .duration(let from, let to, let wholeSeconds):
            "uma duração\(wholeSeconds ? " em segundos inteiros" : "") de \(from) a \(to)"
        case .size(let from, let to): "um tamanho de \(from) a \(to)"
        case .text(let text): text.portuguese
        case .path(let path): path.portuguese
        case .host: "um nome de servidor ou um endereço IP"
        case .mac: "um endereço MAC como aa:bb:cc:dd:ee:ff, em minúsculas e com dois-pontos"
        case .endpoint: "uma URL como tcp://192.168.1.20:502 ou rtu+tcp://192.168.1.20:4001"
        case .register: "um registrador como 40001 (0, 1, 3 ou 4, depois o número a partir de 1)"
        case .registerOrTable: "um registrador como 40001, ou então table e address"
        case .bits: "um bit como 3, ou bits como 4-7, de 0 a 63"
        case .codes: "um código para cada valor desejado, como voltage: D01"
        case .mapping: "um grupo de chaves (chave: valor)"
        case .list(let items, let most):
            most.map { "uma lista de 1 a \($0) \(items.portuguese)" } ?? "uma lista com 1 ou mais \(items.portuguese)"
        }
    }

    private static func portuguese(_ number: Number, _ range: ClosedRange<Int>) -> String {
        "\(number.portuguese) de \(range.lowerBound) a \(range.upperBound)"
    }
}

extension ConfigurationFault.Items {
    /// What a list is of, in Portuguese.
    var portuguese: String {
        switch self {
        case .lines: "linhas"
        case .slaves: "escravos"
        case .points: "pontos"
        case .profiles: "perfis"
        case .registers: "registradores"
        case .quantities: "grandezas"
        case .ranges: "faixas"
        case .numbers: "números"
        }
    }
}

extension ConfigurationFault.Expected.Number {
    fileprivate var portuguese: String {
        switch self {
        case .port: "uma porta"
        case .messages: "um número de mensagens"
        case .messagesPerSecond: "um número de mensagens por segundo"
        case .slaveAddress: "um endereço de escravo"
        case .address: "um endereço"
        case .registers: "um número de registradores"
        case .charactersInRegister: "um número de caracteres por registrador"
        case .attempts: "um número de tentativas"
        case .weight: "um peso"
        case .plain: "um número"
        }
    }
}

extension ConfigurationFault.Expected.Text {
    fileprivate var portuguese: String {
        switch self {
        case .lineName: "um nome de 1 a 32 caracteres"
        case .code: "um código de 1 a 64 caracteres"
        case .unit: "uma unidade de até 32 caracteres"
        case .profile: "um perfil como eastron/sdm120"
        case .profileName: "o nome de um perfil"
        case .maker: "o nome do fabricante"
        case .model: "o nome do modelo"
        case .quantityName: "o nome de uma grandeza"
        case .englishName: "um nome em inglês"
        case .portugueseName: "um nome em português"
        case .registersText: "o texto que os registradores trazem"
        case .portPath: "o caminho de uma porta serial"
        case .moment: "o momento da medição"
        }
    }
}

extension ConfigurationFault.Expected.Path {
    fileprivate var portuguese: String {
        switch self {
        case .serialPort: "o caminho de uma porta serial, como /dev/ttyUSB0"
        case .baseline: "o caminho de um arquivo gravado por edge-agent probe quality --save"
        case .profiles: "o caminho de uma pasta de perfis"
        case .spool: "o caminho do banco de dados do spool"
        case .authority: "o caminho do certificado da CA"
        case .certificate: "o caminho do certificado do gateway"
        case .privateKey: "o caminho da chave privada"
        }
    }
}
