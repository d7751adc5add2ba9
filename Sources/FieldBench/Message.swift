/// A message as a subscriber received it, to the byte.
public struct Message: Sendable, Equatable {
    /// The topic it was published to.
    public var topic: String
    /// Its content, exactly as it came.
    public var payload: [UInt8]
    /// The quality of service with which it was delivered.
    public var qos: Int
    /// Whether it is the broker's memory of an earlier message rather than a live one.
    public var isRetained: Bool

    /// A message with all its parts.
    public init(topic: String, payload: [UInt8], qos: Int = 1, isRetained: Bool = false) {
        self.topic = topic
        self.payload = payload
        self.qos = qos
        self.isRetained = isRetained
    }

    /// The content as text; bytes that are not UTF-8 are replaced.
    public var text: String { String(decoding: payload, as: UTF8.self) }

    /// How the command-line client is told to write a message: content in hexadecimal, because it may be anything.
    static let format = "MESSAGE %q %r %x %t"

    /// Reads what was written in that format; nothing if the line is something else.
    init?(line: String) {
        // The topic comes last: it may contain blanks.
        let words = line.split(separator: " ", maxSplits: 4, omittingEmptySubsequences: false)
        guard words.count == 5, words[0] == "MESSAGE", let qos = Int(words[1]), words[3].count.isMultiple(of: 2) else {
            return nil
        }
        let digits = Array(words[3].utf8)
        let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
        }
        guard bytes.count == digits.count / 2 else { return nil }
        self.init(topic: String(words[4]), payload: bytes, qos: qos, isRetained: words[2] == "1")
    }
}
