import Testing

@testable import AgentConfiguration

/// The word that was probably meant.
@Suite struct NearestWords {
    private let keys = ["host", "port", "ca", "certificate", "key", "keep_alive", "in_flight"]

    @Test(arguments: [
        ("prot", "port"), ("hots", "host"), ("keys", "key"), ("Key", "key"), ("keepalive", "keep_alive"),
        ("keepAlive", "keep_alive"), ("keep-alive", "keep_alive"), ("inflight", "in_flight"), ("cert", "certificate"),
        ("certifcate", "certificate"), ("c", "ca"),
    ])
    func `a slip of the pen finds its key`(written: String, meant: String) {
        #expect(NearestWord.of(written, in: keys) == meant)
    }

    @Test(arguments: ["colour", "", "xy", "username", "\u{1F600}\u{1F600}", String(repeating: "key", count: 1000)])
    func `what is far from every key finds none`(written: String) {
        #expect(NearestWord.of(written, in: keys) == nil)
    }

    @Test(arguments: [("ABDC", nil), ("7E1", nil), ("abcd", "ABCD"), ("8e1", "8E1"), ("unit16", "uint16")])
    func `a short value is not guessed`(written: String, meant: String?) {
        #expect(NearestWord.of(written, in: ["ABCD", "8E1", "uint16"], isValue: true) == meant)
    }

    @Test(arguments: [("", "", 0), ("", "ab", 2), ("ab", "ba", 1), ("scal", "scale", 1), ("kitten", "sitting", 3)])
    func `the distance counts the letters that change`(left: String, right: String, distance: Int) {
        #expect(NearestWord.distance(left, right) == distance)
        #expect(NearestWord.distance(right, left) == distance)
    }
}
