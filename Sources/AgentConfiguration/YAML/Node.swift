/// One node of a YAML document, with the place where it begins.
struct Node {
    /// Where the node begins; for a block mapping, its first key.
    let place: Place

    /// What the node is.
    let content: Content

    /// The three kinds of YAML, and what was refused.
    enum Content {
        /// A text.
        case scalar(Scalar)
        /// A list.
        case sequence([Node])
        /// Keys and values in the order of the file, doubles included.
        case mapping([Entry])
        /// An alias or the like, already reported: whoever reads it says nothing more about it.
        case refused
    }

    /// A key and its value.
    struct Entry {
        /// The key, which need not be a text.
        let key: Node
        /// The value.
        let value: Node
    }
}

/// A text as it stands in the file; what it means is decided by whoever asks for it, never by how it looks.
struct Scalar {
    /// The text, without quotes and with escapes resolved.
    let text: String

    /// Whether it stood in quotes or in a block (`|`, `>`), and so was meant as a text.
    let isQuoted: Bool

    /// Whether nothing stands there: an empty plain scalar, `~` or `null`.
    var isNull: Bool { !isQuoted && ["", "~", "null", "Null", "NULL"].contains(text) }
}

extension Node {
    /// The path of a key below `path`: `line` and `baud` give `line.baud`.
    static func path(_ path: String, key: String) -> String {
        path.isEmpty ? key.shortened : "\(path).\(key.shortened)"
    }

    /// The path of an item of the list at `path`: `slaves[0]`.
    static func path(_ path: String, index: Int) -> String { "\(path)[\(index)]" }

    /// The places of all values below this node by their key's path; of a double key the first counts.
    func places(below path: String = "", into places: inout [String: Place]) {
        switch content {
        case .scalar, .refused: return
        case .sequence(let items):
            for (index, item) in items.enumerated() {
                let path = Node.path(path, index: index)
                places[path] = item.place
                item.places(below: path, into: &places)
            }
        case .mapping(let entries):
            for entry in entries {
                guard case .scalar(let key) = entry.key.content else { continue }
                let path = Node.path(path, key: key.text)
                if places[path] == nil { places[path] = entry.value.place }
                entry.value.places(below: path, into: &places)
            }
        }
    }
}

extension String {
    /// The text fit for one line of a message: control characters replaced, and cut after 40 characters.
    var shortened: String {
        let visible = unicodeScalars.prefix(41).map { $0.isControl ? "\u{FFFD}" : String($0) }
        return visible.count <= 40 ? visible.joined() : visible.prefix(39).joined() + "…"
    }
}

extension Unicode.Scalar {
    /// Whether the character is a control character of ASCII or Latin-1, DEL included.
    var isControl: Bool { value < 0x20 || (0x7F...0x9F).contains(value) }
}
