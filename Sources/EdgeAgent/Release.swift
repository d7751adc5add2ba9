/// Which release this is.
enum Release {
    static let version = "0.1.0"

    /// The first second of the month before the release, in seconds since 1970 (2026-09-01T00:00:00Z).
    ///
    /// It is written down and not taken from the build, so that every build of a release has the same bytes. A clock
    /// before it is wrong.
    static let date: Int64 = 1_788_220_800
}
