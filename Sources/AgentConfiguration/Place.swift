/// Where something stands in a configuration file.
public struct Place: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The file's name as it was given by whoever asked for it.
    public let file: String

    /// The line, counted from 1; 0 where the file as a whole is meant.
    public let line: Int

    /// The column in characters, counted from 1; 0 where the file as a whole is meant.
    public let column: Int

    /// Names a place.
    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// Names the file as a whole, for what has no place inside it.
    public static func whole(_ file: String) -> Place { Place(file: file, line: 0, column: 0) }

    /// Orders by line and column; files by name.
    public static func < (left: Place, right: Place) -> Bool {
        (left.file, left.line, left.column) < (right.file, right.line, right.column)
    }

    /// The form that compilers use and editors jump to: `edge-agent.yaml:12:9`.
    public var description: String { line == 0 ? file : "\(file):\(line):\(column)" }
}
