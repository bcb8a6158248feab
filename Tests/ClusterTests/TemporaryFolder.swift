import Foundation

/// A folder of a test's own, removed with its content.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = "/tmp/cluster-tests-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    subscript(name: String) -> String { path + "/" + name }

    func content(_ name: String) -> String {
        FileManager.default.contents(atPath: self[name]).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }
}
