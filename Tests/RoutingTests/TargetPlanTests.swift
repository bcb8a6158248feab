import HTTP1
import Patterns
import Testing

@testable import Routing

struct TargetPlanTests {
    private struct Change {
        var modifier: TargetModifier
        var path = PathPattern.prefix("/")

        static func strip(_ prefix: String? = nil, of path: PathPattern = .prefix("/")) -> Change {
            Change(modifier: .strip(prefix.map(StripPrefix.path) ?? .matched), path: path)
        }

        static func path(_ pieces: Template.Piece...) -> Change {
            var template = Template(literal: "")
            template.pieces = pieces
            return Change(modifier: .rewrite(.path(template)))
        }

        static func regex(_ text: String, _ pieces: Substitution.Piece...) -> Change {
            guard let pattern = try? Pattern(text) else { preconditionFailure("a test's pattern is good") }
            return Change(modifier: .rewrite(.pattern(pattern, to: Substitution(pieces: pieces))))
        }
    }

    /// The target that goes upstream, as the worker makes it; the outcome where there is none.
    private func target(_ requested: String, _ change: Change, fields: String = "", limit: Int = 8192) throws -> String {
        let plan = try #require(TargetPlan(change.modifier, path: change.path, constants: .sample, routeName: nil))
        let bytes = "GET \(requested) HTTP/1.1\r\nHost: a.b\r\n\(fields)\r\n".octets
        var head = RequestHead()
        guard case .complete = head.read(bytes.rawBytes, limits: HeadLimits()) else { return "refused" }
        let identity = "id".octets
        var normaliser = PathNormaliser()
        guard normaliser.normalise(head.path.of(bytes.rawBytes)) else { return "malformed" }
        let path = normalised(String(decoding: bytes[Int(head.path.start)..<head.path.end], as: UTF8.self)) ?? ""
        var workspace = PatternWorkspace()
        var outcome = TargetPlan.Outcome.unchanged
        let source = path.octets
        let context = RequestContext(
            clientAddress: identity.rawBytes, clientPort: 1, requestID: identity.rawBytes, unixSeconds: 0, matchedPath: source.rawBytes)
        let text = written(within: limit) {
            outcome = plan.write(path: source.rawBytes, head, bytes.rawBytes, context, &workspace, to: &$0)
        }
        guard outcome == .written else { return "\(outcome)" }
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let found = String(parts[0]).octets
        guard normaliser.settle(found.rawBytes) else { return "refused" }
        let settled = normaliser.normalised
        return String(decoding: (0..<settled.byteCount).map { settled.byte($0) }, as: UTF8.self) + (parts.count == 2 ? "?" + parts[1] : "")
    }

    @Test func `a prefix is taken off by whole segments, and the rest begins with a slash`() throws {
        for (path, stripped) in [
            ("/api", "/"), ("/api/", "/"), ("/api/x", "/x"), ("/api/x?y=/api", "/x?y=/api"), ("/apis", "unchanged"), ("/", "unchanged"),
            ("/api?x", "/?x"), ("/API/x", "unchanged"), ("/%61pi/x", "/x"), ("//api//x", "/x"), ("/x/../api/y", "/y"),
            ("/api/api/x", "/api/x"),
            ("/api/%2fx", "/%2Fx"), ("/api/x/", "/x/"),
        ] { #expect(try target(path, .strip(of: .prefix("/api/"))) == stripped, "\(path)") }
        #expect(try target("/a/b", .strip(of: .exact("/a/b"))) == "/")
        #expect(try target("/a/b/c", .strip("/a/b", of: .prefix("/a"))) == "/c")
        #expect(try target("/a", .strip(of: .prefix("/"))) == "unchanged")
    }

    @Test func `another path keeps the query`() throws {
        #expect(try target("/old?a=b", .path(.text("/new"))) == "/new?a=b")
        #expect(try target("/old", .path(.text("/new ü"))) == "/new%20%C3%BC")
        #expect(try target("/old?x", .path(.text("/m/"), .value(.requestMethod), .value(.requestPath))) == "/m/GET/old?x")
    }

    @Test func `the path of a request is in a target as it was matched; a target in a path is its path, for the query has its own place`()
        throws
    {
        let path = Change.path(.text("/v2"), .value(.requestPath))
        for requested in ["/a/x/../y", "/a/./y", "/a/%79"] { #expect(try target(requested, path) == "/v2/a/y", "\(requested)") }
        let whole = Change.path(.text("/v2"), .value(.requestTarget))
        #expect(try target("/a/../b?q=1&r", whole) == "/v2/b?q=1&r")
        #expect(try target("http://h:9/a?q=1", whole) == "/v2/a?q=1")
        let repeating = Change.regex("^/a", .text(.init(literal: "/b?x=")), .text(Template(.value(.requestTarget))))
        let found = try target("/a?q=1", repeating)
        #expect(found == "/b?x=/a%3Fq%3D1")
    }

    @Test func `what the pattern finds is replaced, and the rest stays`() throws {
        #expect(try target("/old/a/b?q", .regex("^/old/(.*)", .text(.init(literal: "/new/")), .group(1))) == "/new/a/b?q")
        #expect(try target("/v1/a/v1/b", .regex("/v1/", .text(.init(literal: "/v2/")))) == "/v2/a/v1/b")
        #expect(try target("/a/b", .regex("b$", .text(.init(literal: "c")))) == "/a/c")
        #expect(try target("/a", .regex("^/x", .text(.init(literal: "/y")))) == "unchanged")
        #expect(try target("/a/b", .regex("^/(.)/(.)", .group(2), .group(1), .group(0))) == "/ba/a/b")
        #expect(try target("/a", .regex("^/(x)?", .text(.init(literal: "/(")), .group(1), .text(.init(literal: ")")))) == "/()a")
    }

    @Test func `a query of the rewrite goes before the client's, unless that is in it`() throws {
        let first = Change.regex("^/s/(.*)$", .text(.init(literal: "/find?q=")), .group(1))
        #expect(try target("/s/cats", first) == "/find?q=cats")
        #expect(try target("/s/cats?page=2", first) == "/find?q=cats&page=2")
        // What separates parameters is escaped in a value, and what was escaped stays so.
        #expect(try target("/s/a&b=c+d%26e", first) == "/find?q=a%26b%3Dc%2Bd%26e")
        let repeating = Change.regex("^/s", .text(.init(literal: "/find?x=1&")), .text(Template(.value(.requestQuery))))
        #expect(try target("/s/t?a=b&c=d", repeating) == "/find/t?x=1&a=b&c=d")
    }

    @Test(arguments: [
        "a b", "a\tb", "a#b", "a?b", "a\"b", "a<b", "a%b", "a%zzb", "a\u{e9}b", "a\\b", "a{b",
    ])
    func `what would end a path is escaped in a value`(value: String) throws {
        let found = try target("/x?q", .path(.text("/p/"), .value(.requestHeader("X-V"))), fields: "X-V: \(value)\r\n")
        #expect(
            found.hasPrefix("/p/a%") && found.hasSuffix("b?q") && found.utf8.allSatisfy { (0x21...0x7e).contains($0) && $0 != 0x23 },
            "\(found)")
    }

    @Test(arguments: ["..", "../..", ".", "%2e%2e", "x/../..", "..%2f..", "%00", "..;a", "a/%2E."])
    func `a value makes no path climb, and none that no path may be`(value: String) throws {
        #expect(try target("/x", .path(.text("/p/"), .value(.requestHeader("X-V"))), fields: "X-V: \(value)\r\n") == "refused")
    }

    @Test func `an authority is never made of a path`() throws {
        #expect(try target("/x", .path(.text("/"), .value(.requestHeader("X-V"))), fields: "X-V: /evil.example/a\r\n") == "/evil.example/a")
        #expect(
            try target("/x", .regex("^/x", .text(Template(.value(.requestHeader("X-V"))))), fields: "X-V: http://evil/\r\n")
                == "/http://evil/")
        #expect(try target("/x", .regex("^/x", .text(Template(.value(.requestHeader("X-V")))))) == "/")
    }

    @Test func `a target that is too long is not written`() throws {
        let value = String(repeating: "a", count: 3000)
        let change = Change.path(.text("/"), .value(.requestHeader("X-V")))
        #expect(try target("/x", change, fields: "X-V: \(value)\r\n", limit: 8192) == "tooLong")
        #expect(try target("/x", change, fields: "X-V: \(value)\r\n", limit: 10_000) == "/" + value)
    }

    @Test func `a pattern that takes too long says so`() throws {
        let path = "/" + String(repeating: "a", count: 8000)
        #expect(try target(path, .regex("(?=a*c)a(?=a*c)a(?=a*c)", .text(.init(literal: "/")))) == "patternLimit")
    }
}
