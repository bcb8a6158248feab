import ClusterConfiguration
import Foundation
import Settings

/// A file of `config/`, on a machine where everybody has every account, and folders are what they are.
struct ExampleFile {
    static let paths = Repository.files(in: "config", endingIn: ".yaml")

    let path: String
    let bytes: [UInt8]

    init(_ path: String) throws {
        self.path = path
        bytes = Array(try Repository.text(path).utf8)
    }

    var decoded: Decoded {
        let text = String(decoding: bytes, as: UTF8.self)
        let folder = Repository.root.appending(path: path).deletingLastPathComponent().path
        return Configuration.decode(
            bytes, file: path,
            surroundings: Surroundings(
                folder: folder, environment: { _ in nil },
                user: { Account(user: 1000, group: 1000, groups: [1000], name: $0, home: "/") }, group: { _ in 1000 },
                realDirectory: { FileManager.default.fileExists(atPath: $0) ? $0 : nil },
                readFile: { FileManager.default.contents(atPath: $0).map { Array($0) } }, cores: 4,
                // Another account needs root; a program without one should not have it.
                isRoot: text.contains("\n  user:") || text.contains("\n    user:"), ephemeralPorts: 32768...60999))
    }

    var root: Node? { NodeParser.parse(bytes, Reading(file: path) { _ in nil }) }

    /// Every key in the file, with dots between those of a path: `routes.respond.status`.
    var keys: Set<String> { root.map { Self.keys(of: $0, below: "") } ?? [] }

    private static func keys(of node: Node, below prefix: String) -> Set<String> {
        switch node.content {
        case .scalar: []
        case .sequence(let nodes): nodes.reduce(into: []) { $0.formUnion(keys(of: $1, below: prefix)) }
        case .mapping(let entries):
            entries.reduce(into: []) { result, entry in
                let path = prefix + entry.key
                result.insert(path)
                result.formUnion(
                    path == "upstreams" || path == "apps"
                        ? keysOfNamed(entry.value, below: path + ".") : keys(of: entry.value, below: path + "."))
            }
        }
    }

    /// Of a mapping whose own keys are the user's.
    private static func keysOfNamed(_ node: Node, below prefix: String) -> Set<String> {
        guard case .mapping(let entries) = node.content else { return [] }
        return entries.reduce(into: []) { $0.formUnion(keys(of: $1.value, below: prefix)) }
    }
}
