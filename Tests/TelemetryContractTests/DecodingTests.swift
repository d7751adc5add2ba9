import ExactArithmetic
import Testing

@testable import TelemetryContract

@Suite struct `Reading a message` {
    private let head = #"{"gateway_mac":"aa:bb:cc:dd:ee:ff","timestamp":"2026-02-18T14:30:00Z","leituras":["#
    private let good = #"{"dispositivo_codigo":"D01","valor":1.5,"unidade":"m³"}"#

    private func decode(_ text: String) throws(ContractFault) -> TelemetryMessage {
        try TelemetryMessage(decoding: Array(text.utf8))
    }

    private func fault(_ text: String) -> ContractFault? {
        do throws(ContractFault) {
            _ = try decode(text)
            return nil
        } catch {
            return error
        }
    }

    @Test func `white space and the order of members may be any that JSON allows`() throws {
        let canonical = try decode(head + good + "]}")
        let other = try decode(
            " \t\r\n{ \"leituras\" : [ {\"unidade\" :\"m³\",\n\"valor\": 1.5 , \"dispositivo_codigo\":\"D01\" } ] ,"
                + "\"timestamp\":\"2026-02-18T14:30:00Z\",\"gateway_mac\":\"aa:bb:cc:dd:ee:ff\"} \n"
        )
        #expect(other == canonical)
        #expect(other.encoded() == Array((head + good + "]}").utf8))
    }

    @Test func `escapes may be any that JSON allows`() throws {
        let message = try decode(
            head + #"{"\u0064ispositivo_codigo":"\u00e9\/\uD83d\uDE00\"\\\b\t\n\f\r\u001F","valor":1,"unidade":""}]}"#
        )
        #expect(Array(message.readings[0].code.utf8) == Array("é/😀\"\\\u{8}\t\n\u{C}\r\u{1F}".utf8))
    }

    @Test func `a fault says at which byte it shows and what was expected`() {
        #expect(fault("")?.description == "byte 0: expected an object")
        #expect(fault("[]")?.description == "byte 0: expected an object")
        #expect(fault("{}")?.description == "byte 1: expected the member \"gateway_mac\" before the end of the object")
        #expect(fault(head + good + "]} x")?.description == "byte 141: expected the end of the message")
        #expect(fault(head + "]}")?.reason == .message(.noReadings))
        #expect(fault(head + good + "," + good + "]}")?.offset == head.utf8.count + good.utf8.count + 1)
        #expect(
            fault(head + good + "," + good + "]}")?.reason == .message(.duplicateCode("D01", index: 1))
        )
        #expect(fault(head + good + ",]}")?.reason == .expected("an object"))
        #expect(fault(head + good + "]")?.reason == .expected("a comma or the end of the object"))
        #expect(fault(head + good)?.reason == .expected("a comma or the end of the array"))
        #expect(fault("{\"gateway_mac\" 1}")?.description == "byte 15: expected a colon")
    }

    @Test(arguments: [
        (#""valor":1.5"#, #""valor":1.50"#), ("1.5", "-0"), ("1.5", "1.0"), ("1.5", "15e-1"), ("1.5", "1E3"),
        ("1.5", "01"), ("1.5", "+1"), ("1.5", ".5"), ("1.5", "1."), ("1.5", "1e+20"), ("1.5", "1e1000"), ("1.5", "--"),
    ])
    func `a number in another spelling is refused`(old: String, new: String) {
        let text = head + good.replacing(old, with: new) + "]}"
        guard case .notCanonical = fault(text)?.reason else {
            Issue.record("\(text)")
            return
        }
    }

    @Test(arguments: ["\"1.5\"", "null", "true", "[]", "{}", "NaN", "Infinity", ""])
    func `what is no number is refused`(new: String) {
        #expect(fault(head + good.replacing("1.5", with: new) + "]}")?.reason == .expected("a number"))
    }

    @Test func `unknown, repeated and missing members are refused`() {
        let extra = good.replacing("\"valor\"", with: "\"qualidade\":[[[]]],\"valor\"")
        #expect(fault(head + extra + "]}")?.reason == .unknownMember("qualidade"))
        let twice = good.replacing("\"unidade\"", with: "\"valor\":1.5,\"unidade\"")
        #expect(fault(head + twice + "]}")?.reason == .repeatedMember("valor"))
        let less = good.replacing(",\"unidade\":\"m³\"", with: "")
        #expect(fault(head + less + "]}")?.reason == .missingMember("unidade"))
        #expect(fault(head + "{}]}")?.reason == .missingMember("dispositivo_codigo"))
    }

    @Test(arguments: [#"\ud83d"#, #"\ude00"#, #"\ud83d\ud83d"#, #"\ud83dx"#, #"\ud83d\n"#])
    func `half of a surrogate pair is refused`(escape: String) {
        #expect(fault(head + good.replacing("D01", with: escape) + "]}")?.reason == .loneSurrogate)
    }

    @Test(arguments: [#"\x"#, #"\u12"#, #"\u12g4"#, #"\u+123"#, #"\U0041"#, "\t", "\n", "\u{0}", #"\ud83d\u12"#])
    func `an escape that JSON does not know and a bare control character are refused`(inside: String) {
        guard case .expected = fault(head + good.replacing("D01", with: inside) + "]}")?.reason else {
            Issue.record("\(inside)")
            return
        }
    }

    @Test(
        arguments: [
            [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC3], [0xE2, 0x82], [0x80],
        ] as [[UInt8]]
    )
    func `bytes that are not UTF-8 are refused where they stand`(bad: [UInt8]) {
        let before = Array((head + #"{"dispositivo_codigo":"é"#).utf8)
        let bytes = before + bad + Array(#"","valor":1,"unidade":""}]}"#.utf8)
        #expect(throws: ContractFault(offset: before.count, reason: .notUTF8)) { try TelemetryMessage(decoding: bytes) }
    }

    @Test func `a byte order mark is refused`() {
        #expect(fault("\u{FEFF}" + head + good + "]}")?.description == "byte 0: expected an object")
    }

    @Test func `U+0000 and an empty code are refused`() {
        #expect(
            fault(head + good.replacing("D01", with: #"\u0000"#) + "]}")?.reason
                == .message(.badCode("\0", index: 0))
        )
        #expect(fault(head + good.replacing("D01", with: "") + "]}")?.reason == .message(.badCode("", index: 0)))
        #expect(
            fault(head + good.replacing("m³", with: #"\u0000"#) + "]}")?.reason
                == .message(.badUnit("\0", index: 0))
        )
    }

    @Test func `another MAC or timestamp spelling is refused`() {
        let text = head + good + "]}"
        #expect(fault(text.replacing("aa:bb", with: "AA:bb"))?.offset == 15)
        #expect(fault(text.replacing("02-18", with: "02-29"))?.offset == 47)
    }

    @Test(arguments: ["[", "{", "{\"leituras\":", "{\"a\":", "{\"leituras\":[[", "\"\\u", "{\"leituras\":[{\"valor\":"])
    func `a hundred thousand nested openings do no harm`(opening: String) {
        #expect(fault(String(repeating: opening, count: 100_000)) != nil)
    }

    @Test func `codes that Swift holds for equal stay two codes`() throws {
        let composed = good.replacing("D01", with: "\u{E9}")
        let decomposed = good.replacing("D01", with: "e\u{301}")
        let message = try decode(head + composed + "," + decomposed + "]}")
        #expect(message.readings.count == 2)
        #expect(message.readings[0] != message.readings[1])
    }
}
