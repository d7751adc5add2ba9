internal import Glibc

/// Why a simulated line cannot be.
public enum SimulatorError: Error, Equatable, CustomStringConvertible {
    /// A call to the system failed: what was being done, to what, and the system's error number.
    case system(String, String, Int32)
    /// The path of the link is taken by something that is not a link.
    case pathTaken(String)
    /// The settings or the slaves make no sense, and why.
    case settings(String)

    /// The failure in words.
    public var description: String {
        switch self {
        case .system(let action, let object, let number):
            "\(action) \(object): \(String(cString: strerror(number))) (errno \(number))"
        case .pathTaken(let path): "linking \(path): something that is not a symbolic link is there"
        case .settings(let reason): reason
        }
    }
}
