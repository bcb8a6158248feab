package import Kernel

/// A file with the master's pid, for tools that look for one. There is either a whole one or none.
package struct PidFile: Equatable, Sendable {
    /// Absolute.
    package let path: String
    package let pid: Int32

    package init(path: String, pid: Int32 = Processes.ownID) {
        self.path = path
        self.pid = pid
    }

    /// Once the cluster is ready. An older file is replaced: whether its master lives is told by the admin socket, not by a number.
    package func write() throws(Errno) {
        let temporary = "\(path).\(pid).new"
        do throws(Errno) {
            let file = try Files.create(temporary)
            guard file.write("\(pid)\n") == .moved("\(pid)\n".utf8.count) else { throw Errno.noSpace }
            try Files.rename(temporary, to: path)
        } catch {
            try? Files.remove(temporary)  // Nobody reads what is left of it.
            throw error
        }
    }

    /// At the end, unless another master has put its own there.
    package func remove() {
        guard let bytes = try? Files.read(path, limit: 64), bytes == Array("\(pid)\n".utf8) else { return }
        try? Files.remove(path)  // Who removed it first did what we wanted.
    }
}
