/// What a configuration's text refers to outside itself: its folder, and the files that it names.
struct Surroundings {
    /// The configuration file's folder, without a slash at the end; empty for the folder the process runs in.
    let folder: String

    /// Finds what is wrong with a file that the configuration names; nil for nothing.
    let inspect: (_ path: String, _ isSecret: Bool) -> Mismatch?

    /// The folder of `file`, and no look at any file.
    init(of file: String, inspect: @escaping (_ path: String, _ isSecret: Bool) -> Mismatch? = { _, _ in nil }) {
        let slash = file.utf8.lastIndex(of: UInt8(ascii: "/"))
        folder = slash.map { String(file[..<$0]) } ?? ""
        isRooted = slash == file.startIndex
        self.inspect = inspect
    }

    private let isRooted: Bool

    /// The path as it is seen from where the process runs.
    func resolve(_ path: String) -> String {
        if path.utf8.first == UInt8(ascii: "/") { return path }
        if isRooted { return "/" + path }
        return folder.isEmpty ? path : "\(folder)/\(path)"
    }
}
