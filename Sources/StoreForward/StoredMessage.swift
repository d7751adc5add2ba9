/// A message as the spool keeps it.
public struct StoredMessage: Equatable, Sendable {
    /// The spool's own number, which grows with each append and is never used again.
    public let sequence: Int64
    /// UTC seconds since 1970, given by the caller; each appended message has a higher one than those before.
    public let stamp: Int64
    /// The bytes, exactly as they were appended.
    public let payload: [UInt8]
    /// The reason with which the broker refused it last; nil when it was never refused.
    public let refusal: UInt8?
    /// Whether it was delivered before and is asked for again.
    public let isResend: Bool

    init(sequence: Int64, stamp: Int64, payload: [UInt8], refusal: UInt8? = nil, isResend: Bool = false) {
        self.sequence = sequence
        self.stamp = stamp
        self.payload = payload
        self.refusal = refusal
        self.isResend = isResend
    }
}

/// A cycle that was read before the time was known.
public struct UndatedMessage: Equatable, Sendable {
    /// The spool's own number for it, which grows with each one.
    public let id: Int64
    /// The bytes, exactly as they were given; the caller makes the message of them once the time is known.
    public let payload: [UInt8]
    /// The boot in which it was read: the kernel's `boot_id`.
    public let bootID: String
    /// The time since that boot at which it was read, to the microsecond.
    public let uptime: Duration

    init(id: Int64, payload: [UInt8], bootID: String, uptime: Duration) {
        self.id = id
        self.payload = payload
        self.bootID = bootID
        self.uptime = uptime
    }
}

/// What becomes of an undated message once the time is known.
public struct DatedMessage: Equatable, Sendable {
    /// The number of the undated message.
    public let id: Int64
    /// The message's final bytes.
    public let payload: [UInt8]
    /// Its stamp, above every stamp before.
    public let stamp: Int64

    /// Names an undated message, its bytes and its stamp.
    public init(id: Int64, payload: [UInt8], stamp: Int64) {
        self.id = id
        self.payload = payload
        self.stamp = stamp
    }
}
