/// What arrived, told apart: first arrivals, repeats by the gateway, repeats by the broker, and bytes that are wrong.
struct Arrivals {
    struct First {
        let reading: Int
        let stamp: Int64
        let moment: Moment
    }

    struct Repeat {
        let reading: Int
        /// Between these two arrivals it was sent again.
        let between: ClosedRange<Moment>
    }

    private(set) var firsts: [First] = []
    private(set) var repeats: [Repeat] = []
    private(set) var brokerRepeats = 0
    private(set) var wrong: [String] = []

    private var seen: [Int: Evidence.Delivery] = [:]

    var readings: Set<Int> { Set(seen.keys) }

    init(_ evidence: Evidence) {
        let answered = Set(evidence.cycles.map(\.reading))
        for delivery in evidence.deliveries {
            guard let claims = Meter.claims(of: delivery.payload),
                Meter.payload(mac: evidence.mac, reading: claims.reading, stamp: claims.stamp) == delivery.payload
            else {
                wrong.append("no canonical message of this meter: \(String(decoding: delivery.payload, as: UTF8.self))")
                continue
            }
            guard evidence.backlog.indices.contains(claims.reading) || answered.contains(claims.reading) else {
                wrong.append("reading \(claims.reading), which the meter never answered")
                continue
            }
            note(delivery, claims.reading, claims.stamp)
        }
    }

    private mutating func note(_ delivery: Evidence.Delivery, _ reading: Int, _ stamp: Int64) {
        guard let before = seen[reading] else {
            seen[reading] = delivery
            firsts.append(First(reading: reading, stamp: stamp, moment: delivery.moment))
            return
        }
        if before.payload != delivery.payload {
            wrong.append("reading \(reading) came with two different contents")
        } else if before.messageID == delivery.messageID {
            brokerRepeats += 1
        } else {
            repeats.append(Repeat(reading: reading, between: before.moment...max(before.moment, delivery.moment)))
        }
        seen[reading] = delivery
    }
}
