internal import ExactArithmetic
internal import ModbusModel

extension PointDefinition {
    /// Reads the keys that say where a value stands and how it becomes a number.
    init?(_ mapping: MappingReader) {
        let address = RegisterAddress(mapping)
        let type: ValueType? = mapping.required("type", .word)
        let order = mapping.optional("order", .word, default: WordOrder.ABCD)
        let bits = mapping.optional("bits", .bits)
        let scale = mapping.optional("scale", .decimal(), default: .one)
        let offset = mapping.optional("offset", .decimal(), default: .zero)
        guard let address, let type else { return nil }
        do throws(PointFault) {
            self = try PointDefinition(
                address: address,
                type: type,
                order: order,
                bits: bits,
                scale: scale,
                offset: offset
            )
        } catch {
            if let culprit = error.keys.lazy.compactMap({ mapping[$0] }).first {
                culprit.fault(.pointDoesNotFit(culprit.found, error))
            } else {
                mapping.report.fault(at: mapping.anchor, key: mapping.path, .pointDoesNotFit(nil, error))
            }
            return nil
        }
    }
}

extension PointFault {
    /// The keys that the fault can be blamed on, the likeliest first.
    fileprivate var keys: [String] {
        switch self {
        case .bitTableHoldsOnlyBool: ["bits", "type"]
        case .boolNeedsOneBit: ["bits", "type"]
        case .bitsNeedUnsignedType, .bitsOutsideType: ["bits"]
        case .runsOverTableEnd: ["register", "address"]
        case .factorOutOfRange(let name): [name]
        case .scaleIsZero: ["scale"]
        }
    }
}

extension RegisterAddress {
    /// Reads `register`, or `table` and `address` in its place.
    init?(_ mapping: MappingReader) {
        let register = mapping.optional("register", .register)
        let table: RegisterTable? = mapping.optional("table", .word)
        let offset = mapping.optional("address", .integer(.address, 0...65535))
        let given = (mapping["register"] != nil, mapping["table"] != nil, mapping["address"] != nil)
        switch given {
        case (true, false, false):
            guard let register else { return nil }
            self = register
        case (false, true, true):
            guard let table, let offset else { return nil }
            self.init(table, UInt16(offset))
        case (true, _, _):
            let second = mapping["table"] ?? mapping["address"]
            second?.fault(.registerTwice, .eitherRegister)
            return nil
        case (false, false, false):
            mapping.missing("register", .registerOrTable)
            return nil
        case (false, false, true):
            mapping.missing("table", Expectation<RegisterTable>.word.expected)
            return nil
        case (false, true, false):
            mapping.missing("address", .number(.address, 0...65535))
            return nil
        }
    }
}
