public import ModbusModel

extension ConfigurationFault {
    /// What is wrong or doubtful, as a value: the words for it stand elsewhere, a page for each language.
    public enum Problem: Sendable, Hashable {
        // Any value.

        /// Something else stands there than is expected.
        case mismatch(Found, Expected)
        /// A list has no item.
        case emptyList(Expected)
        /// A list has more items than it can.
        case tooMany(Items, most: Int)
        /// A key that is needed is not there.
        case missing(Expected)
        /// Nobody knows the key.
        case unknownKey
        /// A list or a mapping is no key.
        case keyIsNoText
        /// The key stands there twice.
        case keyTwice(firstLine: Int)
        /// The value must be the only one of its kind, and another key has it.
        case taken(Unique, value: String, path: String, line: Int)
        /// So many faults are not told one by one.
        case moreFaults(Int)

        // Lines, slaves and points.

        /// The key stands beside `lines`, which says the same.
        case besideLines(String)
        /// The line has a port and a URL.
        case portAndURL
        /// The line is reached over a network, where the key means nothing.
        case notOverNetwork(NetworkKey)
        /// RTS would have the same level while sending and while receiving.
        case rtsNeverSwitched(Bool)
        /// More slaves hang on the line than were tested.
        case manySlaves(Int, tested: Int)
        /// Codes for a profile, and no profile.
        case codesWithoutProfile
        /// A profile, and no value of it has a code.
        case nothingWanted
        /// No folder has a profile of this name.
        case noProfile(String)
        /// The register is given in both notations.
        case registerTwice
        /// The parts of a point do not fit together; the value that is to blame, where one is.
        case pointDoesNotFit(Found?, PointFault)
        /// Two points read the same registers in different ways.
        case overlap(Reading, with: Reading, line: Int)
        /// The code is a placeholder.
        case codeToFillIn(String)
        /// A simulated point has two behaviours.
        case secondBehaviour

        // Baselines and the spool.

        /// A time to watch in, and nothing to watch against.
        case windowWithoutBaseline
        /// The baseline was measured of another line.
        case baselineUnlike(String, Difference)
        /// The baseline has no figures of a slave.
        case slaveNotWatched(Int, baseline: String, wasAsked: Bool)
        /// The baseline cannot be read.
        case baselineUnusable(String)
        /// More answers than questions.
        case moreAnswers(answered: Int, asked: Int)
        /// `write_after` with another durability than `offline-only`.
        case writeAfterAlone

        // Files.

        /// A file cannot be used.
        case file(File, FileProblem)
        /// The key's file is open to everybody; its mode in octal.
        case keyOpenToAll(path: String, mode: String)

        // The text itself.

        /// The file begins with a byte order mark.
        case byteOrderMark
        /// A byte is no UTF-8.
        case notUTF8
        /// YAML does not allow the character; its number in hexadecimal.
        case forbiddenCharacter(String)
        /// There is nothing in the file.
        case emptyFile
        /// The file has more than one document.
        case secondDocument
        /// The file is nested deeper than that.
        case tooDeep(Int)
        /// The file has more keys and values than that.
        case tooLarge(Int)
        /// An anchor, an alias or a tag.
        case ornament(Ornament, String)
        /// The YAML parser got no memory.
        case noMemory
        /// YAML takes no tabs for indentation.
        case tab
        /// This is no YAML: libyaml's own words, and the line where what it was reading begins, if that is another.
        case notYAML(problem: String?, context: String?, contextLine: Int?)
    }
}

extension ConfigurationFault.Problem {
    /// What stands in the place of a value.
    public enum Found: Sendable, Hashable {
        /// Something that was refused already.
        case unread
        /// A list.
        case list
        /// A mapping.
        case mapping
        /// Nothing, or a word for it.
        case nothing(String)
        /// A text.
        case text(String)
    }

    /// What may be there only once.
    public enum Unique: Sendable, Hashable, CaseIterable {
        /// The name of a line or of a point of a profile.
        case name
        /// A line's port or URL.
        case way
        /// A slave's address.
        case address
        /// A point's code.
        case code
    }

    /// A key that a line over the network does not have.
    public enum NetworkKey: Sendable, Hashable, CaseIterable {
        /// Who switches the transmitter.
        case rs485
        /// What the line is held against.
        case baseline
    }

    /// What a point reads.
    public struct Reading: Sendable, Hashable {
        /// The point's code.
        public let code: String
        /// How it is read.
        public let type: ValueType
        /// Where it begins.
        public let address: RegisterAddress
    }

    /// In what a baseline's line differs from the configured one.
    public enum Difference: Sendable, Hashable {
        /// In speed or format.
        case setting(measured: String, configured: String)
        /// In the port.
        case port(measured: String, configured: String)
    }

    /// Which file is meant.
    public enum File: Sendable, Hashable {
        /// The configuration itself.
        case configuration
        /// A baseline.
        case baseline
        /// A file that the configuration names.
        case named(String)
    }

    /// Why a file cannot be used.
    public enum FileProblem: Error, Sendable, Hashable {
        /// It cannot be opened; the errno.
        case notOpened(Int32)
        /// It cannot be examined; the errno.
        case notExamined(Int32)
        /// It cannot be read; the errno.
        case notRead(Int32)
        /// It is a folder.
        case folder
        /// It is a pipe, a device or the like.
        case irregular
        /// It has more bytes than that.
        case larger(Int)
    }

    /// What YAML has and a configuration has not.
    public enum Ornament: Sendable, Hashable, CaseIterable {
        /// `&name`
        case anchor
        /// `*name`
        case alias
        /// `!!name`
        case tag
    }
}

extension ConfigurationFault {
    /// The kind of problem for machines, such as `unknown_key`; docs/configuration.md lists them.
    public var code: String {
        let label = Mirror(reflecting: problem).children.first?.label ?? "\(problem)"
        // Abbreviations stand at an end only: `portAndURL`, `notYAML`.
        return label.reduce(into: ("", false)) { name, letter in
            name.0 += letter.isUppercase && !name.1 ? "_" + letter.lowercased() : letter.lowercased()
            name.1 = letter.isUppercase
        }.0
    }
}
