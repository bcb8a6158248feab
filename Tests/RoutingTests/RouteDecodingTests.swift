import Routing
import Settings
import Testing

/// `routes` that are read from a file of their own, and what was said about them.
func routes(_ text: String) -> (routes: [Route]?, complaints: [String]) {
    let reading = Reading(file: "x.yaml") { _ in nil }
    let node = NodeParser.parse(Array(text.utf8), reading)
    let routes = node.flatMap { Route.readAll(Setting($0, named: "\"routes\"", reading)) }
    return (
        reading.hasErrors ? nil : routes, reading.issues.map { "\($0.mark.line):\($0.mark.column): \($0.severity.rawValue): \($0.message)" }
    )
}

struct RouteDecodingTests {
    @Test func `a route that says least is for every host, path and method`() throws {
        let route = try #require(routes("- respond: hi").routes?.first)
        #expect(route == Route(action: .respond(Respond(body: Template(literal: "hi")))))
        #expect(route.path == .prefix("/"))
    }

    @Test func `every matcher is taken over`() throws {
        let found = try #require(
            routes(
                """
                - name: one
                  host: [A.Example.com., "*.example.com", "[::1]"]
                  path: /api
                  methods: [GET, PURGE]
                  respond: x
                - host: b.example.com
                  path: { exact: /about }
                  methods: POST
                  respond: y
                """
            ).routes)
        #expect(found[0].name == "one")
        #expect(found[0].hosts == [.exact("a.example.com"), .suffix("example.com"), .exact("[::1]")])
        #expect(found[0].path == .prefix("/api"))
        #expect(found[0].methods == ["GET", "PURGE"])
        #expect(found[1].hosts == [.exact("b.example.com")])
        #expect(found[1].path == .exact("/about"))
        #expect(found[1].methods == ["POST"])
    }

    @Test func `a path is kept in the form that requests have it in`() {
        #expect(routes("- {path: /café au lait, respond: x}").routes?.first?.path == .prefix("/caf%C3%A9%20au%20lait"))
    }

    @Test(arguments: [
        ("{}", "1:1: error: \"routes\" must be a list, not a mapping"),
        ("- /", "1:3: error: an entry of \"routes\" must be a mapping, not \"/\""),
        ("- path: /", "1:3: error: this route does nothing; add an action: \"respond\" or \"upstream\""),
        (
            "- {path: /, redirect: /x, respond: x}",
            "1:13: error: unknown key \"redirect\"; what can stand here: name, host, path, methods, respond, upstream, "
                + "strip_prefix, rewrite, request_headers, response_headers, host_header"
        ),
        ("- {path: api, respond: x}", "1:10: error: \"path\" must be a path that begins with \"/\", not \"api\""),
        ("- {path: [/a], respond: x}", "1:10: error: \"path\" must be a path that begins with \"/\", not a list"),
        ("- {path: /a?b, respond: x}", "1:10: error: \"path\" is matched with the path alone; take \"?\", \"#\" and what follows out"),
        ("- {path: /a/*, respond: x}", "1:10: error: a path is a prefix already: write \"/a/\" without \"*\""),
        (
            "- {path: /../a, respond: x}",
            "1:10: error: no request can have this path: it has a broken escape, a backslash, or climbs above \"/\""
        ),
        (
            "- {path: /%zz, respond: x}",
            "1:10: error: no request can have this path: it has a broken escape, a backslash, or climbs above \"/\""
        ),
        ("- {path: {}, respond: x}", "1:10: error: \"path\" is empty; write \"/\", or {exact: /}"),
        ("- {path: {regex: /a}, respond: x}", "1:11: error: unknown key \"regex\"; what can stand here: exact"),
        ("- {host: \"*\", respond: x}", "1:10: error: \"*\" alone is every host; take \"host\" out for that"),
        ("- {host: \"a.*.b\", respond: x}", "1:10: error: \"*\" can only be the first label of a host, as in \"*.example.com\""),
        ("- {host: \"a.b:80\", respond: x}", "1:10: error: write the host without its port: \"a.b\""),
        ("- {host: a..b, respond: x}", "1:10: error: \"host\" must be a host like \"a.example.com\" or \"*.example.com\", not \"a..b\""),
        (
            "- {host: \"http://a\", respond: x}",
            "1:10: error: \"host\" must be a host like \"a.example.com\" or \"*.example.com\", not \"http://a\""
        ),
        (
            "- {host: bücher.de, respond: x}",
            "1:10: error: \"bücher.de\" has letters that a Host header cannot have; write its ASCII form (xn--…)"
        ),
        ("- {host: [], respond: x}", "1:10: error: \"host\" is an empty list; give it an entry, or take it out"),
        ("- {methods: [get], respond: x}", "1:14: error: methods are written in capitals: \"GET\", not \"get\""),
        ("- {methods: [\"G T\"], respond: x}", "1:14: error: an entry of \"methods\" must be a method like GET, not \"G T\""),
        ("- {methods: [], respond: x}", "1:13: error: \"methods\" is an empty list; give it an entry, or take it out"),
        ("- {name: \"a\\nb\", respond: x}", "1:10: error: \"name\" must be a text of one line, not \"a…\""),
    ])
    func `a bad value is refused where it is`(text: String, complaint: String) {
        let result = routes(text)
        #expect(result.routes == nil || !result.complaints.isEmpty)
        #expect(result.complaints.contains(complaint), "\(result.complaints)")
    }

    @Test func `all errors of all routes are said at once`() {
        #expect(routes("- {path: x, respond: '{{y}}'}\n- {host: '*', respond: []}").complaints.count == 4)
    }
}

struct ShadowsTests {
    private func warnings(_ text: String) -> [String] { routes(text).complaints }

    @Test func `a route after one that takes everything it could get never matches`() {
        #expect(
            warnings("- {path: /api, respond: a}\n- {path: /api/, respond: b}")
                == ["2:3: warning: this route can never match: the one on line 1 takes all its requests"])
        #expect(warnings("- {path: {exact: /a}, respond: a}\n- {path: {exact: /./a}, respond: b}").count == 1)
        #expect(warnings("- {host: [a.b, c.d], respond: a}\n- {host: C.D, respond: b}").count == 1)
        #expect(warnings("- {methods: [GET, PUT], respond: a}\n- {methods: [PUT], respond: b}").count == 1)
    }

    @Test func `a route that is more specific, or has something left, does match`() {
        #expect(warnings("- {path: /, respond: a}\n- {path: /api, respond: b}").isEmpty)
        #expect(warnings("- {path: /a, respond: a}\n- {path: {exact: /a}, respond: b}").isEmpty)
        #expect(warnings("- {respond: a}\n- {host: a.b, respond: b}").isEmpty)
        #expect(warnings("- {respond: a}\n- {methods: [GET], respond: b}").isEmpty)
        #expect(warnings("- {methods: [GET], respond: a}\n- {respond: b}").isEmpty)
        #expect(warnings("- {methods: [GET], respond: a}\n- {methods: [GET, PUT], respond: b}").isEmpty)
        #expect(warnings("- {host: a.b, respond: a}\n- {host: [a.b, c.d], respond: b}").isEmpty)
    }
}
