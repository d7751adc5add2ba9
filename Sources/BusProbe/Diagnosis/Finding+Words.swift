extension Finding {
    /// What was found.
    public var verdict: Words {
        switch self {
        case .fine:
            Words(
                en: "all fine: every question was answered cleanly",
                pt: "tudo certo: todas as perguntas tiveram resposta limpa")
        case .anotherMaster(let slaves):
            Words(
                en: "another master is at work and asks \(Self.list(slaves, "slave", "slaves"))",
                pt: "outro mestre está na linha e pergunta \(Self.list(slaves, "ao escravo", "aos escravos"))")
        case .swappedWires: Words(en: "A and B are swapped", pt: "A e B estão trocados")
        case .noBias:
            Words(en: "the line floats at rest: no bias", pt: "a linha flutua em repouso: sem polarização (bias)")
        case .termination:
            Words(
                en: "reflections: termination missing or doubled, or a bad joint",
                pt: "reflexões: terminação ausente ou em dobro, ou emenda ruim")
        case .wrongSpeed(let setting?, let slaves):
            Words(
                en: "wrong speed: \(Self.list(slaves, "slave", "slaves")) at \(setting)",
                pt: "velocidade errada: \(Self.list(slaves, "escravo", "escravos")) em \(setting)")
        case .wrongParity(let setting?, let slaves):
            Words(
                en: "wrong parity: \(Self.list(slaves, "slave", "slaves")) at \(setting)",
                pt: "paridade errada: \(Self.list(slaves, "escravo", "escravos")) em \(setting)")
        case .wrongSpeed(nil, let slaves):
            Words(
                en: "wrong speed, and none of the usual ones: \(Self.list(slaves, "slave", "slaves"))",
                pt: "velocidade errada, e nenhuma das usuais: \(Self.list(slaves, "escravo", "escravos"))")
        case .wrongParity(nil, let slaves):
            Words(
                en: "wrong parity: \(Self.list(slaves, "slave", "slaves"))",
                pt: "paridade errada: \(Self.list(slaves, "escravo", "escravos"))")
        case .twoSlaves(let slave):
            Words(en: "two slaves have the address \(slave)", pt: "dois escravos têm o endereço \(slave)")
        case .echo: Words(en: "the adapter echoes what it sends", pt: "o adaptador devolve o que envia (eco)")
        case .latency(let milliseconds):
            Words(
                en: "the adapter hands bytes over \(milliseconds) ms late",
                pt: "o adaptador entrega os bytes com \(milliseconds) ms de atraso")
        case .nothingConnected:
            Words(
                en: "nobody is heard: nothing seems to be connected",
                pt: "ninguém responde: parece não haver nada ligado")
        case .slaveSilent(let slave):
            Words(
                en: "slave \(slave) is silent, others answer", pt: "o escravo \(slave) não responde, outros respondem")
        case .otherAddress(let slaves):
            Words(
                en: "not at this address: \(Self.list(slaves, "slave", "slaves")) answers",
                pt: "não neste endereço: quem responde é \(Self.list(slaves, "o escravo", "os escravos"))")
        case .losesAnswers(let slave):
            Words(en: "slave \(slave) often gives no answer", pt: "o escravo \(slave) muitas vezes não responde")
        case .slow(let slave, let milliseconds):
            Words(
                en: "slave \(slave) takes up to \(milliseconds) ms to answer",
                pt: "o escravo \(slave) leva até \(milliseconds) ms para responder")
        case .disturbance:
            Words(en: "bytes that nobody asked for: a disturbance", pt: "bytes que ninguém pediu: interferência")
        }
    }

    /// What to do next.
    public var nextStep: Words {
        switch self {
        case .fine: Words(en: "nothing to do", pt: "nada a fazer")
        case .anotherMaster:
            Words(
                en: "stop the other master (a PLC, a gateway, a laptop) or take it off the line; a line has one master",
                pt: "pare o outro mestre (CLP, gateway, notebook) ou retire-o da linha; uma linha tem um só mestre")
        case .swappedWires:
            Words(
                en: "swap the two wires at the adapter; if only some slaves answer, swap at the others",
                pt: "troque os dois fios no adaptador; se só alguns escravos respondem, troque nos outros")
        case .noBias:
            Words(
                en: "bias at one place: 560 ohm from A to +5 V and from B to ground; connect the common wire (GND)",
                pt: "polarize em um só ponto: 560 ohms de A ao +5 V e de B ao terra; ligue o fio comum (GND)")
        case .termination:
            Words(
                en:
                    "120 ohm at both ends of the cable and nowhere else (power off: about 60 ohm from A to B); no stars; tighten the joints",
                pt:
                    "120 ohms nas duas pontas do cabo e em nenhum outro lugar (sem energia: uns 60 ohms entre A e B); sem estrela; aperte as emendas"
            )
        case .wrongSpeed(nil, _), .wrongParity(nil, _):
            Words(
                en: "read speed and parity in the meter's menu and give them with --baud and --format",
                pt: "leia velocidade e paridade no menu do medidor e informe com --baud e --format")
        case .wrongSpeed(let setting?, _), .wrongParity(let setting?, _):
            Words(
                en: "set the configuration to \(setting), or the slave to what the configuration has",
                pt: "ajuste a configuração para \(setting), ou o escravo para o que está na configuração")
        case .twoSlaves(let slave):
            Words(
                en: "take one of the two slaves \(slave) off the line and give the other a new address",
                pt: "retire um dos dois escravos \(slave) da linha e dê outro endereço ao que ficou")
        case .echo:
            Words(
                en:
                    "switch the echo off at the adapter (jumper, or RE and DE tied together); readings are right with it, but slower",
                pt:
                    "desligue o eco no adaptador (jumper, ou RE e DE unidos); as leituras ficam certas com ele, porém mais lentas"
            )
        case .latency:
            Words(
                en: "set the adapter's latency timer to 1 ms (docs/installing.md has the udev rule)",
                pt: "ajuste o latency timer do adaptador para 1 ms (a regra udev está em docs/instalacao.pt-BR.md)")
        case .nothingConnected:
            Words(
                en:
                    "check in this order: power at the meter, A and B at both ends (try them swapped), the address and speed in the meter's menu",
                pt:
                    "verifique nesta ordem: energia no medidor, A e B nas duas pontas (tente trocar), endereço e velocidade no menu do medidor"
            )
        case .slaveSilent:
            Words(
                en: "check this slave's power, its own two wires, its address and its speed",
                pt: "verifique a energia deste escravo, os dois fios dele, o endereço e a velocidade")
        case .otherAddress:
            Words(
                en: "write this address into the configuration, or change it in the slave's menu",
                pt: "coloque este endereço na configuração, ou mude-o no menu do escravo")
        case .losesAnswers:
            Words(
                en: "tighten this slave's joints, check its power supply; measure again with probe quality",
                pt: "aperte as emendas deste escravo, verifique a alimentação; meça de novo com probe quality")
        case .slow:
            Words(
                en: "set slaves[].timeout to what probe quality proposes",
                pt: "ajuste slaves[].timeout para o valor que probe quality propõe")
        case .disturbance:
            Words(
                en:
                    "keep the cable away from power cables and drives, ground its shield at one end; take slaves off one by one",
                pt:
                    "afaste o cabo de cabos de força e inversores, aterre a malha em uma só ponta; retire escravos um a um"
            )
        }
    }

    private static func list(_ slaves: [UInt8], _ one: String, _ many: String) -> String {
        "\(slaves.count == 1 ? one : many) \(slaves.map(String.init).joined(separator: ", "))"
    }
}
