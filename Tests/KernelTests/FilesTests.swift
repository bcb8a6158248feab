import Glibc
import Kernel
import Testing

@Suite struct FilesTests {
    @Test func `what was written is read, up to the limit that is set`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("file", String(repeating: "0123456789", count: 20_000))
        #expect(try Files.read(path, limit: 200_000).count == 200_000)
        #expect(throws: Errno.tooLarge) { try Files.read(path, limit: 199_999) }
        #expect(try Files.readStart(of: path, limit: 15) == Array("012345678901234".utf8))
        #expect(try Files.readStart(of: path, limit: 1_000_000).count == 200_000)
        #expect(throws: Errno.noEntry) { try Files.read(folder.path + "/missing", limit: 1) }
        #expect(throws: Errno(code: EISDIR)) { try Files.read(folder.path, limit: 1) }
    }

    @Test func `a status says what it is, of a link or of what it points to`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("file", "abc", mode: 0o640)
        // Safe: both texts live through the call.
        #expect(unsafe symlink("file", folder.path + "/link") == 0)
        let file = try Files.status(of: path)
        #expect(file.isRegular && !file.isDirectory && !file.isSocket && file.size == 3 && file.owner == Accounts.ownUser)
        #expect(file.mode & ~0o640 == 0)
        #expect(try Files.status(of: folder.path).isDirectory)
        #expect(try Files.status(of: folder.path + "/link") == file)
        #expect(try Files.status(of: folder.path + "/link", followingLinks: false).isRegular == false)
        let opened = try Files.open(reading: path)
        #expect(try Files.status(of: opened) == file)
        #expect(try Files.linkTarget(folder.path + "/link") == "file")
        #expect(throws: Errno.invalid) { try Files.linkTarget(path) }
        #expect(try Files.realPath(folder.path + "/./link") == path)
        #expect(throws: Errno.noEntry) { try Files.status(of: folder.path + "/missing") }
    }

    @Test func `appending adds, creating begins anew and never follows a link`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("file", "one")
        _ = try Files.open(appending: path).write("two")
        #expect(try Files.read(path, limit: 100) == Array("onetwo".utf8))
        let again = try Files.create(path)
        #expect(try Files.status(of: path).size == 0)
        _ = again.write("three")
        try Files.truncate(again)
        #expect(try Files.status(of: path).size == 0)
        // Safe: both texts live through the call.
        #expect(unsafe symlink("file", folder.path + "/link") == 0)
        #expect(throws: Errno(code: ELOOP)) { _ = try Files.create(folder.path + "/link") }
    }

    @Test func `whether a file may be written is known without making it`() throws {
        let folder = try TemporaryFolder()
        try Files.checkWritable(try folder.file("file", "abc"))
        try Files.checkWritable(folder.path, isFolder: true)
        #expect(throws: Errno.noEntry) { try Files.checkWritable(folder.path + "/missing") }
        #expect(throws: Errno.noEntry) { try Files.status(of: folder.path + "/missing") }
        #expect(throws: (any Error).self) { try Files.checkWritable("/proc/version", isFolder: true) }
    }

    @Test func `a lock is one process's alone, as long as it is open`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/lock"
        func isFree() throws -> Bool {
            switch try Files.lock(path) {
            case .some: return true
            case .none: return false
            }
        }
        do {
            let lock = try Files.lock(path)
            #expect(try !isFree())
            _ = consume lock
        }
        #expect(try becomesTrue { try isFree() })
    }

    @Test func `folders are made, listed without themselves, renamed and removed`() throws {
        let folder = try TemporaryFolder()
        try Files.makeDirectory(folder.path + "/inner", mode: 0o700)
        _ = try folder.file("a", "")
        _ = try folder.file(".hidden", "")
        #expect(try Files.names(in: folder.path).sorted() == [".hidden", "a", "inner"])
        #expect(try Files.names(in: folder.path, limit: 2).count == 2)
        #expect(try Files.names(in: folder.path + "/inner").isEmpty)
        #expect(throws: Errno.noEntry) { try Files.names(in: folder.path + "/missing") }
        #expect(throws: Errno.exists) { try Files.makeDirectory(folder.path + "/inner", mode: 0o700) }
        try Files.rename(folder.path + "/a", to: folder.path + "/b")
        try Files.remove(folder.path + "/b")
        #expect(try Files.names(in: folder.path).sorted() == [".hidden", "inner"])
    }

    @Test func `a path is made absolute, links kept`() throws {
        let here = try Files.currentDirectory()
        let paths = [
            "/a/b": "/a/b", "/a/./b//c/": "/a/b/c", "/": "/", "/..": "/", "/../../tmp": "/tmp", "x/y": here + "/x/y", "./x": here + "/x",
            ".": here, "/usr/bin/../../tmp": "/tmp",
        ]
        for (path, absolute) in paths { #expect(try Files.absolutePath(path, from: nil) == absolute, "\(path)") }
    }

    @Test func `two dots stay behind a link, and behind what is not there, since they lead elsewhere than the text says`() throws {
        let folder = try TemporaryFolder()
        let at = folder.path
        try Files.makeDirectory(at + "/releases", mode: 0o700)
        try Files.makeDirectory(at + "/releases/1", mode: 0o700)
        try #require(unsafe symlink("releases/1", at + "/current") == 0)
        _ = try folder.file("outer", "")
        _ = try folder.file("releases/inner", "")
        let paths = [
            "/current/../inner": "/current/../inner", "/current/./..//inner": "/current/../inner",
            "/releases/1/../inner": "/releases/inner",
            "/releases/1/../../outer": "/outer", "/current/../1/../inner": "/current/../inner",
            "/current/../../outer": "/current/../../outer", "/missing/../outer": "/missing/../outer",
        ]
        for (path, absolute) in paths {
            let found = try Files.absolutePath(at + path)
            #expect(found == at + absolute, "\(path)")
            #expect(try Files.absolutePath(found) == found)
            #expect((try? Files.status(of: found)) == (try? Files.status(of: at + path)), "\(path)")
        }
    }

    @Test func `the current directory has the name by which the shell came there, as long as that is its name`() throws {
        let folder = try TemporaryFolder()
        let here = try Files.currentDirectory()
        try #require(unsafe symlink(here, folder.path + "/here") == 0)
        let name = folder.path + "/here"
        #expect(try Files.absolutePath("x/./y", from: name) == name + "/x/y")
        #expect(try Files.absolutePath("../x", from: name) == name + "/../x")
        let climbing = here + "/../" + String(here.split(separator: "/").last ?? "")
        for strange in [folder.path, folder.path + "/missing", folder.path + "/./here", climbing, "here", ""] {
            #expect(try Files.absolutePath("x", from: strange) == here + "/x", "\(strange)")
        }
        #expect(try Files.absolutePath("x", from: nil) == here + "/x")
    }

    @Test func `modes`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("program", "")
        try Files.setMode(0o755, of: path)
        #expect(try Files.status(of: path).mode == 0o755)
    }
}

@Suite struct AccountsTests {
    @Test func `root is there, nobody of a strange name is`() {
        let root = Accounts.user(named: "root")
        #expect(root?.user == 0 && root?.group == 0 && root?.home == "/root")
        #expect(root?.groups.contains(0) == true)
        #expect(Accounts.user(named: "no-such-user-here") == nil)
        #expect(Accounts.group(named: "root") == 0)
        #expect(Accounts.group(named: "no-such-group-here") == nil)
        #expect(Accounts.ownUser == geteuid())
    }
}

@Suite struct EnvironmentTests {
    @Test func `it is what this process was started with`() throws {
        let run = try ProgramRun("/usr/bin/env", []) { $0.environment = Environment.all().map { "\($0.name)=\($0.value)" } }
        #expect(Environment.all().contains { $0.name == "PATH" && $0.value == Environment.value(of: "PATH") })
        #expect(run.output.contains("PATH=\(Environment.value(of: "PATH") ?? "")\n"))
        #expect(Environment.value(of: "NO_SUCH_VARIABLE_HERE") == nil)
    }
}

@Suite struct ClockTests {
    @Test func `time goes forward, and all clocks agree`() {
        let before = Clock.milliseconds
        let (coarse, micro) = (Clock.coarseMilliseconds, Clock.microseconds)
        #expect(coarse >= before - 11, "at most a timer interrupt behind, ten milliseconds where there are a hundred a second")
        #expect(micro / 1000 >= before && Clock.milliseconds >= micro / 1000)
        #expect(abs(Clock.unixMilliseconds / 1000 - Clock.unixSeconds) <= 1)
        #expect(Clock.unixSeconds > 1_700_000_000)
    }
}

@Suite struct CoresTests {
    @Test func `there is one at least, and not more than there are`() throws {
        #expect((1...Int(sysconf(Int32(_SC_NPROCESSORS_CONF)))).contains(Cores.usable()))
    }
}

@Suite struct ErrnoTests {
    @Test func `an error says its name and its meaning`() {
        #expect(Errno.addressInUse.description == "EADDRINUSE: Address already in use")
        #expect(Errno(code: 9999).description == "error 9999")
        #expect(Errno(-2) == .noEntry)
    }

    @Test func `shortages may pass, the rest does not`() {
        for error in [Errno.wouldBlock, .outOfMemory, .tableFull, .tableOfSystemFull, .noBuffers] { #expect(error.isShortage) }
        for error in [Errno.noEntry, .accessDenied, .notPermitted] { #expect(!error.isShortage) }
        #expect(Errno.noSpace.isDiskFull && Errno(code: EDQUOT).isDiskFull && !Errno.tableFull.isDiskFull)
    }
}
