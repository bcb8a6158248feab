internal import Kernel

/// Where the sockets of programs with `bind: unix` are: one folder for each master.
enum SocketFolder {
    /// Made when the first such program starts.
    static var path: String {
        let base = Environment.value(of: "XDG_RUNTIME_DIR").flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/tmp"
        return "\(base)/cluster-proxy-\(Processes.ownID)"
    }

    /// A program with another user can bind there when the folder is handed to it. One that is there already has to be ours, or one of those that it was
    /// handed to before: its name can be guessed.
    static func prepare(_ path: String, for user: UInt32?, group: UInt32?, before owners: Set<UInt32>) throws(Errno) {
        do throws(Errno) {
            try Files.makeDirectory(path, mode: 0o700)
        } catch  where error == .exists {
            let status = try Files.status(of: path, followingLinks: false)
            let isKnown = status.owner == Accounts.ownUser || status.owner == user || owners.contains(status.owner)
            guard status.isDirectory, isKnown else { throw Errno.accessDenied }
        }
        if let user, let group { try Files.setOwner(user, group: group, of: path) }
    }

    /// At the end of the master; what somebody else has put there stays, and the folder with it.
    static func remove(_ path: String) { try? Files.removeDirectory(path) }
}
