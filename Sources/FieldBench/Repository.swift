internal import Foundation

/// Where things are in the working copy that this code was compiled from.
public enum Repository {
    /// The root folder, which holds the package manifest.
    public static let root: String = {
        var url = URL(fileURLWithPath: #filePath)
        for _ in 1...3 { url.deleteLastPathComponent() }
        return url.path
    }()

    /// The path of a file or folder below the root.
    public static func path(_ relative: String) -> String {
        "\(root)/\(relative)"
    }

    /// The path of an executable of this package: beside the running program if it is there, else a build of it.
    ///
    /// A test bundle lies in the folder that its build put the executables into, so what is tested is what was just
    /// built, whatever the scratch folder's name.
    public static func binary(_ name: String) throws -> String {
        var folders = ["\(root)/.build/debug", "\(root)/.build/release"]
        if let running = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
            folders.insert(URL(fileURLWithPath: running).deletingLastPathComponent().path, at: 0)
        }
        let candidates = folders.map { "\($0)/\(name)" }
        guard let found = candidates.first(where: FileManager.default.isExecutableFile(atPath:)) else {
            throw BenchError("no executable \(name); looked at \(candidates.joined(separator: ", ")); build it first")
        }
        return found
    }
}
