/// Finds the word that was probably meant.
enum NearestWord {
    /// The nearest of some words, by how few letters have to be changed; nil when none is near.
    ///
    /// A third of the letters may differ, and at least one; upper and lower case do not count. A word that was cut
    /// short (`warn`, `cert`) is near as well.
    ///
    /// - Parameter isValue: Whether the words are values. One letter is much of a short value: who wrote `ABDC` or `7E1`
    ///   must look into the manual, and not be led to the next best.
    static func of(_ word: String, in words: [String], isValue: Bool = false) -> String? {
        // Longer words are no misspelled keys, and the distance takes time with the square of their length.
        guard word.utf8.count <= 64 else { return nil }
        let word = word.lowercased()
        let nearest = words.map { (distance(word, $0.lowercased()), $0) }.min { $0.0 < $1.0 }
        let tolerance = isValue && word.count < 5 ? 0 : max(1, word.count / 3)
        if let nearest, nearest.0 <= tolerance { return nearest.1 }
        return word.count >= 3 ? words.first { $0.lowercased().hasPrefix(word) } : nil
    }

    /// The least number of letters inserted, left out, exchanged or swapped with their neighbour.
    static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left)
        let right = Array(right)
        var rows = [Array(0...right.count)]
        for i in 0..<left.count {
            var row = [i + 1]
            for j in 0..<right.count {
                var least = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (left[i] == right[j] ? 0 : 1))
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    least = min(least, rows[i - 1][j - 1] + 1)
                }
                row.append(least)
            }
            rows.append(row)
        }
        return rows[left.count][right.count]
    }
}
