import Foundation

/// A folder of a test's own, removed with its content. Its path is short, because sockets are in it.
package final class Folder: Sendable {
    package let path: String

    package init() throws {
        path = "/tmp/e2e-" + UUID().uuidString.prefix(8).lowercased()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    package subscript(name: String) -> String { path + "/" + name }

    /// The file's new content is there at once, or not at all.
    package func write(_ text: String, to name: String) throws {
        try text.write(toFile: self[name], atomically: true, encoding: .utf8)
    }

    /// The same file with other content, for whoever has mounted it: not at once.
    package func change(_ name: String, to text: String) throws {
        try text.write(toFile: self[name], atomically: false, encoding: .utf8)
    }

    /// Empty when there is no such file.
    package func text(of name: String) -> String {
        FileManager.default.contents(atPath: self[name]).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    package func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: self[name]) }
}
