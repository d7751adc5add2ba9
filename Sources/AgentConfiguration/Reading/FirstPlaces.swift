/// Remembers where values stood first, so that a second one can name it.
final class FirstPlaces<Key: Hashable> {
    private var firsts: [Key: (path: String, line: Int)] = [:]

    /// Takes a value for the key at `reader`, or reports that another key has it already.
    func claim(_ value: Key, by reader: ValueReader, _ what: ConfigurationFault.Problem.Unique) {
        if let first = firsts[value] {
            reader.fault(.taken(what, value: "\(value)", path: first.path, line: first.line))
        } else {
            firsts[value] = (reader.path, reader.node.place.line)
        }
    }
}
