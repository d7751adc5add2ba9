internal import Logging

extension LineLog {
    /// Says what has become worse since the line was measured, or is well again; the caller knows of changes only.
    func note(_ change: LineDrift.Change) {
        var metadata: Logger.Metadata = ["share": "\(change.finding.seen)"]
        if let slave = change.drift.slave { metadata["slave"] = "\(slave)" }
        metadata["allowed"] = "\(change.finding.allowed.percentText)"
        if let measured = change.measured { metadata["measured"] = "\(measured.percentText)" }
        if let limit = change.limit { metadata["later_than"] = "\(limit.millisecondsText)" }
        if change.isRaised {
            log.warning("\(change.drift.words)", metadata: metadata)
        } else {
            log.notice("\(change.drift.wellWords)", metadata: metadata)
        }
    }
}

extension Drift {
    /// What has become worse, and what to do about it.
    var words: String {
        switch (kind, slave) {
        case (.loss, nil):
            "the line loses more than when it was measured; check termination, bias, joints and what was added to it, "
                + "and run edge-agent probe diagnose"
        case (.loss, _):
            "a slave answers less often than when it was measured; check its terminals, its supply and the cable to it"
        case (.slow, nil):
            "the slaves answer later than when they were measured; check the adapter's latency timer and what else "
                + "this machine does"
        case (.slow, _):
            "a slave answers later than when it was measured; check whether it was exchanged or set otherwise, and its "
                + "supply"
        case (.noise, _):
            "more characters arrive damaged than when the line was measured; check shield, earth, bias and what was "
                + "put beside the cable"
        }
    }

    /// That it is as it was measured.
    var wellWords: String {
        switch (kind, slave) {
        case (.loss, nil): "the line loses no more than when it was measured"
        case (.loss, _): "a slave answers as often as when it was measured"
        case (.slow, nil): "the slaves answer as soon as when they were measured"
        case (.slow, _): "a slave answers as soon as when it was measured"
        case (.noise, _): "no more characters arrive damaged than when the line was measured"
        }
    }
}

extension Tally: CustomStringConvertible {
    /// `9 of 300 (3.0 %)`.
    var description: String { "\(bad) of \(chances) (\(share.percentText))" }
}

extension Double {
    /// A share in tenths of a percent: `3.0 %`.
    var percentText: String {
        let tenths = Int((self * 1000).rounded())
        return "\(tenths / 10).\(tenths % 10) %"
    }
}
