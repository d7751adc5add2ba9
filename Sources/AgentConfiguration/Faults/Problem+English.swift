internal import Glibc
internal import ModbusModel

extension ConfigurationFault.Problem {
    /// What is wrong, in English.
    var english: String {
        switch self {
        case .mismatch(let found, let expected): "\(found.english) stands where \(expected.english) is expected"
        case .emptyList(let expected): "an empty list stands where \(expected.english) is expected"
        case .tooMany(let items, let most): "is one too many: there can be at most \(most) \(items.rawValue)"
        case .missing(let expected): "the key is missing: \(expected.english) is expected"
        case .unknownKey: "unknown key"
        case .keyIsNoText: "a list or a mapping stands where a key is expected"
        case .keyTwice(let line): "the key is given twice, here and on line \(line)"
        case .taken(let what, let value, let path, let line):
            "\(what.english) \(value) is taken already by \(path) on line \(line)"
        case .moreFaults(let count): "and \(count) more faults from here on"
        case .besideLines(let key): "\(key) stands beside lines"
        case .portAndURL: "the line has a port already"
        case .notOverNetwork(.rs485):
            "a line over the network has no rs485: the serial server switches its own transmitter"
        case .notOverNetwork(.baseline):
            "a line over the network has no baseline: the probe measures serial ports only"
        case .rtsNeverSwitched(let level):
            "rts_on_send and rts_after_send are both \(level): the transmitter would never be switched"
        case .manySlaves(let count, let tested):
            "\(count) slaves hang on this line, and up to \(tested) were tested"
        case .codesWithoutProfile: "codes are given and no profile"
        case .nothingWanted: "no value is wanted of this slave"
        case .noProfile(let name): "there is no profile \(name)"
        case .registerTwice: "the register is given already"
        case .pointDoesNotFit(let found?, let fault): "\(found.english) does not fit: \(fault.description)"
        case .pointDoesNotFit(nil, let fault): fault.description
        case .overlap(let one, let other, let line):
            "\(one.code) reads \(one.english), which overlaps \(other.code) (\(other.english)) on line \(line)"
        case .codeToFillIn(let code): "the code \(code) is still to be filled in"
        case .secondBehaviour: "the point has a behaviour already"
        case .windowWithoutBaseline: "a drift_window is given and no baseline"
        case .baselineUnlike(let path, let difference):
            "\(path) is not used, and the line not watched for drift: it was measured \(difference.english)"
        case .slaveNotWatched(let slave, let path, let wasAsked):
            "slave \(slave) is not watched for drift: in \(path) it \(wasAsked ? "did not answer" : "was not measured")"
        case .baselineUnusable(let path): "\(path) cannot be used, so the line is not watched for drift"
        case .moreAnswers(let answered, let asked):
            "\(answered) stands where a number up to \(asked), that of asked, is expected"
        case .writeAfterAlone: "goes with durability: offline-only"
        case .file(let file, let problem): "\(file.english) \(problem.english)"
        case .keyOpenToAll(let path, let mode): "the key \(path) is open to everybody (mode \(mode))"
        case .byteOrderMark: "the file begins with a byte order mark"
        case .notUTF8: "the text is not UTF-8 from here on"
        case .forbiddenCharacter(let number): "the character U+\(number) is not allowed in YAML"
        case .emptyFile: "the file is empty"
        case .secondDocument: "a second document begins here"
        case .tooDeep(let levels): "the file is nested more than \(levels) levels deep"
        case .tooLarge(let nodes): "the file is larger than \(nodes) keys and values"
        case .ornament(let kind, let name):
            "\(kind.english)\(name) stands here, and neither anchors, aliases nor tags are read"
        case .noMemory: "there is no memory for the YAML parser"
        case .tab: "a tab stands where YAML takes only spaces"
        case .notYAML(nil, _, _): "libyaml stopped without saying why"
        case .notYAML(let problem?, let context, let line):
            "this is not YAML: \(problem)" + (context.map { " \($0)" } ?? "")
                + (line.map { " that begins on line \($0)" } ?? "")
        }
    }
}

extension ConfigurationFault.Problem.Found {
    fileprivate var english: String {
        switch self {
        case .unread: "something that is not read"
        case .list: "a list"
        case .mapping: "a mapping"
        case .nothing(let word): word.isEmpty ? "nothing" : "nothing (\(word))"
        case .text(let text): "\"\(text)\""
        }
    }
}

extension ConfigurationFault.Problem.Unique {
    fileprivate var english: String {
        switch self {
        case .name: "the name"
        case .way: "the way"
        case .address: "the address"
        case .code: "the code"
        }
    }
}

extension ConfigurationFault.Problem.Reading {
    fileprivate var english: String { "\(type.rawValue) at \(address)" }
}

extension ConfigurationFault.Problem.Difference {
    fileprivate var english: String {
        switch self {
        case .setting(let measured, let configured): "at \(measured) and the line runs at \(configured)"
        case .port(let measured, let configured): "on \(measured) and the line's port is \(configured)"
        }
    }
}

extension ConfigurationFault.Problem.File {
    fileprivate var english: String {
        switch self {
        case .configuration: "the configuration"
        case .baseline: "the baseline"
        case .named(let path): path
        }
    }
}

extension ConfigurationFault.Problem.FileProblem {
    fileprivate var english: String {
        switch self {
        case .notOpened(let code): "cannot be opened: \(Self.text(code))"
        case .notExamined(let code): "cannot be examined: \(Self.text(code))"
        case .notRead(let code): "cannot be read: \(Self.text(code))"
        case .folder: "is a folder, not a file"
        case .irregular: "is no regular file"
        case .larger(let limit): "is larger than \(limit) bytes, too large for a configuration"
        }
    }

    private static func text(_ code: Int32) -> String { "\(String(cString: strerror(code))) (errno \(code))" }
}

extension ConfigurationFault.Problem.Ornament {
    fileprivate var english: String {
        switch self {
        case .anchor: "the anchor &"
        case .alias: "the alias *"
        case .tag: "the tag "
        }
    }
}
