extension Duration {
    /// Tenths of a millisecond, as many as a reader of a log can use: `117.0`.
    var millisecondsText: String {
        let tenths = Int64((self / .microseconds(100)).rounded())
        return "\(tenths / 10).\(abs(tenths % 10))"
    }

    /// Tenths of a second, with the unit: `0.9s`.
    var secondsText: String {
        let tenths = Int64((self / .milliseconds(100)).rounded())
        return "\(tenths / 10).\(abs(tenths % 10))s"
    }
}
