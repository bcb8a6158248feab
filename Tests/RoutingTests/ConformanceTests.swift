import Foundation
import Routing
import Testing

/// Routing decisions of the Gateway API's conformance tests, where they are present beside the package. They are data of others: read, never copied.
@Suite("Routing decisions that others wrote down")
struct ConformanceTests {
    private struct Group: Decodable {
        struct Gateway: Decodable {
            var name: String
            var listeners: [Listener]
        }
        struct Listener: Decodable {
            var name: String
            var hostname: String?
        }
        struct PathMatch: Decodable {
            var type: String
            var value: String
        }
        struct Value: Decodable {
            var name: String
            var value: String
        }
        struct Match: Decodable {
            var path: PathMatch?
            var method: String?
            var headers: [Value]?
            var queryParams: [Value]?
        }
        struct Rule: Decodable {
            var matches: [Match]
            var backends: [String]
        }
        struct Source: Decodable {
            var parents: [String]
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

    @Test("are ours too", .enabled(if: isPresent))
    func decisions() throws {
        let file = try #require(Self.file)
        var count = 0
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
            let group = try JSONDecoder().decode(Group.self, from: Data(line.utf8))
            let (table, backends) = Self.table(of: group)
            for decision in group.cases {
                let fields = decision.headers.map { "\($0): \($1)" }
                let found = try table.route("\(decision.method) \(decision.path)", host: decision.host, fields)
                let backend = found.flatMap { $0 < 0 ? "refused" : backends[$0] }
                #expect(backend == decision.backend, "\(group.id): \(decision)")
                count += 1
            }
        }
        #expect(count == 113)
    }

    private static func table(of group: Group) -> (RouteTable, [String?]) {
        var routes: [Route] = []
        var backends: [String?] = []
        for source in group.routes {
            guard let hosts = hosts(of: source, group) else { continue }
            for rule in source.rules {
                for match in rule.matches.isEmpty ? [Group.Match()] : rule.matches {
                    var route = Route(
                        match.path.map { $0.type == "Exact" ? .exact($0.value) : .prefix($0.value) } ?? .prefix("/"), hosts: hosts,
                        methods: match.method.map { [$0] } ?? [])
                    route.headers = (match.headers ?? []).map { ValueMatcher(name: $0.name, .equals($0.value)) }
                    route.query = (match.queryParams ?? []).map { ValueMatcher(name: $0.name, .equals($0.value)) }
                    routes.append(route)
                    backends.append(rule.backends.first)
                }
            }
        }
        return (RouteTable(routes, constants: .sample), backends)
    }

    /// Those that the route and a listener of its gateway have in common; nil when there is none.
    private static func hosts(of source: Group.Source, _ group: Group) -> [HostPattern]? {
        let own = source.hostnames.isEmpty ? ["*"] : source.hostnames
        let listeners =
            group.gateways.filter { source.parents.contains($0.name) }.flatMap(\.listeners)
            + group.gateways.flatMap(\.listeners).filter { source.parents.contains($0.name) }
        let offered = listeners.isEmpty ? ["*"] : listeners.map { $0.hostname ?? "*" }
        let common = own.flatMap { host in offered.compactMap { intersection(host, $0) } }
        if common.isEmpty { return nil }
        return common.contains("*") ? [] : common.map { $0.hasPrefix("*.") ? .suffix(String($0.dropFirst(2))) : .exact($0) }
    }

    private static func intersection(_ one: String, _ other: String) -> String? {
        if covers(one, other) { return other }
        return covers(other, one) ? one : nil
    }

    private static func covers(_ wide: String, _ narrow: String) -> Bool {
        wide == narrow || wide.hasPrefix("*") && narrow.hasSuffix(wide.dropFirst()) && narrow != wide.dropFirst(2)
    }
}
