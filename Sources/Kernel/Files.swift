internal import CLinux
internal import Glibc

/// What the file system says of a path.
package struct FileStatus: Equatable, Sendable {
    package var device: UInt64
    package var inode: UInt64
    package var size: Int
    /// Permission bits.
    package var mode: Int
    package var owner: UInt32
    package var isDirectory: Bool
    package var isRegular: Bool
    package var isSocket: Bool

    init(_ file: cl_file) {
        device = file.device
        inode = file.inode
        size = Int(clamping: file.size)
        mode = Int(file.mode & 0o7777)
        owner = file.user
        isDirectory = cl_is_directory(file.mode) != 0
        isRegular = cl_is_regular(file.mode) != 0
        isSocket = cl_is_socket(file.mode) != 0
    }
}

/// Files by path: the few calls that configuration, logs and sockets need.
package enum Files {
    package static func status(of path: String, followingLinks: Bool = true) throws(Errno) -> FileStatus {
        var file = cl_file()
        _ = try unsafe cl_stat(path, followingLinks ? 1 : 0, &file).checked()
        return FileStatus(file)
    }

    package static func status(of descriptor: borrowing Descriptor) throws(Errno) -> FileStatus {
        var file = cl_file()
        _ = try unsafe cl_stat_descriptor(descriptor.number, &file).checked()
        return FileStatus(file)
    }

    static func size(of descriptor: borrowing Descriptor) throws(Errno) -> Int { try status(of: descriptor).size }

    package static func open(reading path: String) throws(Errno) -> Descriptor {
        Descriptor(adopting: Int32(try unsafe cl_open_reading(path).checked()))
    }

    package static func open(appending path: String, mode: Int = 0o644) throws(Errno) -> Descriptor {
        Descriptor(adopting: Int32(try unsafe cl_open_appending(path, Int32(mode)).checked()))
    }

    package static func create(_ path: String, mode: Int = 0o644) throws(Errno) -> Descriptor {
        Descriptor(adopting: Int32(try unsafe cl_create_file(path, Int32(mode)).checked()))
    }

    /// A file that is this process's alone as long as the descriptor is open; nil: somebody else has it.
    package static func lock(_ path: String) throws(Errno) -> Descriptor? {
        let descriptor = Descriptor(adopting: Int32(try unsafe cl_open_lock(path).checked()))
        let result = cl_lock_exclusively(descriptor.number)
        if result == -Int(Errno.wouldBlock.code) { return nil }
        _ = try result.checked()
        return descriptor
    }

    package static func truncate(_ descriptor: borrowing Descriptor) throws(Errno) { _ = try cl_truncate(descriptor.number).checked() }

    /// The whole content; `tooLarge` beyond the limit.
    package static func read(_ path: String, limit: Int) throws(Errno) -> [UInt8] {
        let descriptor = try open(reading: path)
        return try read(descriptor, limit: limit)
    }

    package static func read(_ descriptor: borrowing Descriptor, limit: Int) throws(Errno) -> [UInt8] {
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            // Safe: at most the chunk's own size is written.
            let result = unsafe chunk.withUnsafeMutableBytes { unsafe cl_read(descriptor.number, $0.baseAddress, $0.count) }
            let count = try result.checked()
            if count == 0 { return content }
            if content.count + count > limit { throw Errno.tooLarge }
            content += chunk[..<count]
        }
    }

    /// The first bytes of a file, as many as there are up to the limit.
    package static func readStart(of path: String, limit: Int) throws(Errno) -> [UInt8] {
        let descriptor = try open(reading: path)
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while content.count < limit {
            // Safe: at most the chunk's own size is written.
            let count = try unsafe chunk.withUnsafeMutableBytes { unsafe cl_read(descriptor.number, $0.baseAddress, $0.count) }.checked()
            if count == 0 { break }
            content += chunk[..<count]
        }
        return Array(content.prefix(limit))
    }

    package static func makeDirectory(_ path: String, mode: Int) throws(Errno) {
        _ = try unsafe cl_make_directory(path, Int32(mode)).checked()
    }
    /// Only when it is empty.
    package static func removeDirectory(_ path: String) throws(Errno) { _ = try unsafe cl_remove_directory(path).checked() }
    package static func remove(_ path: String) throws(Errno) { _ = try unsafe cl_unlink(path).checked() }
    package static func rename(_ path: String, to other: String) throws(Errno) { _ = try unsafe cl_rename(path, other).checked() }
    package static func setMode(_ mode: Int, of path: String) throws(Errno) { _ = try unsafe cl_chmod(path, Int32(mode)).checked() }
    package static func setOwner(_ user: UInt32, group: UInt32, of path: String) throws(Errno) {
        _ = try unsafe cl_chown(path, user, group).checked()
    }
    /// Lets this group connect to the socket at this path, nil everybody. `accessDenied` where that is no socket, or not the folder's owner's; root may
    /// have given away what it has made.
    package static func openSocket(_ path: String, of owner: UInt32, to group: UInt32?) throws(Errno) {
        _ = try unsafe cl_open_socket_file(path, owner, group ?? .max).checked()
    }

    /// Absolute, without links, realpath(3).
    package static func realPath(_ path: String) throws(Errno) -> String {
        try unsafe text { unsafe cl_real_path(path, $0.baseAddress) }
    }

    /// As the kernel says it, without links: getcwd(3).
    package static func currentDirectory() throws(Errno) -> String {
        try unsafe text { unsafe cl_current_directory($0.baseAddress, $0.count) }
    }

    /// By the name under which the shell came there, links kept, where that still is its name: `PWD` and `pwd -L` of POSIX.1.
    package static func currentDirectory(asIn name: String?) throws(Errno) -> String {
        guard let name, name.hasPrefix("/"), !name.split(separator: "/").contains(where: { $0 == "." || $0 == ".." }),
            let named = try? status(of: name), let here = try? status(of: "."), named.device == here.device, named.inode == here.inode
        else { return try currentDirectory() }
        return name
    }

    /// Throws why a file that is there may not be written, or no file may be made in a folder.
    package static func checkWritable(_ path: String, isFolder: Bool = false) throws(Errno) {
        _ = try unsafe cl_can_write(path, isFolder ? 1 : 0).checked()
    }

    /// Made absolute by the current directory as `PWD` names it, links kept, `.` and `..` taken out. But `..` stays behind what is no folder itself: behind
    /// a link it leads out of the folder that the link is to (path_resolution(7)).
    package static func absolutePath(_ path: String, from name: String? = Environment.value(of: "PWD")) throws(Errno) -> String {
        let full = path.hasPrefix("/") ? path : try currentDirectory(asIn: name) + "/" + path
        var parts: [Substring] = []
        for part in full.split(separator: "/") where part != "." {
            if part == "..", parts.last != "..", isFolder("/" + parts.joined(separator: "/")) {
                _ = parts.popLast()
            } else {
                parts.append(part)
            }
        }
        return "/" + parts.joined(separator: "/")
    }

    /// And no link to one.
    private static func isFolder(_ path: String) -> Bool { (try? status(of: path, followingLinks: false))?.isDirectory == true }

    /// Where a link points; `invalid` when it is none.
    package static func linkTarget(_ path: String) throws(Errno) -> String {
        var room = [CChar](repeating: 0, count: Int(PATH_MAX))
        // Safe: at most the room's own size is written.
        let count = try unsafe room.withUnsafeMutableBufferPointer { unsafe cl_read_link(path, $0.baseAddress, $0.count) }.checked()
        return String(decoding: room.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The names in a folder, at most `limit` of them, in no order.
    package static func names(in folder: String, limit: Int = 100_000) throws(Errno) -> [String] {
        final class Names {
            var found: [String] = []
            let limit: Int
            init(limit: Int) { self.limit = limit }
        }
        let names = Names(limit: limit)
        // Safe: the object outlives the call that is given it, which lasts no longer than this scope.
        let result = unsafe cl_list_directory(
            folder,
            { name, context in
                guard let name = unsafe name, let context = unsafe context else { return 0 }
                let names = unsafe Unmanaged<Names>.fromOpaque(context).takeUnretainedValue()
                unsafe names.found.append(String(cString: name))
                return names.found.count < names.limit ? 1 : 0
            }, Unmanaged.passUnretained(names).toOpaque())
        _ = try result.checked()
        return names.found
    }

    private static func text(_ fill: (UnsafeMutableBufferPointer<CChar>) -> Int) throws(Errno) -> String {
        var room = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        // Safe: the call writes a path with its zero into the room for the longest there is.
        let result = unsafe room.withUnsafeMutableBufferPointer { unsafe fill($0) }
        _ = try result.checked()
        return String(decoding: room.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
