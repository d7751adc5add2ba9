extension ExactDecimal {
    /// The exact product.
    public static func * (left: ExactDecimal, right: ExactDecimal) -> ExactDecimal {
        if right == .one { return left }
        if left.isZero || right.isZero { return .zero }
        // Nearly every scale is a power of ten: no digit changes.
        if right.digits == [1] {
            return ExactDecimal(
                isNegative: left.isNegative != right.isNegative, digits: left.digits,
                exponent: left.exponent + right.exponent)
        }
        // Schoolbook multiplication. A column sums at most a few hundred products of 81: UInt32 is ample.
        var columns = [UInt32](repeating: 0, count: left.digits.count + right.digits.count)
        for (i, a) in left.digits.enumerated() {
            for (j, b) in right.digits.enumerated() {
                columns[i + j + 1] += UInt32(a) * UInt32(b)
            }
        }
        var carry: UInt32 = 0
        for index in columns.indices.reversed() {
            let sum = columns[index] + carry
            columns[index] = sum % 10
            carry = sum / 10
        }
        return ExactDecimal(
            isNegative: left.isNegative != right.isNegative,
            digits: columns.map { UInt8(truncatingIfNeeded: $0) },
            exponent: left.exponent + right.exponent
        )
    }

    /// The exact sum.
    public static func + (left: ExactDecimal, right: ExactDecimal) -> ExactDecimal {
        if right.isZero { return left }
        if left.isZero { return right }
        let exponent = min(left.exponent, right.exponent)
        let top = max(left.magnitudeExponent, right.magnitudeExponent) + 1
        let a = left.aligned(from: top, to: exponent)
        let b = right.aligned(from: top, to: exponent)
        if left.isNegative == right.isNegative {
            return ExactDecimal(isNegative: left.isNegative, digits: added(a, b), exponent: exponent)
        }
        let leftIsLarger = !a.lexicographicallyPrecedes(b)
        return ExactDecimal(
            isNegative: leftIsLarger ? left.isNegative : right.isNegative,
            digits: leftIsLarger ? subtracted(a, b) : subtracted(b, a),
            exponent: exponent
        )
    }

    /// The digits for the powers of ten from `top` down to `bottom`, padded with zeros at both ends.
    private func aligned(from top: Int, to bottom: Int) -> [UInt8] {
        [UInt8](repeating: 0, count: top - magnitudeExponent)
            + digits
            + [UInt8](repeating: 0, count: exponent - bottom)
    }

    /// Adds digit rows of one length whose first digit is 0, so that no carry is left over.
    private static func added(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] {
        var result = a
        var carry: UInt8 = 0
        for index in result.indices.reversed() {
            let sum = a[index] + b[index] + carry
            carry = sum >= 10 ? 1 : 0
            result[index] = sum - 10 * carry
        }
        return result
    }

    /// Takes the smaller row from the larger one of the same length.
    private static func subtracted(_ larger: [UInt8], _ smaller: [UInt8]) -> [UInt8] {
        var result = larger
        var borrow: UInt8 = 0
        for index in result.indices.reversed() {
            let taken = smaller[index] + borrow
            borrow = larger[index] < taken ? 1 : 0
            result[index] = larger[index] + 10 * borrow - taken
        }
        return result
    }
}
