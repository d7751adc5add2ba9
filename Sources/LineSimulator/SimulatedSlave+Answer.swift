/// What a slave has to say to a request: function and data, not yet a frame.
struct Answer {
    var body: [UInt8]
    /// The words (or bits, as 0 and 1) that were read or written.
    var words: [UInt16] = []

    static func exception(_ code: UInt8, to function: UInt8) -> Answer {
        Answer(body: [function | 0x80, code])
    }
}

extension SimulatedSlave {
    /// Carries out a request, in the order of checks that the specification draws (V1.1b3, section 7).
    mutating func answer(to request: Request, at elapsed: Int64) -> Answer {
        let function = request.function
        guard functions.contains(function), let address = request.address else {
            return .exception(1, to: function)
        }
        switch function {
        case 1: return read(.coils, request, address, most: 2_000, elapsed)
        case 2: return read(.discreteInputs, request, address, most: 2_000, elapsed)
        case 3: return read(.holdingRegisters, request, address, most: 125, elapsed)
        case 4: return read(.inputRegisters, request, address, most: 125, elapsed)
        case 5: return writeCoil(request, address)
        case 6: return write(.holdingRegisters, [request.value], request, address)
        case 15: return writeCoils(request, address)
        case 16: return writeRegisters(request, address)
        default: return .exception(1, to: function)
        }
    }

    private mutating func read(
        _ table: Table,
        _ request: Request,
        _ address: UInt16,
        most: Int,
        _ elapsed: Int64
    ) -> Answer {
        let count = Int(request.count ?? 0)
        guard 1...most ~= count else { return .exception(3, to: request.function) }
        if !table.holdsBits, let maximumRegisters, count > maximumRegisters {
            return .exception(maximumException, to: request.function)
        }
        let addresses = Int(address)..<Int(address) + count
        guard contains(table, addresses) else { return .exception(2, to: request.function) }
        var words = read(table, addresses, at: elapsed)
        let data: [UInt8]
        if table.holdsBits {
            words = words.map { $0 & 1 }
            data = words.packedBits
        } else {
            data = words.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        }
        return Answer(body: [request.function, UInt8(data.count)] + data, words: words)
    }

    private mutating func writeCoil(_ request: Request, _ address: UInt16) -> Answer {
        guard request.value == 0 || request.value == 0xFF00 else { return .exception(3, to: 5) }
        return write(.coils, [request.value == 0 ? 0 : 1], request, address)
    }

    private mutating func writeCoils(_ request: Request, _ address: UInt16) -> Answer {
        let count = Int(request.count ?? 0)
        guard 1...1_968 ~= count, request.payload.count == (count + 7) / 8 else { return .exception(3, to: 15) }
        let bits = (0..<count).map { UInt16(request.payload[$0 / 8] >> UInt8($0 % 8) & 1) }
        return write(.coils, bits, request, address)
    }

    private mutating func writeRegisters(_ request: Request, _ address: UInt16) -> Answer {
        let count = Int(request.count ?? 0)
        guard 1...123 ~= count, request.payload.count == 2 * count else { return .exception(3, to: 16) }
        let words = (0..<count).map {
            UInt16(request.payload[2 * $0]) << 8 | UInt16(request.payload[2 * $0 + 1])
        }
        return write(.holdingRegisters, words, request, address)
    }

    /// Writes, and repeats the address with the value or the count, as all four writing functions do.
    private mutating func write(
        _ table: Table,
        _ words: [UInt16],
        _ request: Request,
        _ address: UInt16
    ) -> Answer {
        guard contains(table, Int(address)..<Int(address) + words.count) else {
            return .exception(2, to: request.function)
        }
        write(table, words, at: address)
        return Answer(body: Array(request.bytes[1..<6]), words: words)
    }
}

extension [UInt16] {
    /// Bits of one word each, eight to the byte, the first in the lowest place (V1.1b3, section 6.1).
    fileprivate var packedBits: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: (count + 7) / 8)
        for (index, bit) in enumerated() where bit != 0 {
            bytes[index / 8] |= 1 << UInt8(index % 8)
        }
        return bytes
    }
}
