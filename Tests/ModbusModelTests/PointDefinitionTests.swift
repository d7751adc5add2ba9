import ContractPeer
import ExactArithmetic
import ModbusModel
import Testing

@Suite struct `Points` {
    @Test func `every golden vector is met to the letter`() throws {
        let vectors = try PointVector.all()
        #expect(vectors.count >= 80)
        for vector in vectors {
            #expect(try vector.point.text() ?? "failed" == vector.expect, "\(vector.name)")
        }
    }

    @Test func `a point that is NaN is a failed point`() throws {
        let point = try PointDefinition(address: RegisterAddress(.input, 0), type: .float32)
        #expect(throws: ValueFault.notANumber) { try point.value(of: [0x7FC0, 0]) }
        #expect(throws: ValueFault.notANumber) { try point.value(of: [0xFF80, 0]) }
    }

    @Test func `another number of words is refused, whatever slice they come in`() throws {
        let point = try PointDefinition(address: RegisterAddress(.holding, 10), type: .uint32)
        let block: [UInt16] = [9, 9, 1, 2, 9]
        #expect(try point.value(of: block[2..<4]).text == "65538")
        #expect(throws: ValueFault.wordCount(expected: 2, got: 3)) { try point.value(of: block[2...]) }
        #expect(throws: ValueFault.wordCount(expected: 2, got: 0)) { try point.value(of: []) }
    }

    @Test(arguments: [WordOrder.ABCD, .CDAB, .BADC, .DCBA])
    func `a coil is on in every byte order`(order: WordOrder) throws {
        let coil = try PointDefinition(address: RegisterAddress(.coil, 0), type: .bool, order: order)
        #expect(try coil.value(of: [1]).text == "1")
        #expect(try coil.value(of: [0]).text == "0")
    }

    @Test func `a bit table holds only bools without bits`() {
        for table in [RegisterTable.coil, .discrete] {
            #expect(fault(table, .uint16) == .bitTableHoldsOnlyBool(table))
            #expect(fault(table, .bool, bits: 0...0) == .bitTableHoldsOnlyBool(table))
            #expect(fault(table, .bool) == nil)
        }
    }

    @Test func `a bool in a register is one bit of its sixteen`() {
        #expect(fault(.holding, .bool) == .boolNeedsOneBit)
        #expect(fault(.holding, .bool, bits: 0...1) == .boolNeedsOneBit)
        #expect(fault(.holding, .bool, bits: 16...16) == .boolNeedsOneBit)
        #expect(fault(.holding, .bool, bits: -1 ... -1) == .boolNeedsOneBit)
        #expect(fault(.holding, .bool, bits: Int.min...Int.max) == .boolNeedsOneBit)
        #expect(fault(.holding, .bool, bits: 15...15) == nil)
    }

    @Test func `bits are cut out of unsigned types, within their width`() {
        for type in [ValueType.int16, .int32, .int64, .float32, .float64] {
            #expect(fault(.holding, type, bits: 0...3) == .bitsNeedUnsignedType(type))
        }
        #expect(fault(.holding, .uint16, bits: 0...16) == .bitsOutsideType(.uint16))
        #expect(fault(.holding, .uint32, bits: -1...3) == .bitsOutsideType(.uint32))
        #expect(fault(.holding, .uint64, bits: Int.min...Int.max) == .bitsOutsideType(.uint64))
        #expect(fault(.holding, .uint64, bits: 0...63) == nil)
    }

    @Test func `a value ends within its table`() throws {
        let last = RegisterAddress(.holding, 65535)
        #expect(fault(.holding, .uint16, at: 65535) == nil)
        #expect(fault(.holding, .uint32, at: 65535) == .runsOverTableEnd(last, .uint32))
        #expect(fault(.holding, .uint64, at: 65532) == nil)
        #expect(fault(.holding, .float64, at: 65533) == .runsOverTableEnd(RegisterAddress(.holding, 65533), .float64))
        #expect(try PointDefinition(address: RegisterAddress(.input, 7), type: .int64).span == 7..<11)
    }

    @Test(arguments: ["1e12", "1e-12", "999999999999999999e12", "-0.000000000001", "123456.789012345678"])
    func `a scale or an offset of 18 digits and twelve places fits`(text: String) throws {
        let factor = try #require(ExactDecimal(parsing: text))
        #expect(fault(.holding, .uint16, scale: factor) == nil)
        #expect(fault(.holding, .uint16, offset: factor) == nil)
    }

    @Test(arguments: ["1e13", "1e-13", "1234567890123456789", "0.0000000000001", "10000000000000"])
    func `a scale or an offset with more is refused`(text: String) throws {
        let factor = try #require(ExactDecimal(parsing: text))
        #expect(fault(.holding, .uint16, scale: factor) == .factorOutOfRange("scale"))
        #expect(fault(.holding, .uint16, offset: factor) == .factorOutOfRange("offset"))
    }

    @Test func `a scale of zero is refused and an offset of zero is not`() {
        #expect(fault(.holding, .uint16, scale: .zero) == .scaleIsZero)
        #expect(fault(.holding, .uint16, offset: .zero) == nil)
    }

    @Test func `every fault says what would fit`() {
        let last = RegisterAddress(.holding, 65535)
        let texts: [(PointFault, String)] = [
            (.bitTableHoldsOnlyBool(.coil), "a coil is a single bit: its type is bool, without bits"),
            (.boolNeedsOneBit, "a bool in a register needs the bit that it is: bits: 0 (least significant) to 15"),
            (.bitsNeedUnsignedType(.int16), "bits cannot be cut out of int16: use uint16, uint32 or uint64"),
            (.bitsOutsideType(.uint32), "uint32 has the bits 0 to 31"),
            (
                .runsOverTableEnd(last, .uint32),
                "uint32 at 465536 takes 2 registers and would end beyond address 65535"
            ),
            (.factorOutOfRange("scale"), "scale may have 18 digits and powers of ten from -12 to 12"),
            (.scaleIsZero, "a scale of 0 would turn every reading into the offset"),
        ]
        for (fault, text) in texts { #expect(fault.description == text) }
        #expect(ValueFault.notANumber.description == "the register holds NaN or an infinity, which is no value")
        #expect(ValueFault.wordCount(expected: 2, got: 3).description == "the type has 2 words, not 3")
    }

    private func fault(
        _ table: RegisterTable,
        _ type: ValueType,
        at offset: UInt16 = 0,
        bits: ClosedRange<Int>? = nil,
        scale: ExactDecimal = .one,
        offset added: ExactDecimal = .zero
    ) -> PointFault? {
        do {
            _ = try PointDefinition(
                address: RegisterAddress(table, offset),
                type: type,
                bits: bits,
                scale: scale,
                offset: added
            )
            return nil
        } catch {
            return error
        }
    }
}
