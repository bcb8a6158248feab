import ClusterConfiguration
import Glibc
import Kernel
import Testing

@testable import Cluster

struct SocketFolderTests {
    private let outer: TemporaryFolder
    private let folder: SocketFolder

    init() throws {
        outer = try TemporaryFolder()
        folder = SocketFolder(user: 1000, runtimeFolder: outer.path)
    }

    @Test("it has a name that is not to be guessed, in the runtime folder where that is not root's")
    func name() {
        #expect(folder.path.hasPrefix("\(outer.path)/cluster-proxy-\(Processes.ownID)-"))
        #expect(SocketFolder(user: 1000, runtimeFolder: outer.path).path != folder.path)
        #expect(SocketFolder(user: 1000, runtimeFolder: nil).path.hasPrefix("/tmp/cluster-proxy-"))
        #expect(SocketFolder(user: 1000, runtimeFolder: "relative").path.hasPrefix("/tmp/cluster-proxy-"))
        #expect(SocketFolder(user: 0, runtimeFolder: "/run/user/0").path.hasPrefix("/tmp/cluster-proxy-"))
    }

    @Test(
        "root's runtime folder is used where every account can pass it, and root alone can change what is in it",
        .enabled(if: getuid() == 0))
    func ofRoot() throws {
        for (mode, isUsed) in [(0o711, true), (0o755, true), (0o700, false), (0o750, false), (0o777, false), (0o775, false)] {
            try Files.setMode(mode, of: outer.path)
            #expect(SocketFolder(user: 0, runtimeFolder: outer.path).path.hasPrefix(outer.path) == isUsed, "\(String(mode, radix: 8))")
        }
        try Files.makeDirectory(outer["inner"], mode: 0o755)
        try Files.setMode(0o700, of: outer.path)
        #expect(SocketFolder(user: 0, runtimeFolder: outer["inner"]).path.hasPrefix("/tmp/cluster-proxy-"))
    }

    @Test("every account can pass it, and each incarnation has a folder in it that is its own")
    func folders() throws {
        for incarnation in [1, 2] {
            #expect(try folder.make(for: incarnation, account: nil) == "\(folder.path)/\(incarnation)/socket")
            #expect(try Files.status(of: "\(folder.path)/\(incarnation)").mode == 0o700)
        }
        #expect(try Files.status(of: folder.path).mode == 0o711)
        #expect(throws: Errno.exists) { try folder.make(for: 1, account: nil) }
    }

    @Test("a folder of its name that is somebody else's is not used", .enabled(if: getuid() == 0))
    func strange() throws {
        try Files.makeDirectory(folder.path, mode: 0o777)
        try Files.setOwner(1, group: 1, of: folder.path)
        #expect(throws: Errno.accessDenied) { try folder.make(for: 1, account: nil) }
        folder.remove()
        #expect(try Files.status(of: folder.path).isDirectory)
    }

    @Test("the folder of an incarnation goes with all that was left there, and the whole in the end")
    func removed() throws {
        for incarnation in [1, 2] {
            let path = try folder.make(for: incarnation, account: nil)
            _ = try Listener.bind(path: path)
            _ = try Files.create(path + ".lock")
        }
        folder.remove(of: 1)
        #expect(try Files.names(in: folder.path) == ["2"])
        SocketFolder(at: folder.path).remove()
        #expect(outer.names.isEmpty)
        folder.remove()
    }

    @Test("a link of its name is followed by nobody")
    func link() throws {
        let other = try TemporaryFolder()
        _ = try Files.create(other["a"])
        try #require(unsafe symlink(other.path, folder.path) == 0)
        folder.remove()
        #expect(other.names == ["a"])
        #expect(throws: Errno.accessDenied) { try folder.make(for: 1, account: nil) }
    }

    @Test(
        "a socket is opened to the group of those who are to connect, and to everybody only when there are two",
        .enabled(if: getuid() == 0))
    func opened() throws {
        let account = Account(user: 1, group: 2, groups: [], name: nil, home: nil)
        let path = try folder.make(for: 1, account: account)
        #expect(throws: Errno.noEntry) { try folder.open(1, of: 1, to: .group(3)) }
        _ = try Listener.bind(path: path)
        try Files.setMode(0o700, of: path)
        #expect(throws: Errno.accessDenied) { try folder.open(1, of: 1, to: .group(3)) }
        try Files.setOwner(1, group: 2, of: path)
        try folder.open(1, of: 1, to: .group(3))
        #expect(try Files.status(of: path).mode == 0o760)
        #expect(try Files.status(of: "\(folder.path)/1").mode == 0o711)
        try folder.open(1, of: 1, to: .everybody)
        #expect(try Files.status(of: path).mode == 0o766)
        // What a program has put there instead is not opened.
        try Files.rename(path, to: path + ".real")
        try #require(unsafe symlink(path + ".real", path) == 0)
        #expect(throws: Errno.accessDenied) { try folder.open(1, of: 1, to: .everybody) }
    }

    @Test("a program of root's may have given its socket to the account that it goes on as", .enabled(if: getuid() == 0))
    func givenAway() throws {
        let path = try folder.make(for: 1, account: nil)
        _ = try Listener.bind(path: path)
        try Files.setMode(0o700, of: path)
        try Files.setOwner(1, group: 2, of: path)
        try folder.open(1, of: 0, to: .group(3))
        #expect(try Files.status(of: path).mode == 0o760)
    }
}

struct SocketGuestsTests {
    @Test("root and the program's own account need not be let in, the group of others once, and everybody when there are two groups")
    func admitted() {
        var guests = SocketGuests(owner: 5)
        #expect(guests.admit(user: 0, group: 0) == nil)
        #expect(guests.admit(user: 5, group: 50) == nil)
        #expect(guests.admit(user: 6, group: 60) == .group(60))
        #expect(guests.admit(user: 7, group: 60) == nil)
        #expect(guests.admit(user: 8, group: 80) == .everybody)
        #expect(guests.admit(user: 6, group: 60) == nil)
        #expect(guests.admit(user: 9, group: 90) == nil)
    }
}
