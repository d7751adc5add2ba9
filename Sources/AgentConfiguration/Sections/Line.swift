public import ModbusModel

extension AgentConfiguration {
    /// The serial line that the slaves hang on.
    public struct Line: Sendable, Hashable {
        /// The device's path, such as `/dev/ttyUSB0`.
        public let port: String

        /// The speed in bits per second, one of `SerialTiming.speeds`; 9600 by default.
        public let baud: Int

        /// The form of a character; `8N1` by default.
        public let format: SerialFormat

        /// Who switches the RS-485 driver between sending and listening; `none` by default.
        public let rs485: RS485Mode

        init?(_ mapping: MappingReader, _ surroundings: Surroundings) {
            let port = mapping.required(
                "port",
                .path("the path of a serial port such as /dev/ttyUSB0", in: surroundings)
            )
            baud = mapping.optional("baud", .integer(of: SerialTiming.speeds), default: 9600)
            format = mapping.optional("format", .word, default: .eightN1)
            rs485 = mapping.optional("rs485", .word, default: .none)
            guard let port else { return nil }
            self.port = port
        }
    }

    /// Who switches the RS-485 driver between sending and listening.
    public enum RS485Mode: String, Sendable, Hashable, CaseIterable {
        /// The adapter does it by itself, as nearly all USB adapters do.
        case none
        /// The kernel does it by the RTS line (`TIOCSRS485`).
        case kernel
    }
}
