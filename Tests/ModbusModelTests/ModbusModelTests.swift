import ExactArithmetic
import ModbusModel
import Testing

@Suite struct `Addresses in the manuals' notation` {
    @Test(arguments: [
        ("40001", RegisterTable.holding, 0), ("49999", .holding, 9998), ("400001", .holding, 0),
        ("410000", .holding, 9999), ("465536", .holding, 65535), ("30001", .input, 0), ("365536", .input, 65535),
        ("10001", .discrete, 0), ("00001", .coil, 0), ("09999", .coil, 9998), ("065536", .coil, 65535),
    ])
    func `the first digit names the table and the others count from one`(
        notation: String,
        table: RegisterTable,
        offset: Int
    ) {
        #expect(RegisterAddress(notation: notation) == RegisterAddress(table, UInt16(offset)))
    }

    @Test(arguments: [
        "20001", "50001", "90001", "40000", "400000", "00000", "465537", "499999", "4001", "4000001", "", "4000a",
        "-40001", "+4001", " 40001", "40001 ", "4０001", "٤0001",
    ])
    func `anything else is refused`(notation: String) {
        #expect(RegisterAddress(notation: notation) == nil)
    }

    @Test func `every address is read back from its description`() {
        for table in RegisterTable.allCases {
            for offset in [0, 1, 9, 9997, 9998, 9999, 10_000, 65_534, 65_535] as [UInt16] {
                let address = RegisterAddress(table, offset)
                #expect(RegisterAddress(notation: address.description) == address)
            }
        }
        #expect(RegisterAddress(.holding, 9998).description == "49999")
        #expect(RegisterAddress(.holding, 9999).description == "410000")
        #expect(RegisterAddress(.coil, 0).description == "00001")
    }
}

@Suite struct `Tables and slaves` {
    @Test(arguments: [
        (RegisterTable.coil, UInt8(1), 2000, true), (.discrete, 2, 2000, true), (.holding, 3, 125, false),
        (.input, 4, 125, false),
    ])
    func `each table has its function and its limit`(table: RegisterTable, function: UInt8, limit: Int, bits: Bool) {
        #expect(table.readFunction == function)
        #expect(table.requestLimit == limit)
        #expect(table.holdsBits == bits)
    }

    @Test func `a slave has an address from 1 to 247`() {
        for good in [1, 17, 247] { #expect(SlaveAddress(good).map { Int($0.rawValue) } == good) }
        for bad in [Int.min, -1, 0, 248, 255, 256, 257, Int.max] { #expect(SlaveAddress(bad) == nil) }
        #expect([SlaveAddress(3), SlaveAddress(1)].compactMap(\.self).min()?.description == "1")
    }
}

@Suite struct `Times of a line` {
    @Test(arguments: [
        (1200, 32_083), (2400, 16_041), (4800, 8_020), (9600, 4_010), (19_200, 2_005), (38_400, 1_750),
        (115_200, 1_750), (1_000_000, 1_750),
    ])
    func `frames are 3.5 characters apart, and 1.75 ms above 19200`(baud: Int, microseconds: Int) {
        for format in SerialFormat.allCases {
            let silence = SerialTiming(baud: baud, format: format).frameSilence
            #expect(silence >= .microseconds(microseconds))
            #expect(silence < .microseconds(microseconds + 1))
        }
    }

    @Test func `a character has 10 bits without parity and 11 else`() {
        #expect(SerialFormat.eightN1.bitsPerCharacter == 10)
        #expect(SerialFormat.eightE1.bitsPerCharacter == 11)
        #expect(SerialFormat.eightO1.bitsPerCharacter == 11)
        #expect(SerialFormat.eightN2.bitsPerCharacter == 11)
        #expect(SerialFormat(rawValue: "8E1") == .eightE1)
        #expect(SerialFormat(rawValue: "8e1") == nil)
    }

    @Test func `a run of characters takes as long as its bits`() {
        #expect(SerialTiming(baud: 9600, format: .eightN1).time(ofCharacters: 96) == .milliseconds(100))
        #expect(SerialTiming(baud: 1200, format: .eightE1).time(ofCharacters: 12) == .milliseconds(110))
        #expect(SerialTiming(baud: 9600, format: .eightN1).time(ofCharacters: 0) == .zero)
        #expect(SerialTiming.speeds == SerialTiming.speeds.sorted())
    }

    @Test func `a line without speed is a mistake of the program`() async {
        await #expect(processExitsWith: .failure) { _ = SerialTiming(baud: 0, format: .eightN1) }
    }
}
