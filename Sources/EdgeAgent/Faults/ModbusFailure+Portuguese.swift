import ModbusKit

extension ModbusFailure {
    /// What happened and what to do about it, in Portuguese.
    var portuguese: String {
        switch kind {
        case .portMissing:
            "porta inexistente; o adaptador está conectado? ls /dev/serial/by-id mostra os que estão"
        case .portBusy: "outro programa está usando a porta; fuser -v mostra qual"
        case .portLent: "a porta está emprestada a uma sonda; a leitura continua quando ela terminar"
        case .portNotPermitted: "este usuário não pode abrir a porta; portas seriais são do grupo dialout"
        case .notASerialPort: "isto não é uma porta serial"
        case .noRS485Mode:
            "este adaptador não conhece o modo RS-485 do kernel; se ele comuta sozinho, use line.rs485: none"
        case .otherRS485Mode(let parts):
            "o driver deste adaptador não aceita o modo RS-485 configurado: \(parts); mude line.rs485 para o que ele faz"
        case .portLost: "a porta falhou (errno \(code)); o adaptador foi desconectado?"
        case .hostUnknown:
            "o nome não tem endereço; confira o nome e o servidor de nomes, ou escreva o endereço IP"
        case .unreachable:
            "sem conexão (errno \(code)); o servidor serial está ligado, e o endereço e o caminho até ele estão certos?"
        case .connectionRefused:
            "conexão recusada; o serviço do servidor serial está ligado, e a porta está certa?"
        case .connectionLost:
            "o outro lado fechou a conexão; o servidor serial aceita só um mestre, ou reiniciou?"
        case .neverSilent: "a linha nunca fica em silêncio; há outro mestre, ou um escravo que não para de falar?"
        case .timeout:
            "sem resposta a tempo; confira a energia do escravo, o endereço, os fios A e B, velocidade e paridade"
        case .badChecksum:
            "resposta com checksum errado; confira velocidade e paridade, terminação e polarização, e se não há "
                + "dois escravos com o mesmo endereço"
        case .truncated: "resposta interrompida; confira a fiação, e se ninguém fala ao mesmo tempo"
        case .unexpectedAnswer: "chegou algo que não responde à pergunta; foi descartado"
        case .copy: "os mesmos bytes responderam outra pergunta; descartados, pois podem ser uma cópia"
        case .exception(let code): "exceção \(code)"
        case .offline: "fora do ar; será consultado de novo mais tarde"
        case .unsettled: "não foi consultado: a resposta de uma pergunta antiga ainda pode chegar"
        case .cycleOver: "o ciclo acabou antes de nova tentativa"
        case .notANumber: "o registrador traz NaN ou infinito, que não são valores"
        case .unconfirmed:
            "nunca leu o mesmo duas vezes seguidas; confirm: true é para valores que não mudam a cada pergunta"
        }
    }
}
