import AgentConfiguration

/// A configuration with two slaves, for tests that need one and not a file.
func configuration(_ extra: String = "", mac: String? = nil, files: [String] = ["ca", "crt", "key"]) throws
    -> AgentConfiguration
{
    let text = """
        \(mac.map { "gateway: { mac: \"\($0)\" }" } ?? "")
        line: { port: /dev/ttyUSB0, baud: 9600, format: 8N1 }
        slaves:
          - id: 1
            points:
              - { code: D01, register: 40001, type: uint16, scale: 0.01, unit: kWh }
              - { code: D02, register: 40002, type: uint32, unit: "m³" }
          - id: 7
            points:
              - { code: D03, register: 30011, type: int16, scale: 0.1, unit: "°C" }
        broker: { host: localhost, ca: \(files[0]), certificate: \(files[1]), key: \(files[2]) }
        \(extra)
        """
    return try AgentConfiguration.parse(Array(text.utf8), file: "/etc/edge-agent/edge-agent.yaml")
}
