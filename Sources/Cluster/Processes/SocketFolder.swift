internal import ClusterConfiguration
internal import Control
internal import Kernel

/// Where the sockets of programs with `bind: unix` are: a folder of the master's, in which each incarnation has one of its own.
///
/// That belongs to the account of its program, which can bind there, and do nothing to the sockets of others.
struct SocketFolder {
    let path: String
    /// What goes of that which a program has left.
    private static let mostNames = 1000

    /// A name that nobody can have taken before. It is made when the first such program starts.
    init(user: UInt32 = Accounts.ownUser, runtimeFolder: String? = Environment.value(of: "XDG_RUNTIME_DIR")) {
        // Programs of all accounts have to get into root's, and most often nobody else can.
        let base = runtimeFolder.flatMap { $0.hasPrefix("/") && (user != 0 || Self.isForEverybody($0)) ? $0 : nil }
        let chance = String(UInt32.random(in: 0...UInt32.max), radix: 36)
        path = "\(base ?? "/tmp")/cluster-proxy-\(Processes.ownID)-\(chance)"
    }

    /// The one that a master had.
    init(at path: String) { self.path = path }

    /// The path that an incarnation is to serve, in a folder that is its account's alone.
    func make(for incarnation: Int, account: Account?) throws(Errno) -> String {
        try makeOwn()
        let folder = folder(of: incarnation)
        try Files.makeDirectory(folder, mode: 0o700)
        if let account { try Files.setOwner(account.user, group: account.group, of: folder) }
        return socket(of: incarnation)
    }

    /// Lets others connect to what an incarnation of this account serves.
    func open(_ incarnation: Int, of owner: UInt32, to guests: SocketGuests.Opening) throws(Errno) {
        let group: UInt32? =
            switch guests {
            case .group(let group): group
            case .everybody: nil
            }
        try Files.openSocket(socket(of: incarnation), of: owner, to: group)
        // Nobody but us can put a link in its place. The socket's own permissions say who may connect.
        try Files.setMode(0o711, of: folder(of: incarnation))
    }

    /// An incarnation is gone, and what it has left goes with it.
    func remove(of incarnation: Int) { Self.empty(folder(of: incarnation)) }

    /// Nothing runs any more.
    func remove() {
        guard isOurs else { return }
        for name in (try? Files.names(in: path)) ?? [] { Self.empty(path + "/" + name) }
        try? Files.removeDirectory(path)
    }

    // MARK: - Private

    private func folder(of incarnation: Int) -> String { "\(path)/\(incarnation)" }
    private func socket(of incarnation: Int) -> String { Inheritance.socketPath(in: path, incarnation: incarnation) }

    /// Whether everybody can pass it, and nobody but root can change what is in it.
    private static func isForEverybody(_ folder: String) -> Bool {
        guard let status = try? Files.status(of: folder), status.owner == 0, status.mode & 0o022 == 0 else { return false }
        let names = folder.split(separator: "/")
        return names.indices.allSatisfy { last in
            (try? Files.status(of: "/" + names[...last].joined(separator: "/")).mode & 0o001) == 1
        }
    }

    private var isOurs: Bool {
        guard let status = try? Files.status(of: path, followingLinks: false) else { return false }
        return status.isDirectory && status.owner == Accounts.ownUser
    }

    /// Again where something that cleans up has removed it.
    private func makeOwn() throws(Errno) {
        do throws(Errno) {
            try Files.makeDirectory(path, mode: 0o711)
        } catch  where error == .exists {
            if isOurs { return }
            throw Errno.accessDenied
        }
        // Whatever the umask takes away, every account has to pass.
        try Files.setMode(0o711, of: path)
    }

    /// Files alone: no program has to make folders here.
    private static func empty(_ folder: String) {
        for name in (try? Files.names(in: folder, limit: mostNames)) ?? [] { try? Files.remove(folder + "/" + name) }
        try? Files.removeDirectory(folder)
    }
}
