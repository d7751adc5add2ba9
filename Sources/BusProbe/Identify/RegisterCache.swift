internal import ExactArithmetic
internal import ModbusModel

/// Registers of one slave, each asked for once, however many models want to see it.
final class RegisterCache {
    /// A value that was read.
    struct Value {
        /// The canonical text, scaled.
        let text: String
        /// The same as a number for comparison; nil beyond what a Double has.
        let number: Double?
        /// The number in the registers, before scale and offset.
        let raw: ExactDecimal?
    }

    private let reader: [RegisterTable: RegisterReader]
    private var words: [RegisterAddress: UInt16?] = [:]

    init(_ line: ProbeLine, _ slave: SlaveAddress) {
        reader = Dictionary(
            uniqueKeysWithValues: RegisterTable.allCases.map { ($0, RegisterReader(line, slave: slave, table: $0)) })
    }

    /// Reads what a model's most telling values need, neighbours together.
    func fetch(_ candidate: Candidate) async throws(ProbeFault) {
        let wanted =
            candidate.telling(Identification.mostTraits).map { ($0.definition.address.table, $0.definition.span) }
            + candidate.marks.map { ($0.address.table, $0.span) }
        for (table, span) in wanted.sorted(by: { $0.1.lowerBound < $1.1.lowerBound }) {
            guard span.contains(where: { words[RegisterAddress(table, UInt16($0))] == nil }), let reader = reader[table]
            else { continue }
            let found = try await reader.read(from: span.lowerBound, count: span.count)
            for (address, word) in zip(span, found) {
                words.updateValue(word, forKey: RegisterAddress(table, UInt16(address)))
            }
        }
    }

    /// The words of a span; nil where the slave refused any of it.
    func words(_ span: Range<Int>, of table: RegisterTable) -> [UInt16]? {
        let found = span.compactMap { words[RegisterAddress(table, UInt16($0))] ?? nil }
        return found.count == span.count ? found : nil
    }

    /// What stands at a place; nil where the slave refused it.
    func value(of definition: PointDefinition) -> Value? {
        guard let found = words(definition.span, of: definition.address.table),
            let value = try? definition.value(of: found[...])
        else { return nil }
        let plain = try? PointDefinition(
            address: definition.address, type: definition.type, order: definition.order, bits: definition.bits)
        let raw = (try? plain?.value(of: found[...]))?.text
        return Value(text: value.text, number: Double(value.text), raw: raw.flatMap { ExactDecimal(parsing: $0) })
    }
}
