/// What came while a line was listened to, in figures.
public struct Heard: Sendable, Hashable, Codable {
    /// With which setting.
    public let setting: ProbeSetting
    /// How many bytes came.
    public let bytes: Int
    /// How many whole frames of Modbus RTU are among them.
    public let frames: Int
    /// The slaves that these are to or from.
    public let slaves: [UInt8]

    init(_ bytes: [UInt8], at setting: ProbeSetting) {
        let frames = Conversation.frames(in: bytes)
        self.setting = setting
        self.bytes = bytes.count
        self.frames = frames.count
        slaves = Set(frames.map(\.slave)).sorted()
    }
}
