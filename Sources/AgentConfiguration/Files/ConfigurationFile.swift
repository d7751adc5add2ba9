internal import Glibc

/// The steps that every kind of configuration takes from a file to a value.
enum ConfigurationFile {
    /// The largest file that is read, in bytes: 1 MiB.
    static let mostBytes = 1 << 20

    /// Reads the file; faults of the kind `unreadable` when it cannot be.
    ///
    /// - Parameter what: The file's part, for the message.
    static func bytes(
        _ path: String, _ what: ConfigurationFault.Problem.File = .configuration
    ) throws(ConfigurationFaults) -> [UInt8] {
        do throws(FileProblem) {
            return try OpenFile(path).bytes(atMost: mostBytes)
        } catch {
            let fault = ConfigurationFault(place: .whole(path), .file(what, error), advice(error, what, path))
            throw ConfigurationFaults(kind: .unreadable, faults: [fault])
        }
    }

    private static func advice(
        _ problem: FileProblem, _ what: ConfigurationFault.Problem.File, _ path: String
    ) -> ConfigurationFault.Advice? {
        switch problem {
        case .notOpened(ENOENT) where what == .configuration: .writeConfiguration(path)
        case .notOpened(EACCES): .asRoot
        default: nil
        }
    }

    /// Reads a text to a tree and the tree to a value; throws everything that is wrong at once.
    ///
    /// - Parameter body: Gives nil only where it has reported why.
    static func read<Value>(
        _ text: [UInt8],
        file: String,
        _ body: (MappingReader) -> Value?
    ) throws(ConfigurationFaults) -> (root: Node, value: Value) {
        let report = Report()
        let root: Node
        do throws(ConfigurationFault) {
            root = try YAMLDocument(text, file: file, report: report).root
        } catch {
            report.fault(error)
            throw report.faults
        }
        let start = Place(file: file, line: 1, column: 1)
        let value = ValueReader(node: root, path: "", anchor: start, report: report).mapping(body)
        if let value, report.isClean { return (root, value) }
        throw report.faults
    }
}
