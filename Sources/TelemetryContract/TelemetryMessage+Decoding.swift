internal import ExactArithmetic

extension TelemetryMessage {
    /// Reads a message, whoever wrote it.
    ///
    /// White space, the order of members and the way in which strings are escaped may differ from the canonical form;
    /// the members, their types and the spelling of numbers may not. A number that is spelled in another way is refused
    /// rather than respelled: nobody could tell afterwards what the gateway had said.
    public init(decoding bytes: [UInt8]) throws(ContractFault) {
        var reader = try JSONReader(bytes)
        var gateway: MACAddress?
        var timestamp: UTCSecond?
        var readings: [Reading] = []
        var starts: [Int] = []
        var end = 0
        try reader.object(["gateway_mac", "timestamp", "leituras"]) { reader, member throws(ContractFault) in
            switch member {
            case 0:
                gateway = try reader.value("a MAC in lower case with colons") { MACAddress($0) }
            case 1:
                timestamp = try reader.value("a timestamp such as 2026-02-18T14:30:00Z") { UTCSecond($0) }
            default:
                try reader.array { reader throws(ContractFault) in
                    reader.skipSpace()
                    starts.append(reader.offset)
                    readings.append(try reader.reading())
                }
                end = reader.offset - 1
            }
        }
        try reader.expectEnd()
        // The object was read to its end, so both are there.
        guard let gateway, let timestamp else {
            throw ContractFault(offset: 0, reason: .missingMember(gateway == nil ? "gateway_mac" : "timestamp"))
        }
        do {
            try self.init(gateway: gateway, timestamp: timestamp, readings: readings)
        } catch {
            throw ContractFault(offset: error.index.map { starts[$0] } ?? end, reason: .message(error))
        }
    }
}

extension JSONReader {
    fileprivate mutating func reading() throws(ContractFault) -> Reading {
        var code = ""
        var unit = ""
        var number: CanonicalNumber?
        try object(["dispositivo_codigo", "valor", "unidade"]) { reader, member throws(ContractFault) in
            switch member {
            case 0: code = try reader.string("a code")
            case 1: number = try reader.number()
            default: unit = try reader.string("a unit")
            }
        }
        guard let number else { throw ContractFault(offset: offset, reason: .missingMember("valor")) }
        return Reading(code: code, value: number, unit: unit)
    }

    /// Reads a number in canonical spelling.
    private mutating func number() throws(ContractFault) -> CanonicalNumber {
        skipSpace()
        let start = offset
        let text = try numberText()
        guard let number = CanonicalNumber(canonical: text)
        else { throw ContractFault(offset: start, reason: .notCanonical(text)) }
        return number
    }

    /// Reads a string that stands for a value.
    fileprivate mutating func value<Value>(_ what: String, _ make: (String) -> Value?) throws(ContractFault) -> Value {
        skipSpace()
        let start = offset
        let text = try string(what)
        guard let value = make(text) else { throw ContractFault(offset: start, reason: .expected(what)) }
        return value
    }
}
