import BusProbe
import EdgeAgentCore
import ModbusKit
import TelemetryContract

extension PlanSummary {
    /// What a configuration will cost, line by line.
    func text(of path: String, gateway mac: MACAddress, in language: Language) -> String {
        var parts = [Words(en: "\(path): ok, gateway \(mac)", pt: "\(path): ok, gateway \(mac)")]
        for line in lines {
            if lines.count > 1 { parts.append(line.words) }
            parts += slaves.filter { $0.line == line.name }.flatMap(\.words)
        }
        let (wire, bytes) = (wireMilliseconds.rounded(to: 1), messageBytes)
        let (traffic, days) = (megabytesPerMonth.rounded(to: 2), spoolDays.rounded(to: 0))
        parts += [
            Words(
                en: "requests per cycle   \(requestsPerCycle)",
                pt: "perguntas por ciclo  \(requestsPerCycle)"),
            Words(
                en: "wire time per cycle  \(wire) ms, and the slaves' own turnaround",
                pt: "tempo na linha       \(wire) ms por ciclo, mais a demora dos próprios escravos"),
            Words(
                en: "bytes a message      about \(bytes)",
                pt: "bytes por mensagem   cerca de \(bytes)"),
            Words(
                en: "traffic              about \(traffic) MB in 30 days",
                pt: "tráfego              cerca de \(traffic) MB em 30 dias"),
            Words(
                en: "spool                holds about \(days) days without the broker",
                pt: "spool                guarda cerca de \(days) dias sem o broker"),
        ]
        return parts.map { $0.said(in: language) }.joined(separator: "\n")
    }
}

extension PlanSummary.Line {
    fileprivate var words: Words {
        let wire = wireMilliseconds.rounded(to: 1)
        return Words(
            en: "line \(name), \(place): \(requests.requests), \(wire) ms on the wire",
            pt: "linha \(name), \(place): \(requests.perguntas), \(wire) ms na linha")
    }
}

extension PlanSummary.Slave {
    /// The slave's requests, and one line below for each that has something to be said of.
    fileprivate var words: [Words] {
        let list = requests.joined(separator: ", ")
        let head = Words(
            en: "  slave \(id): \(points) points in \(requests.count.requests): \(list)",
            pt: "  escravo \(id): \(points) ponto\(points == 1 ? "" : "s") em \(requests.count.perguntas): \(list)")
        return [head]
            + blocks.filter { !$0.isPlain }.map { Words(en: "    \($0)", pt: "    \($0.portuguese)") }
    }
}

extension BlockReasons {
    /// Whether there is nothing to be said of the block.
    fileprivate var isPlain: Bool { readAlong == 0 && end == .lastPoint }

    /// One line: what the block serves, what its holes cost, and why it ends.
    var portuguese: String {
        let points = block.points.count
        var parts = ["\(block): \(points) ponto\(points == 1 ? "" : "s")"]
        if readAlong > 0 {
            parts.append(
                "\(readAlong) lidos junto em \(costOfHoles.tenths), quando outra pergunta levaria \(costOfRequest.tenths)"
            )
        }
        switch end {
        case .lastPoint: break
        case .hole(let items): parts.append("termina antes de um vão de \(items)")
        case .limit(let most): parts.append("termina no máximo de uma resposta, \(most)")
        }
        return parts.joined(separator: "; ")
    }
}

extension Trial.Step {
    /// What went well.
    var words: Words {
        switch self {
        case .port(let path):
            Words(
                en: "port                 \(path) opens and nobody else has it",
                pt: "porta                \(path) abre e ninguém mais está com ela")
        case .server(let url):
            Words(
                en: "server               \(url) takes our connection",
                pt: "servidor             \(url) aceita a nossa conexão")
        case .advice(let advice):
            Words(en: "advice               \(advice)", pt: "conselho             \(advice.portuguese)")
        case .broker(let address, let security):
            Words(
                en: "broker               \(address) welcomes us, \(security)",
                pt: "broker               \(address) nos aceita, \(security)")
        }
    }
}

extension PortAdvice {
    /// What it costs, what to do now, and what to do for good.
    var portuguese: String {
        "o adaptador de \(device) segura cada resposta por até \(latencyTimer) ms (latency_timer); agora: "
            + "echo 1 > /sys/bus/usb-serial/devices/\(device)/latency_timer; para sempre, em "
            + "/etc/udev/rules.d/99-ftdi.rules: ACTION==\"add\", SUBSYSTEM==\"usb-serial\", DRIVER==\"ftdi_sio\", "
            + "ATTR{latency_timer}=\"1\""
    }
}

extension Int {
    fileprivate var requests: String { "\(self) request\(self == 1 ? "" : "s")" }
    fileprivate var perguntas: String { "\(self) pergunta\(self == 1 ? "" : "s")" }
}

extension Double {
    fileprivate func rounded(to places: Int) -> String {
        let factor = (0..<places).reduce(1.0) { product, _ in product * 10 }
        let number = (self * factor).rounded() / factor
        return places == 0 ? String(Int64(number)) : String(number)
    }
}

extension Duration {
    fileprivate var tenths: String {
        let tenths = Int((self / .microseconds(100)).rounded())
        return "\(tenths / 10).\(tenths % 10) ms"
    }
}
