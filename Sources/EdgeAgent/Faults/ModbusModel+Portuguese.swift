import ModbusModel

extension PointFault {
    /// What does not fit, and what would, in Portuguese.
    var portuguese: String {
        switch self {
        case .bitTableHoldsOnlyBool(let table): "\(table.rawValue) é um bit só: o tipo é bool, sem bits"
        case .boolNeedsOneBit: "bool num registrador precisa do bit: bits: de 0 (o menos significativo) a 15"
        case .bitsNeedUnsignedType(let type): "\(type.rawValue) não aceita bits: use uint16, uint32 ou uint64"
        case .bitsOutsideType(let type): "\(type.rawValue) tem os bits 0 a \(16 * type.width - 1)"
        case .runsOverTableEnd(let address, let type):
            "\(type.rawValue) em \(address) ocupa \(type.width) registradores e passaria do endereço 65535"
        case .factorOutOfRange(let name):
            "\(name) pode ter até \(PointDefinition.mostDigits) dígitos e potências de dez de -12 a 12"
        case .scaleIsZero: "com escala 0 toda leitura viraria o offset"
        }
    }
}

extension EndpointFault {
    /// What is wrong and what would be right, in Portuguese.
    var portuguese: String {
        switch self {
        case .noScheme: "não começa com tcp:// nem com rtu+tcp://"
        case .unknownScheme: "use tcp:// (Modbus TCP) ou rtu+tcp:// (RTU por servidor serial)"
        case .noHost: "falta o nome ou o endereço do servidor, como em tcp://192.168.1.20:502"
        case .noPort: "a porta é um número de 1 a 65535"
        case .openBracket, .bareIPv6: "endereço IPv6 vai entre colchetes, como em tcp://[2001:db8::7]:502"
        case .moreThanHostAndPort: "depois vêm só o servidor e a porta, como em tcp://192.168.1.20:502"
        }
    }
}
