internal import Kernel

/// Where the sockets of programs with `bind: unix` are: one folder for each master.
enum SocketFolder {
    /// Made when the first such program starts.
    static var path: String {
        let base = Environment.value(of: "XDG_RUNTIME_DIR").flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/tmp"
        return "\(base)/cluster-proxy-\(Processes.ownID)"
    }

    /// Others may pass, so that a program with another user can bind there when the folder is handed to it.
    static func prepare(_ path: String, for user: UInt32?, group: UInt32?) throws(Errno) {
        do throws(Errno) { try Files.makeDirectory(path, mode: 0o700) } catch  where error == .exists {}
        if let user, let group { try Files.setOwner(user, group: group, of: path) }
    }
}
