import Foundation
import Glibc
import TestSupport

/// A folder `public` beside the configuration, and what serves it.
enum FileSite {
    static func configuration(_ files: String, _ more: String = "") -> String {
        """
        port: <port>
        workers: 1
        \(more)
        routes:
          - path: /
            files: \(files)
        """
    }

    /// Starts it with these files in `public`.
    static func start(
        _ content: [String: [UInt8]] = [:], files: String = "./public", more: String = "", launcher: [String] = [],
        isFolderThere: Bool = true
    ) throws -> Cluster {
        let folder = try Folder()
        if isFolderThere { try make("public", in: folder) }
        // A file before its compressed forms, which may not be older.
        for (name, bytes) in content.sorted(by: { $0.key < $1.key }) { try write(bytes, name, in: folder) }
        let cluster = try Cluster(configuration(files, more), launcher: launcher, folder: folder)
        try cluster.waitUntilReady()
        return cluster
    }

    static func make(_ name: String, in folder: Folder) throws {
        try FileManager.default.createDirectory(atPath: folder[name], withIntermediateDirectories: true)
    }

    /// It is there at once, or not at all.
    static func write(_ bytes: [UInt8], _ name: String, in folder: Folder) throws {
        let path = folder["public/" + name]
        try FileManager.default.createDirectory(
            atPath: URL(filePath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(filePath: path), options: .atomic)
    }

    /// A file of a size without content.
    static func writeSparse(_ size: Int, _ name: String, in folder: Folder) throws {
        let file = unsafe open(folder["public/" + name], O_CREAT | O_WRONLY | O_CLOEXEC, 0o644)
        defer { close(file) }
        guard file >= 0, ftruncate(file, size) == 0 else { throw Failure("no file of \(size) bytes: \(errno)") }
    }

    static func link(_ target: String, _ name: String, in folder: Folder) throws {
        try FileManager.default.createSymbolicLink(atPath: folder["public/" + name], withDestinationPath: target)
    }
}

extension [UInt8] {
    init(_ text: String) { self = Array(text.utf8) }

    /// Bytes that differ from place to place.
    static func pattern(_ count: Int) -> [UInt8] {
        // Its length is a prime, so that no two blocks of a power of two are alike.
        let base = (0..<65_537).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + base.count)
        while bytes.count < count { bytes += base }
        return Array(bytes.prefix(count))
    }
}
