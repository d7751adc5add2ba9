extension ConfigurationFault.Expected {
    /// What is expected, in English, as a part of a sentence.
    var english: String {
        switch self {
        case .number(let number, let range): Self.english(number, range)
        case .numberOrNone(let number, let range): "\(Self.english(number, range)), or none,"
        case .oneOf(let values): "one of \(values.joined(separator: ", "))"
        case .truth: "true or false"
        case .decimal: "a decimal number such as 0.01"
        case .milliseconds: "a number of milliseconds from 0 to 60000, such as 23.5"
        case .duration(let from, let to, let wholeSeconds):
            "a duration\(wholeSeconds ? " of whole seconds" : "") from \(from) to \(to)"
        case .size(let from, let to): "a size from \(from) to \(to)"
        case .text(let text): text.english
        case .path(let path): path.english
        case .host: "a host name or an IP address"
        case .mac: "a MAC address such as aa:bb:cc:dd:ee:ff, in lower case with colons,"
        case .endpoint: "a URL such as tcp://192.168.1.20:502 or rtu+tcp://192.168.1.20:4001"
        case .register: "a register such as 40001 (0, 1, 3 or 4, then its number from 1)"
        case .registerOrTable: "a register such as 40001, or table and address,"
        case .bits: "a bit such as 3, or bits such as 4-7, from 0 to 63,"
        case .codes: "a code for each value that is wanted, such as voltage: D01,"
        case .mapping: "a mapping (key: value)"
        case .list(let items, let most):
            most.map { "a list of 1 to \($0) \(items.rawValue)" } ?? "a list of 1 or more \(items.rawValue)"
        }
    }

    private static func english(_ number: Number, _ range: ClosedRange<Int>) -> String {
        "\(number.english) from \(range.lowerBound) to \(range.upperBound)"
    }
}

extension ConfigurationFault.Expected.Number {
    fileprivate var english: String {
        switch self {
        case .port: "a port"
        case .messages: "a number of messages"
        case .messagesPerSecond: "a number of messages a second"
        case .slaveAddress: "a slave's address"
        case .address: "an address"
        case .registers: "a number of registers"
        case .charactersInRegister: "characters in a register"
        case .attempts: "a number of attempts"
        case .weight: "a weight"
        case .plain: "a number"
        }
    }
}

extension ConfigurationFault.Expected.Text {
    fileprivate var english: String {
        switch self {
        case .lineName: "a name of 1 to 32 characters"
        case .code: "a code of 1 to 64 characters"
        case .unit: "a unit of up to 32 characters"
        case .profile: "a profile such as eastron/sdm120"
        case .profileName: "a profile's name"
        case .maker: "the maker's name"
        case .model: "the model's name"
        case .quantityName: "a quantity's name"
        case .englishName: "an English name"
        case .portugueseName: "a Portuguese name"
        case .registersText: "what the registers say"
        case .portPath: "the path of a serial port"
        case .moment: "the moment of the measurement"
        }
    }
}

extension ConfigurationFault.Expected.Path {
    fileprivate var english: String {
        switch self {
        case .serialPort: "the path of a serial port such as /dev/ttyUSB0"
        case .baseline: "the path of a file that edge-agent probe quality --save wrote"
        case .profiles: "the path of a folder of profiles"
        case .spool: "the path of the spool's database"
        case .authority: "the path of the CA's certificate"
        case .certificate: "the path of the gateway's certificate"
        case .privateKey: "the path of the private key"
        }
    }
}
