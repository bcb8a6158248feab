import Foundation
import Testing

/// Messages that other projects collected, where they are present beside the package. They are data of others: read, never copied.
enum Collection {
    static let hasRequests = file("requests.jsonl") != nil
    static let hasResponses = file("responses.jsonl") != nil
    static let hasProxyHeaders = file("proxy_protocol.jsonl") != nil

    static func cases<Case: Decodable>(_ name: String) throws -> [Case] {
        let decoder = JSONDecoder()
        let source = try #require(file(name))
        return try String(contentsOf: source, encoding: .utf8).split(separator: "\n").map {
            try decoder.decode(Case.self, from: Data($0.utf8))
        }
    }

    /// `../shared/conformance` beside the package, or one folder further up where the package is checked out as a second worktree.
    private static func file(_ name: String) -> URL? {
        let package = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardizedFileURL
        return ["../shared", "../../shared"].map { package.appending(path: $0 + "/conformance/" + name).standardizedFileURL }
            .first { FileManager.default.fileExists(atPath: $0.path) }
    }
}
