import Patterns
import Routing
import Settings
import Testing

struct ModifiersDecodingTests {
    /// The modifiers of a route that has these lines, and what is said of them.
    private func read(_ lines: String, path: String = "/api", action: String = "upstream: http://127.0.0.1:9") -> (Modifiers?, [String]) {
        let reading = Reading(file: "x.yaml") { _ in nil }
        let text = "routes:\n  - path: \(path)\n    \(action)\n" + lines.split(separator: "\n").map { "    \($0)\n" }.joined()
        guard case .mapping(let entries)? = NodeParser.parse(Array(text.utf8), reading)?.content, let entry = entries.first else {
            return (nil, ["no file: \(reading.issues)"])
        }
        let routes = Route.readAll(Setting(entry.value, named: "\"routes\"", reading), .sample)
        return (routes?.first?.modifiers, reading.issues.map { "\($0.severity.rawValue): \($0.message)" })
    }

    @Test func `a route without modifiers has none`() { #expect(read("").0 == Modifiers()) }

    @Test func `headers are set, added and removed`() {
        let (modifiers, complaints) = read(
            """
            request_headers: {set: {X-A: "{{client.address}} x"}, add: {X-B: b, x-b: c}, remove: [Cookie, X-Forwarded-For]}
            response_headers: {set: {Server: none}, remove: X-Powered-By}
            """)
        #expect(complaints == [])
        #expect(
            modifiers?.requestHeaders.set.map(\.name) == ["X-A"]
                && modifiers?.requestHeaders.set.first?.value.text == "{{client.address}} x")
        #expect(
            modifiers?.requestHeaders.add.map(\.name) == ["X-B", "x-b"]
                && modifiers?.requestHeaders.remove == ["Cookie", "X-Forwarded-For"])
        #expect(
            modifiers?.responseHeaders.set.first?.value == Template(literal: "none")
                && modifiers?.responseHeaders.remove == ["X-Powered-By"])
    }

    @Test(arguments: [
        "Content-Length", "transfer-encoding", "Connection", "Keep-Alive", "Proxy-Connection", "Upgrade", "Trailer", "TE", "HTTP2-Settings",
        "Expect",
    ])
    func `a field that frames a message or is of a connection is refused`(name: String) {
        for edit in ["set: {\(name): x}", "add: {\(name): x}", "remove: [\(name)]"] {
            #expect(read("request_headers: {\(edit)}").1 == ["error: the header \"\(name)\" is written by the worker itself; take it out"])
            if name != "Expect" { #expect(read("response_headers: {\(edit)}").1.count == 1) }
        }
    }

    @Test func `what is wrong with headers is said`() {
        #expect(
            read("request_headers: {set: {Host: a}}").1 == [
                "error: which \"Host\" an upstream gets is said with \"host_header\"; take it out"
            ])
        #expect(read("response_headers: {set: {Date: x}}").1 == ["error: the header \"Date\" is written by the worker itself; take it out"])
        #expect(read("request_headers: {set: {'X Y': a}}").1 == ["error: \"X Y\" cannot be the name of a header"])
        #expect(read("request_headers: {remove: ['X-*']}").1 == ["error: \"X-*\" cannot be the name of a header"])
        #expect(read("request_headers: {set: {X: \"a\\r\\nY: b\"}}").1.first?.contains("line break") == true)
        #expect(read("request_headers: {set: {X: '{{client.adress}}'}}").1.first?.contains("did you mean \"{{client.address}}\"") == true)
        #expect(read("request_headers: {set: {X: a, x: b}}").1.first?.contains("is set once") == true)
        #expect(read("request_headers: {set: {X: a}, remove: x}").1.first?.contains("is set once") == true)
        #expect(
            read("request_headers: {set: {X: \(String(repeating: "a", count: 8192))}}").1.first?.contains("these headers have 8197 bytes")
                == true)
        #expect(read("request_headers: {sets: {}}").1.first?.contains("did you mean \"set\"") == true)
        #expect(read("request_headers: [X]").1.count == 1)
    }

    @Test func `the host is the client's, the server's, or a value`() {
        #expect(read("host_header: preserve").0?.hostHeader == .preserve)
        #expect(read("host_header: upstream").0?.hostHeader == .upstream)
        #expect(read("host_header: a.example.com:8080").0?.hostHeader == .value("a.example.com:8080"))
        #expect(read("host_header: '[::1]'").0?.hostHeader == .value("[::1]"))
        for wrong in ["a b", "a/b", "''", "a:99999", "'{{request.host}}'", "[]", "user@a", "\"a\\r\\nX: y\""] {
            #expect(read("host_header: \(wrong)").1.count == 1, "\(wrong)")
        }
    }

    @Test func `a prefix that is stripped is the route's own, or another`() {
        #expect(read("strip_prefix: true").0?.target == .strip(.matched))
        #expect(read("strip_prefix: false").0?.target == nil)
        #expect(read("strip_prefix: /api/v1/").0?.target == .strip(.path("/api/v1")))
        #expect(read("strip_prefix: true", path: "{exact: /a}").0?.target == .strip(.matched))
        #expect(read("strip_prefix: true", path: "/").1 == ["warning: the route's \"path\" is \"/\": there is no prefix to take off"])
        for wrong in ["api", "/", "/a?b", "/../a", "[]", "yes"] { #expect(read("strip_prefix: \(wrong)").1.count == 1, "\(wrong)") }
    }

    @Test func `a rewrite has a path, or a pattern and its substitute`() {
        #expect(read("rewrite: {path: '/new/{{request.method}}'}").1 == [])
        #expect(read("rewrite: {regex: '^/old/(.*)', to: '/new/$1?a=$$&b=${1}'}").1.count == 1)
        let (modifiers, complaints) = read("rewrite: {regex: '^/old/(.*)', to: '/new/$1?a=$$&b=$${1}&{{request.query}}'}")
        #expect(complaints == [])
        guard case .rewrite(.pattern(let pattern, let substitution))? = modifiers?.target else { return #expect(Bool(false)) }
        #expect(pattern.text == "^/old/(.*)" && substitution.text == "/new/$1?a=$$&b=$1&{{request.query}}")
    }

    @Test(arguments: [
        ("{}", "\"rewrite\" has a \"path\""), ("{path: /a, to: /b}", "\"rewrite\" has a \"path\""),
        ("{regex: a}", "\"rewrite\" has a \"path\""),
        ("{path: /a, regex: a, to: b}", "\"rewrite\" has a \"path\""), ("{path: a}", "begins with \"/\""),
        ("{path: '/a?b'}", "the query stays"),
        ("{path: '/a#b'}", "no target"), ("{path: '/a\\b'}", "no target"), ("{path: \"/a\\nb\"}", "line break"),
        ("{regex: '(', to: /}", "no regular expression"),
        ("{regex: '(a)', to: '/$2'}", "\"$2\" is no group: the \"regex\" has 1"), ("{regex: a, to: '/$1'}", "has none"),
        ("{regex: a, to: '/$x'}", "stands the number of a group"), ("{regex: a, to: '/$'}", "stands the number of a group"),
        ("{regex: a, to: '/{{nothing}}'}", "unknown name"), ("{path: '/{{upstream.server}}/x'}", "is not known yet"),
        ("{regex: a, to: '/{{upstream.server}}'}", "is not known yet"),
    ])
    func `what is no rewrite is said`(rewrite: String, complaint: String) {
        let complaints = read("rewrite: \(rewrite)").1
        #expect(complaints.count == 1 && complaints.first?.contains(complaint) == true, "\(complaints)")
    }

    @Test func `what is for upstreams alone is refused elsewhere`() {
        let (_, complaints) = read(
            """
            strip_prefix: true
            request_headers: {remove: [A]}
            host_header: upstream
            response_headers: {set: {A: b}}
            """, action: "respond: hi")
        #expect(complaints.count == 3 && complaints.allSatisfy { $0.contains("is for requests that go to an upstream") })
        #expect(
            read("strip_prefix: true", path: "/", action: "files: /srv").1.filter {
                $0.contains("strip_prefix") || $0.contains("prefix to")
            }.count == 1)
        #expect(read("strip_prefix: true\nrewrite: {path: /a}").1.first?.contains("take one of them out") == true)
    }
}
