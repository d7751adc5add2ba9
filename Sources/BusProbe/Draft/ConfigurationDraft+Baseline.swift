extension ConfigurationDraft {
    /// A configuration whose one line is held against a measurement; nil where `line:` is in a form that cannot be extended.
    ///
    /// It can where `line:` stands at the left margin, with its keys below it, in braces on the same line, or with a path
    /// alone; everything else in the file, comments too, stays as it is.
    public static func watching(_ text: String, baseline: String) -> String? {
        let newline: Character = text.contains("\r\n") ? "\r\n" : "\n"
        var lines = text.split(separator: newline, omittingEmptySubsequences: false).map(String.init)
        guard let head = lines.firstIndex(where: { $0.hasPrefix("line:") }) else { return nil }
        let entry = "baseline: \(quoted(baseline))"
        let rest = lines[head].dropFirst("line:".count)
        if rest.isBlankOrComment {
            let body = lines.index(after: head)
            guard let first = lines[body...].firstIndex(where: { !$0[...].isBlankOrComment }),
                lines[first].hasPrefix(" ")
            else { return nil }
            let end = lines[first...].firstIndex { $0.first.map { $0 != " " && $0 != "#" } ?? false } ?? lines.endIndex
            // Behind the last key, before what only separates it from the next section.
            let last = lines[first..<end].lastIndex { !$0[...].isBlankOrComment } ?? first
            lines.insert(lines[first].prefix { $0 == " " } + entry, at: lines.index(after: last))
        } else {
            let value = rest.beforeComment
            let comment = rest[value.endIndex...]
            let bare = value.trimmed
            if bare.first == "{", bare.last == "}" {
                lines[head] = "line: \(bare.dropLast().trimmed), \(entry) }\(comment)"
            } else {
                lines[head] = "line: { port: \(bare), \(entry) }\(comment)"
            }
        }
        return lines.joined(separator: String(newline))
    }

    /// A path as YAML takes it, in quotes where it holds more than names have.
    private static func quoted(_ path: String) -> String {
        let isPlain = path.utf8.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || "/._-".utf8.contains(byte)
        }
        guard !isPlain || path.hasPrefix("-") else { return path }
        return "\"\(path.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined())\""
    }
}

extension Substring {
    /// Without the spaces at both ends.
    fileprivate var trimmed: Substring {
        var rest = drop { $0 == " " }
        while rest.last == " " { rest.removeLast() }
        return rest
    }

    /// What stands before a comment.
    fileprivate var beforeComment: Substring {
        var before: Character = "a"
        for place in indices {
            if self[place] == "#", before == " " {
                // With the spaces before it, which belong to the comment.
                var text = self[..<place]
                while text.last == " " { text.removeLast() }
                return text
            }
            before = self[place]
        }
        return self
    }
}
