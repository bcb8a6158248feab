internal import Kernel

/// Who holds an admin socket: a locked file beside it, with the pid and the configuration of its master. The lock goes with the process, however
/// it ends, so that a socket whose lock is free is stale.
struct AdminLock: ~Copyable {
    private let path: String
    private let descriptor: Descriptor

    /// Throws `held` with the holder's name.
    static func take(besideSocket socket: String, configuration: String) throws(AdminFailure) -> AdminLock {
        let path = socket + ".lock"
        do throws(Errno) {
            // The last holder removes the file: who waited at the removed one looks again. Each round means that a master ended meanwhile.
            for _ in 0..<16 {
                guard let descriptor = try Files.lock(path) else { break }
                let ours = try Files.status(of: descriptor)
                guard let there = try? Files.status(of: path, followingLinks: false), there.inode == ours.inode, there.device == ours.device
                else { continue }
                try Files.truncate(descriptor)
                _ = descriptor.write("\(Processes.ownID)\n\(configuration)\n")  // Only for a message: the lock itself is what counts.
                return AdminLock(path: path, descriptor: descriptor)
            }
        } catch {
            throw .cannotBind(socket: socket, error)
        }
        let lines = ((try? Files.read(path, limit: 16 * 1024)) ?? []).split(separator: UInt8(ascii: "\n")).map {
            String(decoding: $0, as: UTF8.self)
        }
        throw .held(socket: socket, pid: lines.first.flatMap { Int32($0) }, configuration: lines.dropFirst().first)
    }

    /// While the lock is still held, so that no other master has it yet.
    func remove() { try? Files.remove(path) }  // Whoever removed it, it is gone.
}
