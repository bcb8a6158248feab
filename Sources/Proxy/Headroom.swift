internal import Kernel

/// How many descriptors this process may still open: what it takes from the master beyond that the kernel would drop silently. All who open some share it.
final class Headroom {
    /// For the loop itself, its pair with the master, shared memory, logs and a reload's snapshot.
    private static let reserve = 24
    /// For files that are asked for while connections hold all the others.
    private static let ofFiles = 4

    /// What connections may use in all.
    let limit: Int
    private let limitOfFiles: Int
    private(set) var used = 0

    /// `limit` descriptors; the process's own by default.
    init(limit: Int) {
        self.limit = limit
        limitOfFiles = limit
    }

    init() {
        limit = max(1, ((try? OpenFilesLimit.current().soft) ?? 1024) - Self.reserve - Self.ofFiles)
        limitOfFiles = limit + Self.ofFiles
    }

    var hasRoomForFile: Bool { used < limitOfFiles }

    func hasRoom(for count: Int) -> Bool { used + count <= limit }
    func take(_ count: Int) { used += count }
    func giveBack(_ count: Int) { used -= count }
}
