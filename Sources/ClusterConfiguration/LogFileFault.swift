/// Why a file of lines could not be opened, as far as that is known without making it.
package enum LogFileFault: Equatable, Sendable {
    case isFolder
    /// The one that it would be in is not there.
    case noFolder(String)
    /// The system's reason.
    case refused(String)

    /// `path` is absolute.
    func message(about path: String) -> String {
        switch self {
        case .isFolder: return "\"\(path)\" is a folder; write the path of a file in it, like \"\(path == "/" ? "" : path)/cluster.log\""
        case .noFolder(let folder): return "there is no folder \"\(folder)\" for this file; make it, or write another path"
        case .refused(let reason): return "\"\(path)\" cannot be written by who runs this: \(reason)"
        }
    }
}
