internal import StoreForward

/// A stored message on its way to the broker.
struct Outgoing: Sendable, Hashable {
    /// The spool's number for it, by which its answer is known.
    let sequence: Int64
    /// The bytes, exactly as they are stored.
    let payload: [UInt8]

    /// A message at the moment at which it was stored.
    init(sequence: Int64, payload: [UInt8]) {
        self.sequence = sequence
        self.payload = payload
    }

    /// A message as the spool gave it back.
    init(_ message: StoredMessage) {
        self.init(sequence: message.sequence, payload: message.payload)
    }
}
