import Foundation
import Routing
import Testing

/// Routing decisions of the Gateway API's conformance tests, where they are present beside the package. They are data of others: read, never copied.
@Suite("Routing decisions that others wrote down")
struct ConformanceTests {
    private struct Group: Decodable {
        struct Gateway: Decodable {}
        struct PathMatch: Decodable {
            var type: String
            var value: String
        }
        struct Match: Decodable {
            var path: PathMatch?
            var method: String?
            var headers: [Ignored]?
            var queryParams: [Ignored]?
        }
        struct Rule: Decodable {
            var matches: [Match]
            var backends: [String]
        }
        struct Source: Decodable {
            var hostnames: [String]
            var rules: [Rule]
        }
        struct Decision: Decodable {
            var method: String
            var host: String
            var path: String
            var headers: [String: String]
            var backend: String?
        }
        struct Ignored: Decodable {}

        var id: String
        var gateways: [Gateway]
        var routes: [Source]
        var cases: [Decision]
    }

    /// `../shared/conformance` beside the package, or one folder further up where the package is checked out as a second worktree.
    private static let file: URL? = {
        let package = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardizedFileURL
        return ["../shared", "../../shared"].map { package.appending(path: $0 + "/conformance/routing.jsonl").standardizedFileURL }
            .first { FileManager.default.fileExists(atPath: $0.path) }
    }()
    private static let isPresent = file != nil

    /// A rule that wants a header or a parameter is left out, and so is a request that has one: the one never matches without the other.
    @Test("are ours too, as far as hosts, paths and methods decide", .enabled(if: isPresent))
    func decisions() throws {
        let file = try #require(Self.file)
        var count = 0
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
            let group = try JSONDecoder().decode(Group.self, from: Data(line.utf8))
            guard group.gateways.isEmpty else { continue }
            var routes: [Route] = []
            var backends: [String?] = []
            for source in group.routes {
                let hosts: [HostPattern] = source.hostnames.map { $0.hasPrefix("*.") ? .suffix(String($0.dropFirst(2))) : .exact($0) }
                for rule in source.rules {
                    for match in rule.matches where (match.headers ?? []).isEmpty && (match.queryParams ?? []).isEmpty {
                        let path: PathPattern = match.path.map { $0.type == "Exact" ? .exact($0.value) : .prefix($0.value) } ?? .prefix("/")
                        routes.append(Route(path, hosts: hosts, methods: match.method.map { [$0] } ?? []))
                        backends.append(rule.backends.first)
                    }
                }
            }
            let table = RouteTable(routes, constants: .sample)
            for decision in group.cases where decision.headers.isEmpty && !decision.path.contains("?") {
                let found = table.route(decision.method, decision.host, decision.path).flatMap { $0 < 0 ? "refused" : backends[$0] }
                #expect(found == decision.backend, "\(group.id): \(decision.method) \(decision.host)\(decision.path)")
                count += 1
            }
        }
        #expect(count > 20)
    }
}
