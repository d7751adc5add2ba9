import FieldBench

/// Eight plausible meters: three for energy, two for water, one for gas, two for temperature.
enum MeterPark {
    /// One file that both the agent and the simulator read: the agent ignores how a simulated value moves.
    static func configuration(
        mac: String, interval: String, port: String, brokerPort: Int, files: Certificates.DeviceFiles, spool: String
    ) -> String {
        """
        gateway: { mac: "\(mac)" }
        line: { port: \(port), baud: 9600, format: 8N1 }
        poll: { interval: \(interval), timeout: 500ms }
        broker: { host: localhost, port: \(brokerPort), ca: \(files.ca), certificate: \(files.certificate), key: \(files.key) }
        spool: { path: \(spool), max_bytes: 16MiB }
        slaves:
        """ + "\n" + (1...3).map(energyMeter).joined() + waterMeter(4) + waterMeter(5) + gasMeter(6) + thermometer(7)
            + thermometer(8)
    }

    private static func energyMeter(_ id: Int) -> String {
        """
          - id: \(id)
            turnaround: \(15 + 5 * id)ms
            points:
              - { code: E\(id)-kWh, register: 40001, type: uint32, scale: 0.01, unit: kWh, counts: { from: \(4000 * id), per_second: 0.05 } }
              - { code: E\(id)-V, register: 40003, type: uint16, scale: 0.1, unit: V, waves: { from: 216, to: 231, period: 90s } }
              - { code: E\(id)-A, register: 40004, type: uint16, scale: 0.01, unit: A, waves: { from: 2, to: 14, period: 40s } }
              - { code: E\(id)-Hz, register: 40005, type: uint16, scale: 0.01, unit: Hz, waves: { from: 59.95, to: 60.05, period: 25s } }

        """
    }

    private static func waterMeter(_ id: Int) -> String {
        """
          - id: \(id)
            turnaround: 40ms
            points:
              - { code: A\(id)-m3, register: 30001, type: uint32, order: CDAB, scale: 0.001, unit: "m³", counts: { from: \(100 * id), per_second: 0.004 } }

        """
    }

    private static func gasMeter(_ id: Int) -> String {
        """
          - id: \(id)
            turnaround: 60ms
            points:
              - { code: G\(id)-m3, register: 40101, type: float64, unit: "m³", value: 8123.75 }

        """
    }

    private static func thermometer(_ id: Int) -> String {
        """
          - id: \(id)
            turnaround: 10ms
            points:
              - { code: T\(id)-C, register: 30011, type: int16, scale: 0.1, unit: "°C", waves: { from: -4, to: 31, period: 60s } }
              - { code: T\(id)-rF, register: 30012, type: uint16, scale: 0.1, unit: "%", waves: { from: 40, to: 75, period: 75s } }

        """
    }
}
