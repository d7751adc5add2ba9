import BusProbe
import EdgeAgentCore

extension Doctor.LineFinding {
    /// What is said of it; `place` is the port or the URL.
    func words(_ place: String) -> FindingWords {
        switch self {
        case .port, .missing, .notSerial, .lastingName, .passingName: whatItIs(place)
        case .rights, .groupNotTaken, .notInGroup, .noGroup: rights(place)
        case .free, .agentHas, .busy, .notOpened, .notTried: use(place)
        case .adapter, .noAdapter, .quick, .slow: adapter(place)
        case .server, .noServer, .offline: server(place)
        }
    }

    private func whatItIs(_ place: String) -> FindingWords {
        switch self {
        case .missing(let others):
            let list = others.prefix(4).joined(separator: ", ")
            return FindingWords(
                Words(en: "\(place): there is no such port", pt: "\(place): a porta não existe"),
                todo: others.isEmpty
                    ? Words(
                        en: "plug the adapter in; journalctl -k says what the kernel sees",
                        pt: "conecte o adaptador; journalctl -k diz o que o kernel vê")
                    : Words(
                        en: "plug the adapter in, or set line.port to what is there: \(list)",
                        pt: "conecte o adaptador, ou ajuste line.port para o que existe: \(list)"))
        case .notSerial:
            return FindingWords(
                Words(en: "\(place) is no serial port", pt: "\(place) não é uma porta serial"),
                todo: Words(
                    en: "name a serial port in line.port: ls -l /dev/serial/by-id",
                    pt: "indique uma porta serial em line.port: ls -l /dev/serial/by-id"))
        case .passingName(let lasting):
            return FindingWords(
                Words(
                    en: "\(place) may be another adapter after the next start",
                    pt: "\(place) pode ser outro adaptador depois de religar"),
                todo: lasting.map { Words(en: "set line.port to \($0)", pt: "ajuste line.port para \($0)") }
                    ?? Words(
                        en: "look for its name that lasts in /dev/serial/by-path",
                        pt: "procure um nome fixo em /dev/serial/by-path"))
        case .port(let device) where device != place:
            return FindingWords(Words(en: "\(place) is there: \(device)", pt: "\(place) existe: \(device)"))
        case .lastingName:
            return FindingWords(
                Words(en: "it means the same port after every start", pt: "é a mesma porta depois de religar"))
        default: return FindingWords(Words(en: "\(place) is there", pt: "\(place) existe"))
        }
    }

    private func rights(_ place: String) -> FindingWords {
        switch self {
        case .groupNotTaken(let group, let user):
            FindingWords(
                Words(
                    en: "\(user) is in the group \(group), but this session began before that",
                    pt: "\(user) está no grupo \(group), mas esta sessão começou antes disso"),
                todo: Words(en: "log out and in again", pt: "saia da sessão e entre de novo"))
        case .notInGroup(let group, let user):
            FindingWords(
                Words(
                    en: "the port belongs to the group \(group), and \(user) is not in it",
                    pt: "a porta é do grupo \(group), e \(user) não está nele"),
                todo: Words(
                    en: "sudo usermod -aG \(group) \(user), then log in again; the service has the group by its unit",
                    pt: "rode sudo usermod -aG \(group) \(user) e entre de novo; o serviço tem o grupo pela unit"))
        case .noGroup(let group, let user):
            FindingWords(
                Words(
                    en: "\(user) may not open it, and its group \(group) may not either",
                    pt: "\(user) não pode abri-la, e o grupo dela, \(group), tampouco"),
                todo: Words(
                    en: "sudo chgrp dialout \(place) && sudo chmod 660 \(place); for good by a udev rule",
                    pt: "rode sudo chgrp dialout \(place) && sudo chmod 660 \(place); em definitivo, regra udev"))
        case .rights(let user) where user == "root":
            FindingWords(
                Words(
                    en: "root may open every port; run as the agent's user to know of its rights",
                    pt: "root pode abrir qualquer porta; rode como o usuário do agente para saber das permissões dele"))
        case .rights(let user):
            FindingWords(Words(en: "\(user) may open it", pt: "\(user) pode abri-la"))
        default: FindingWords(Words(en: "\(place) may be opened", pt: "\(place) pode ser aberta"))
        }
    }

    private func use(_ place: String) -> FindingWords {
        switch self {
        case .agentHas(.lent, let process):
            FindingWords(
                Words(
                    en: "our running agent (process \(process)) has lent it to a probe",
                    pt: "nosso agente em execução (processo \(process)) emprestou a uma sonda"))
        case .agentHas(_, let process):
            FindingWords(
                Words(
                    en: "our running agent (process \(process)) has it, as it should",
                    pt: "nosso agente em execução (processo \(process)) está com ela, como deve"))
        case .busy(let holders):
            FindingWords(
                holders.isEmpty
                    ? Words(en: "another program has the port", pt: "outro programa está com a porta")
                    : Words(
                        en: "another program has the port: \(Self.list(holders, "process"))",
                        pt: "outro programa está com a porta: \(Self.list(holders, "processo"))"),
                todo: Words(
                    en: "stop it; sudo fuser -v \(place) names it", pt: "encerre-o; sudo fuser -v \(place) diz qual é"))
        case .notOpened(let code):
            FindingWords(
                Words(en: "it cannot be opened (errno \(code))", pt: "não pode ser aberta (errno \(code))"),
                todo: Words(
                    en: "unplug the adapter and plug it in again; journalctl -k says more",
                    pt: "desconecte e reconecte o adaptador; journalctl -k diz mais"))
        case .notTried:
            FindingWords(
                Words(en: "not tried without the right to open it", pt: "não testado sem permissão para abri-la"))
        default: FindingWords(Words(en: "nobody has it", pt: "ninguém está com ela"))
        }
    }

    private static func list(_ holders: [Doctor.Holder], _ word: String) -> String {
        holders.map { "\($0.name) (\(word) \($0.process))" }.joined(separator: ", ")
    }

    private func adapter(_ place: String) -> FindingWords {
        switch self {
        case .adapter(let adapter):
            let parts = [adapter.chip ?? adapter.product, adapter.numbers, adapter.driver].compactMap(\.self)
            let list = parts.joined(separator: ", ")
            return adapter.numbers == nil
                ? FindingWords(Words(en: "a port of this board, \(list)", pt: "porta da própria placa, \(list)"))
                : FindingWords(Words(en: "USB, \(list)", pt: "adaptador USB, \(list)"))
        case .slow(let device, let milliseconds):
            return FindingWords(
                Words(
                    en: "it holds every answer back for up to \(milliseconds) ms",
                    pt: "retém cada resposta por até \(milliseconds) ms"),
                todo: Words(
                    en: "echo 1 | sudo tee /sys/bus/usb-serial/devices/\(device)/latency_timer; "
                        + "docs/installing.md has the udev rule that makes it last",
                    pt: "rode echo 1 | sudo tee /sys/bus/usb-serial/devices/\(device)/latency_timer; "
                        + "a regra udev definitiva está em docs/instalacao.pt-BR.md"))
        case .quick: return FindingWords(Words(en: "short enough", pt: "curta o bastante"))
        default: return FindingWords(Words(en: "the kernel tells nothing of it", pt: "o kernel nada diz dele"))
        }
    }

    private func server(_ place: String) -> FindingWords {
        switch self {
        case .noServer(.nameUnknown):
            FindingWords(
                Words(en: "\(place): the name has no address", pt: "\(place): o nome não tem endereço"),
                todo: Words(
                    en: "check the spelling and the DNS, or write the address",
                    pt: "verifique a grafia e o DNS, ou escreva o endereço"))
        case .noServer(.refused):
            FindingWords(
                Words(en: "\(place): connection refused", pt: "\(place): conexão recusada"),
                todo: Words(
                    en: "the server is there: switch its Modbus or TCP server mode on, or correct the port",
                    pt: "o servidor existe: ative o modo servidor Modbus ou TCP nele, ou corrija a porta"))
        case .noServer(.unreachable(let code)):
            FindingWords(
                Words(en: "\(place): no connection (errno \(code))", pt: "\(place): sem conexão (errno \(code))"),
                todo: Words(
                    en: "check the server's power and cable, its address, the route and the firewall: ping",
                    pt: "verifique energia e cabo do servidor, o endereço, a rota e o firewall: ping"))
        case .offline:
            FindingWords(Words(en: "\(place) was not asked: --offline", pt: "\(place) não foi testado: --offline"))
        default: FindingWords(Words(en: "\(place) takes our connection", pt: "\(place) aceita nossa conexão"))
        }
    }
}
