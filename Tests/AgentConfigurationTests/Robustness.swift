import AgentConfiguration
import Testing

/// Whatever stands in the file, the reader says something and comes back.
@Suite struct Robustness {
    private func faults(_ bytes: [UInt8]) -> ConfigurationFaults? {
        do throws(ConfigurationFaults) {
            _ = try AgentConfiguration.parse(bytes, file: "f.yaml")
            return nil
        } catch {
            return error
        }
    }

    @Test(.timeLimit(.minutes(6)), arguments: 0..<10)
    func `a good file that is spoilt at random never crashes the reader`(seed: UInt64) throws {
        let good = Array(try Sample.documented(0).utf8)
        var random = SplitMix(state: seed)
        var refused = 0
        for round in 0..<500 {
            let bytes = spoilt(good, &random)
            if let faults = faults(bytes) {
                refused += 1
                #expect(!faults.faults.isEmpty)
                #expect(!faults.description.isEmpty)
                #expect(!faults.description.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
            }
            if round.isMultiple(of: 5) { _ = try? SimulationConfiguration.parse(bytes, file: "f.yaml") }
        }
        // Some hit a comment; if none were refused, nothing was spoilt.
        #expect(refused > 250)
    }

    /// One to four cuts, doublings, exchanges and insertions of pieces that mean something to YAML.
    private func spoilt(_ good: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        let pieces = [
            "*a", "&a ", "<<: ", "[", "{", "- ", ": ", "\"", "'", "\t", "\r", "\0", "---\n", "!!int ", "| \n", "?",
        ]
        var bytes = good
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let start = Int.random(in: 0..<bytes.count, using: &random)
            let end = min(bytes.count, start + Int.random(in: 1...20, using: &random))
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes.removeSubrange(start..<end)
            case 1: bytes.insert(contentsOf: bytes[start..<end], at: start)
            case 2: bytes[start] = UInt8.random(in: 0...255, using: &random)
            case 3: bytes[start] = UInt8.random(in: 0x20...0x7E, using: &random)
            default: bytes.insert(contentsOf: pieces[Int.random(in: 0..<pieces.count, using: &random)].utf8, at: start)
            }
            if bytes.isEmpty { return good }
        }
        return bytes
    }

    @Test(.timeLimit(.minutes(6)), arguments: ["[", "{a: ", "- ", "? ", "!a ", "&a "])
    func `nesting without end is refused`(opening: String) {
        let text = String(repeating: opening, count: 100_000)
        #expect(faults(Array(text.utf8)) != nil)
    }

    @Test(.timeLimit(.minutes(6)))
    func `a billion laughs are not laughed`() throws {
        var text = "a: &a [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n"
        for (inner, outer) in zip("abcdefghijklmno", "bcdefghijklmnop") {
            let nine = repeatElement("*\(inner)", count: 9).joined(separator: ", ")
            text += "\(outer): &\(outer) [\(nine)]\n"
        }
        #expect(faults(Array(text.utf8))?.faults.count == 101)
    }

    @Test(.timeLimit(.minutes(6)))
    func `a list without end is refused`() {
        let text = "slaves: [" + String(repeating: "1,", count: 500_000) + "]"
        #expect(
            faults(Array(text.utf8))?.description == "f.yaml:1:200004: the file is larger than 100000 keys and values"
        )
    }

    @Test(.timeLimit(.minutes(6)))
    func `a thousand faults are cut to a hundred and their number`() throws {
        let text = "slaves: [" + String(repeating: "1,", count: 50_000) + "]"
        let faults = try #require(self.faults(Array(text.utf8)))
        #expect(faults.faults.count == 101)
        #expect(faults.faults.last?.message.hasSuffix(" more faults from here on") == true)
    }

    @Test(.timeLimit(.minutes(6)))
    func `ten thousand keys that nobody knows are refused in good time`() {
        let text = (0..<10_000).map { "key\($0): 1\n" }.joined()
        #expect(faults(Array(text.utf8))?.faults.count == 101)
    }

    @Test(.timeLimit(.minutes(6)))
    func `thousands of points on one register are read in good time`() throws {
        let points = (0..<5000).map {
            "{ code: P\($0), register: 40001, type: \($0 % 2 == 0 ? "uint16" : "int16"), unit: V }"
        }
        let text =
            "line: { port: p }\nslaves: [{ id: 1, points: [\(points.joined(separator: ",\n"))] }]\n"
            + "broker: { host: h, ca: a, certificate: b, key: c }"
        let configuration = try Sample(text).parsed()
        #expect(configuration.slaves.first?.points.count == 5000)
        #expect(configuration.warnings.count == 2500)
    }
}

/// A small generator whose sequence is the same on every machine (Steele, Lea, Flood 2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
