internal import ExactArithmetic
internal import ModbusModel

/// What the points of a profile have in common, unless they say otherwise.
struct PointDefaults {
    var table: RegisterTable?
    var type: ValueType?
    var order = WordOrder.ABCD
    var scale = ExactDecimal.one

    init() {}

    init(_ mapping: MappingReader) {
        table = mapping.optional("table", .word)
        type = mapping.optional("type", .word)
        order = mapping.optional("order", .word, default: .ABCD)
        scale = mapping.optional("scale", .decimal(), default: .one)
        mapping.ignore("from", "note")
    }
}

extension PointDefinition {
    /// Reads a profile's point: what it does not say itself comes from the defaults.
    init?(_ mapping: MappingReader, defaults: PointDefaults) {
        let table: RegisterTable? = mapping.optional("table", .word) ?? defaults.table
        let address = mapping.required("address", .integer(.address, 0...65535))
        let type: ValueType? = mapping.optional("type", .word) ?? defaults.type
        let order = mapping.optional("order", .word, default: defaults.order)
        let bits = mapping.optional("bits", .bits)
        let scale = mapping.optional("scale", .decimal(), default: defaults.scale)
        let offset = mapping.optional("offset", .decimal(), default: .zero)
        if table == nil { mapping.missing("table", Expectation<RegisterTable>.word.expected) }
        if type == nil { mapping.missing("type", Expectation<ValueType>.word.expected) }
        guard let table, let type, let address else { return nil }
        do throws(PointFault) {
            try self.init(
                address: RegisterAddress(table, UInt16(address)), type: type, order: order, bits: bits, scale: scale,
                offset: offset)
        } catch {
            mapping.report.fault(at: mapping.anchor, key: mapping.path, .pointDoesNotFit(nil, error))
            return nil
        }
    }
}
