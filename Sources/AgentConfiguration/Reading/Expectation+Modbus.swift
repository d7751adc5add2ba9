internal import ModbusModel

extension Expectation where Value == RegisterAddress {
    /// A register in the notation of the meters' manuals; leading zeros count.
    static var register: Expectation {
        Expectation(.register) { (scalar) throws(Mismatch) in
            if let address = RegisterAddress(notation: scalar.text) { return address }
            guard scalar.text.utf8.count < 5, let number = Int(scalar.text), number >= 0 else { throw Mismatch() }
            throw Mismatch(.fromZero(number))
        }
    }
}

extension Expectation where Value == ClosedRange<Int> {
    /// One bit (`3`) or some in a row (`4-7`), 0 being the least significant.
    static var bits: Expectation {
        Expectation(.bits) { (scalar) throws(Mismatch) in
            let parts = scalar.text.split(separator: "-", omittingEmptySubsequences: false)
            let numbers = parts.filter { $0.utf8.count <= 2 && $0.utf8.allSatisfy(\.isDigit) }.compactMap { Int($0) }
            guard parts.count <= 2, numbers.count == parts.count, let first = numbers.first, let last = numbers.last,
                max(first, last) < 64
            else { throw Mismatch() }
            guard first <= last else { throw Mismatch(.write(["\(last)-\(first)"])) }
            return first...last
        }
    }
}
