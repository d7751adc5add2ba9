extension String {
    /// The text in lines that fit a phone's terminal; a word that is longer than a line stays whole.
    ///
    /// - Parameters:
    ///   - width: The columns of a line.
    ///   - indent: What every line after the first begins with.
    public func wrapped(to width: Int = 79, hanging indent: String = "") -> String {
        split(separator: "\n", omittingEmptySubsequences: false)
            .map { Self.wrapped($0, width, indent) }
            .joined(separator: "\n")
    }

    private static func wrapped(_ line: Substring, _ width: Int, _ indent: String) -> String {
        guard line.count > width else { return String(line) }
        var lines: [String] = []
        // A line's own indentation and the columns of a table stay as they are.
        var current = String(line.prefix { $0 == " " })
        var isEmpty = true
        for word in line.drop(while: { $0 == " " }).split(separator: " ", omittingEmptySubsequences: false) {
            if !isEmpty, current.count + 1 + word.count > width {
                lines.append(current)
                (current, isEmpty) = (indent, true)
                if word.isEmpty { continue }
            }
            current += isEmpty ? word : " " + word
            isEmpty = false
        }
        return (lines + [current]).joined(separator: "\n")
    }
}
