import Glibc
import Kernel
import Testing

@Suite struct ContentFilesTests {
    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) + [0] }

    /// What opening a path below the folder comes to.
    private func opening(_ path: String, _ folder: String, _ kind: ContentFiles.Kind = .file) -> Errno? {
        let (path, root) = (bytes(path), bytes(folder))
        switch unsafe ContentFiles.open(path.span.bytes, beneath: root.span.bytes, as: kind) {
        case .opened: return nil
        case .failed(let error): return error
        }
    }

    private func link(_ target: String, _ name: String, in folder: String) {
        // Safe: both texts live through the call.
        #expect(unsafe symlink(target, folder + "/" + name) == 0)
    }

    @Test func `what is below is opened, by links that stay below as well`() throws {
        let folder = try TemporaryFolder()
        _ = try folder.file("file", "abc")
        try Files.makeDirectory(folder.path + "/sub", mode: 0o755)
        link("file", "link", in: folder.path)
        link("../file", "sub/link", in: folder.path)
        link(".", "here", in: folder.path)
        for path in ["file", "link", "sub/link", "here/here/file", "sub/../file"] { #expect(opening(path, folder.path) == nil, "\(path)") }
        #expect(opening("", folder.path, .folder) == nil)
        #expect(opening("sub", folder.path, .place) == nil)
        #expect(opening("missing", folder.path) == .noEntry)
        #expect(opening("file/x", folder.path) == .notFolder)
    }

    @Test func `no path leaves the folder`() throws {
        let folder = try TemporaryFolder()
        _ = try folder.file("file", "abc")
        link("/etc/passwd", "absolute", in: folder.path)
        link(folder.path + "/file", "home", in: folder.path)
        link("..", "up", in: folder.path)
        link("/", "root", in: folder.path)
        link("/proc/self/root", "magic", in: folder.path)
        link("circle", "circle", in: folder.path)
        for path in ["..", "../x", "/etc/passwd", "absolute", "home", "up", "up/x", "root/etc/passwd", "magic/etc/passwd", "sub/../../x"] {
            let found = opening(path, folder.path)
            #expect(found == .leavesFolder || found == .noEntry && path.hasPrefix("sub"), "\(path): \(String(describing: found))")
        }
        #expect(opening("circle", folder.path) == .tooManyLinks)
    }

    @Test func `links of proc are not followed, even from proc`() {
        let (path, root) = (bytes("self/root/etc/passwd"), bytes("/proc"))
        switch unsafe ContentFiles.open(path.span.bytes, beneath: root.span.bytes, as: .file) {
        case .opened: Issue.record("a way out")
        case .failed(let error): #expect(error == .tooManyLinks || error == .leavesFolder)
        }
    }

    @Test func `a queue that nobody writes to is opened at once`() throws {
        let folder = try TemporaryFolder()
        #expect(unsafe mkfifo(folder.path + "/fifo", 0o644) == 0)
        #expect(opening("fifo", folder.path) == nil)
    }

    @Test func `a state is the same until something changes`() throws {
        let folder = try TemporaryFolder()
        let path = bytes(try folder.file("file", "abc"))
        guard case .found(let first) = unsafe ContentFiles.look(at: path.span.bytes),
            case .found(let again) = unsafe ContentFiles.look(at: path.span.bytes)
        else {
            Issue.record("it is there")
            return
        }
        #expect(first == again && first.isRegular && first.size == 3 && first.modified > 1_500_000_000_000_000_000)
        try Files.setMode(0o600, of: folder.path + "/file")
        guard case .found(let changed) = unsafe ContentFiles.look(at: path.span.bytes) else { return }
        #expect(!(first == changed))
    }

    @Test func `names are listed up to the limit`() throws {
        let folder = try TemporaryFolder()
        for number in 0..<20 { _ = try folder.file("f\(number)", "") }
        let (path, root) = (bytes(""), bytes(folder.path))
        guard case .opened(let opened) = unsafe ContentFiles.open(path.span.bytes, beneath: root.span.bytes, as: .folder) else {
            Issue.record("it can be opened")
            return
        }
        #expect(try ContentFiles.names(in: opened, limit: 100).count == 20)
        #expect(try ContentFiles.names(in: opened, limit: 7).count == 7)
        guard case .found(let state) = ContentFiles.look(at: Array("f3".utf8), in: opened),
            case .failed(.leavesFolder) = ContentFiles.look(at: Array("../x".utf8), in: opened)
        else {
            Issue.record("one is there, and the other is not below")
            return
        }
        #expect(state.isRegular)
    }

    @Test func `only what says that nothing is there is an absence`() {
        for code in [ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG, EXDEV, ENXIO, EINVAL] { #expect(Errno(code: code).isAbsence, "\(code)") }
        for code in [EIO, ESTALE, EACCES, EPERM, EMFILE, ENOMEM, ETIMEDOUT, ENOTCONN, EUCLEAN, ENOKEY] {
            #expect(!Errno(code: code).isAbsence, "\(code)")
        }
    }

    @Test func `this machine lets us`() { #expect(ContentFiles.obstacle == nil) }
}
