internal import Glibc

/// The folders in which profiles lie; the first one that has a profile wins.
public struct ProfileLibrary: Sendable, Hashable {
    /// The folders, in the order in which they are looked into.
    public let folders: [String]

    /// Looks into these folders.
    public init(folders: [String]) { self.folders = folders }

    /// The user's own folder, the operator's, and the one that came with the program.
    ///
    /// - Parameter own: A folder that overrides all others; nil for none.
    public static func standard(own: String? = nil) -> ProfileLibrary {
        ProfileLibrary(folders: [own, "/etc/edge-agent/profiles"].compactMap(\.self) + shipped)
    }

    /// The standard folders, and before them the one that a configuration names.
    init(_ root: MappingReader, _ surroundings: Surroundings) {
        let own: String? = root.optional("profiles", .path(.profiles, in: surroundings))
        self = .standard(own: own)
    }

    /// Where the program's own profiles are: beside an installed program, or in the sources of one just built.
    private static var shipped: [String] {
        var folders = ["/usr/share/edge-agent/profiles"]
        guard let program = realpath("/proc/self/exe", nil) else { return folders }
        defer { free(program) }
        var folder = String(cString: program)
        while let slash = folder.lastIndex(of: "/"), slash != folder.startIndex {
            folder = String(folder[..<slash])
            folders.append("\(folder)/share/edge-agent/profiles")
            folders.append("\(folder)/profiles")
        }
        return folders.filter { access("\($0)/quantities.yaml", R_OK) == 0 }
    }

    /// The file of a profile; nil where no folder has it.
    public func path(of name: String) -> String? {
        guard Self.isName(name) else { return nil }
        return folders.map { folder -> String in "\(folder)/\(name).yaml" }.first { access($0, R_OK) == 0 }
    }

    /// Reads a profile; nil where no folder has it.
    public func profile(named name: String) throws(ConfigurationFaults) -> MeterProfile? {
        guard let path = path(of: name) else { return nil }
        return try MeterProfile.load(path: path, name: name)
    }

    /// The names of all profiles, each once.
    public var names: [String] {
        var names: Set<String> = []
        for folder in folders {
            for maker in Self.entries(of: folder) {
                for file in Self.entries(of: "\(folder)/\(maker)") where file.hasSuffix(".yaml") {
                    names.insert("\(maker)/\(file.dropLast(5))")
                }
            }
        }
        return names.filter(Self.isName).sorted()
    }

    /// All quantities, from the first folder that names them.
    public func quantities() throws(ConfigurationFaults) -> [Quantity] {
        guard
            let path = folders.map({ folder -> String in "\(folder)/quantities.yaml" }).first(where: {
                access($0, R_OK) == 0
            })
        else { return [] }
        return try Quantity.load(path: path)
    }

    /// A name is a maker and a model, and leads out of no folder.
    static func isName(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2
            && parts.allSatisfy { part in
                part.first?.isLetter ?? part.first?.isNumber ?? false
                    && part.utf8.allSatisfy { letter in
                        (97...122).contains(letter) || (48...57).contains(letter) || [45, 46, 95].contains(letter)
                    }
            }
    }

    private static func entries(of folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }
}
