extension ExactDecimal {
    /// Makes the shortest decimal that reads back as this 32-bit float; nil for NaN and the infinities.
    public init?(shortest value: Float) {
        guard value.isFinite else { return nil }
        self.init(parsing: value.description)
    }

    /// Makes the shortest decimal that reads back as this 64-bit float; nil for NaN and the infinities.
    public init?(shortest value: Double) {
        guard value.isFinite else { return nil }
        // The standard library prints the shortest digits that round-trip, and of those the closest to the value.
        self.init(parsing: value.description)
    }
}
