import Foundation

/// The package's own folder, for tests that look at its files.
enum Package {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardizedFileURL

    static func text(_ path: String) throws -> String { try String(contentsOf: folder.appending(path: path), encoding: .utf8) }

    /// The names of the files in a folder that end so.
    static func names(in path: String, suffix: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: path).path)) ?? []).filter { $0.hasSuffix(suffix) }
            .sorted()
    }
}
