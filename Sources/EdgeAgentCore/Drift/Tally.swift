internal import Glibc

/// How often something happened among so many chances.
struct Tally: Sendable, Hashable {
    /// How often it happened.
    var bad = 0
    /// Among how many chances.
    var chances = 0

    /// The share, from 0 to 1; 0 where there was no chance.
    var share: Double { chances == 0 ? 0 : Double(bad) / Double(chances) }

    mutating func count(_ isBad: Bool) {
        chances += 1
        bad += isBad ? 1 : 0
    }

    static func + (left: Tally, right: Tally) -> Tally {
        Tally(bad: left.bad + right.bad, chances: left.chances + right.chances)
    }

    /// What speaks for a true share above an allowed one: the chance of so many by luck is at most e to the minus this.
    ///
    /// Chernoff's bound on the binomial distribution: it holds for every number of chances, also where they are not alike
    /// and only their mean is what is allowed (Hoeffding 1963).
    func evidence(above allowed: Double) -> Double { share > allowed ? divergence(from: allowed) : 0 }

    /// What speaks for a true share below an allowed one, in the same measure.
    func evidence(below allowed: Double) -> Double { share < allowed ? divergence(from: allowed) : 0 }

    private func divergence(from allowed: Double) -> Double {
        guard chances > 0, allowed > 0, allowed < 1 else { return 0 }
        let share = share
        let bad = share == 0 ? 0 : share * log(share / allowed)
        let good = share == 1 ? 0 : (1 - share) * log((1 - share) / (1 - allowed))
        return Double(chances) * (bad + good)
    }

    /// The largest true share that a measured one leaves room for, at 99 % (Wilson 1927).
    static func upperBound(share: Double, chances: Double) -> Double {
        guard chances > 0 else { return 1 }
        let z = 2.326
        let spread = z * (share * (1 - share) / chances + z * z / (4 * chances * chances)).squareRoot()
        return min((share + z * z / (2 * chances) + spread) / (1 + z * z / chances), 1)
    }
}
