import Patterns
import Routing
import Settings
import Testing

/// `routes` that are read from a file of their own, and what was said about them.
func routes(_ text: String) -> (routes: [Route]?, complaints: [String]) {
    let reading = Reading(file: "x.yaml") { _ in nil }
    let node = NodeParser.parse(Array(text.utf8), reading)
    let routes = node.flatMap { Route.readAll(Setting($0, named: "\"routes\"", reading), .sample) }
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

    @Test func `what headers, parameters and cookies have to be is taken over`() throws {
        let route = try #require(
            routes(
                """
                - path: {regex: '^/v[0-9]+/'}
                  headers: {X-Version: 2, Accept: {regex: 'json$'}, X-Debug: {present: false}}
                  query: {"a b": "", page: {present: true}}
                  cookies: {beta: yes}
                  respond: x
                """
            ).routes?.first)
        #expect(route.path == .regex(try Pattern("^/v[0-9]+/")))
        #expect(
            route.headers == [
                ValueMatcher(name: "X-Version", .equals("2")), ValueMatcher(name: "Accept", .matches(try Pattern("json$"))),
                ValueMatcher(name: "X-Debug", .absent),
            ])
        #expect(route.query == [ValueMatcher(name: "a b", .equals("")), ValueMatcher(name: "page", .present)])
        #expect(route.cookies == [ValueMatcher(name: "beta", .equals("yes"))])
    }

    @Test func `a path is kept in the form that requests have it in`() {
        #expect(routes("- {path: /café au lait, respond: x}").routes?.first?.path == .prefix("/caf%C3%A9%20au%20lait"))
    }

    @Test(arguments: [
        ("{}", "1:1: error: \"routes\" must be a list, not a mapping"),
        ("- /", "1:3: error: an entry of \"routes\" must be a mapping, not \"/\""),
        ("- path: /", "1:3: error: this route does nothing; add an action: \"respond\", \"redirect\", \"upstream\", \"app\" or \"files\""),
        (
            "- {path: /, rewrites: /x, respond: x}",
            "1:13: error: unknown key \"rewrites\" (did you mean \"rewrite\"?)"
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
        ("- {path: {}, respond: x}", "1:10: error: \"path\" is empty; write \"/\", {exact: /} or {regex: ^/}"),
        ("- {path: {prefix: /a}, respond: x}", "1:11: error: unknown key \"prefix\"; what can stand here: exact, regex"),
        ("- {path: {exact: /a, regex: a}, respond: x}", "1:22: error: a path is one of the two; take \"exact\" or \"regex\" out"),
        (
            "- {path: {regex: '^/(a|b'}, respond: x}",
            "1:25: error: \"regex\" is no regular expression: missing closing parenthesis"
        ),
        (
            "- {path: {regex: 'é*+*'}, respond: x}",
            "1:22: error: \"regex\" is no regular expression: quantifier does not follow a repeatable item"
        ),
        ("- {headers: [a], respond: x}", "1:13: error: \"headers\" must be a mapping, not a list"),
        ("- {headers: {\"a b\": x}, respond: x}", "1:14: error: \"a b\" cannot be the name of a header"),
        ("- {headers: {A: [x]}, respond: x}", "1:17: error: \"A\" must be a value, {regex: …} or {present: true}, not a list"),
        (
            "- {headers: {A: \" x\"}, respond: x}",
            "1:17: error: a header cannot have this value, so that the route would never match"
        ),
        (
            "- {headers: {A: \"x\\n\"}, respond: x}",
            "1:17: error: a header cannot have this value, so that the route would never match"
        ),
        (
            "- {headers: {A-b: x, a-B: y}, respond: x}",
            "1:22: error: the header \"a-B\" is there already, in another case; take one of them out"
        ),
        ("- {headers: {A: {}}, respond: x}", "1:17: error: \"A\" is empty; write a value, {regex: …} or {present: true}"),
        ("- {headers: {A: {regexp: x}}, respond: x}", "1:18: error: unknown key \"regexp\" (did you mean \"regex\"?)"),
        (
            "- {headers: {A: {regex: x, present: true}}, respond: x}",
            "1:28: error: what matches is present as well; take \"present\" out"
        ),
        ("- {headers: {A: {present: 1}}, respond: x}", "1:27: error: \"present\" must be true or false, not \"1\""),
        (
            "- {client: a.b, respond: x}",
            "1:12: error: \"client\" must be an address or a range of them, like 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32, not \"a.b\""
        ),
        ("- {client: [], respond: x}", "1:12: error: \"client\" is an empty list; give it an entry, or take it out"),
        ("- {query: {\"\": x}, respond: x}", "1:12: error: \"\" cannot be the name of a query parameter"),
        (
            "- {query: {a: {regex: \"[\"}}, respond: x}",
            "1:25: error: \"regex\" is no regular expression: missing terminating ] for character class"
        ),
        ("- {cookies: {\"a=\": x}, respond: x}", "1:14: error: \"a=\" cannot be the name of a cookie"),
        ("- {cookies: {a: \"x;y\"}, respond: x}", "1:17: error: a cookie cannot have this value, so that the route would never match"),
        ("- {host: \"*\", respond: x}", "1:10: error: \"*\" alone is every host; take \"host\" out for that"),
        ("- {host: \"a.*.b\", respond: x}", "1:10: error: \"*\" can only be the first label of a host, as in \"*.example.com\""),
        ("- {host: \"a.b:80\", respond: x}", "1:10: error: write the host without its port: \"a.b\""),
        ("- {host: \"::1\", respond: x}", "1:10: error: an IPv6 address is written in brackets: \"[::1]\""),
        ("- {host: \"[::1]:80\", respond: x}", "1:10: error: write the host without its port: \"[::1]\""),
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

    @Test(arguments: [
        ("- {path: /, respnd: a}", "1:13: error: unknown key \"respnd\" (did you mean \"respond\"?)"),
        ("- {path: /a, action: b, strip_prefix: true}", "1:14: error: unknown key \"action\"; what can stand here:"),
        ("- {path: {exat: /a}, respond: x}", "1:11: error: unknown key \"exat\" (did you mean \"exact\"?)"),
        (
            "- {path: {prefix: /a}, upstream: \"http://a\", strip_prefix: true}",
            "1:11: error: unknown key \"prefix\"; what can stand here: exact, regex"
        ),
        ("- {headers: {X: {exact: a}}, respond: x}", "1:18: error: unknown key \"exact\"; what can stand here: regex, present"),
        ("- {upstream: \"http://a\", rewrite: {regexp: a, to: b}}", "1:36: error: unknown key \"regexp\" (did you mean \"regex\"?)"),
        ("- {redirect: {target: /}}", "1:15: error: unknown key \"target\"; what can stand here: to, status"),
        ("- {files: {folder: /}}", "1:12: error: unknown key \"folder\"; what can stand here:"),
    ])
    func `what an unknown key may have been meant for is not missed as well`(text: String, complaint: String) {
        let complaints = routes(text).complaints
        #expect(complaints.count == 1 && complaints.first?.hasPrefix(complaint) == true, "\(complaints)")
    }

    @Test(arguments: ["timeouts: {request: 5s}", "retry: {attempts: 2}"])
    func `what is for requests that are forwarded is refused elsewhere`(key: String) {
        let name = key.prefix { $0 != ":" }
        #expect(routes("- {app: a, \(key)}").complaints == [])
        #expect(routes("- {upstream: \"http://a\", \(key)}").complaints == [])
        #expect(
            routes("- {respond: a, \(key)}").complaints
                == ["1:16: error: \"\(name)\" is for a route with \"upstream\" or \"app\"; take it out"])
    }

    @Test func `a key without a value is one error`() {
        for key in [
            "name", "host", "path", "methods", "headers", "query", "cookies", "client", "respond", "redirect", "upstream", "app", "files",
        ] {
            let others = ["respond", "redirect", "upstream", "app", "files"].contains(key) ? "" : ", respond: x"
            #expect(routes("- {\(key): \(others)}").complaints.count == 1, "\(key): \(routes("- {\(key): \(others)}").complaints)")
        }
    }

    @Test func `all errors of all routes are said at once`() {
        #expect(routes("- {path: x, respond: '{{y}}'}\n- {host: '*', respond: []}").complaints.count == 4)
    }
}

extension String {
    fileprivate func repeated(_ count: Int) -> String { String(repeating: self, count: count) }
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
        #expect(warnings("- {headers: {A: x, B: y}, respond: a}\n- {headers: {b: y, a: x}, respond: b}").count == 1)
        #expect(warnings("- {query: {a: {regex: x}}, cookies: {c: {present: true}}, respond: a}\n".repeated(2)).count == 1)
        #expect(warnings("- {client: [\"::1\", 10.0.0.0/8], respond: a}\n- {client: [10.0.0.0/8, \"::1\"], respond: b}").count == 1)
    }

    @Test func `a pattern after the same one that wants nothing else never matches, whatever it wants itself`() {
        #expect(warnings("- {path: {regex: a}, respond: a}\n".repeated(2)).count == 1)
        #expect(warnings("- {path: {regex: a}, respond: a}\n- {path: {regex: a}, headers: {A: x}, methods: GET, respond: b}").count == 1)
        #expect(
            warnings("- {path: {regex: a}, methods: [GET, PUT], respond: a}\n- {path: {regex: a}, methods: GET, query: {a: b}, respond: b}")
                .count == 1)
        #expect(
            warnings("- {path: {regex: a}, headers: {A: x}, respond: a}\n- {path: {regex: a}, headers: {A: x}, methods: GET, respond: b}")
                .count == 1)
        #expect(warnings("- {path: {regex: a}, headers: {A: x}, respond: a}\n- {path: {regex: a}, respond: b}").isEmpty)
        #expect(warnings("- {path: {regex: a}, methods: GET, respond: a}\n- {path: {regex: a}, respond: b}").isEmpty)
        #expect(warnings("- {path: {regex: a}, respond: a}\n- {path: {regex: b}, respond: b}").isEmpty)
        #expect(warnings("- {path: {regex: a}, respond: a}\n- {host: h, path: {regex: a}, respond: b}").isEmpty)
        #expect(warnings("- {path: {regex: ^/a$}, respond: a}\n- {path: {exact: /a}, respond: b}").isEmpty)
    }

    @Test func `a route with an error neither takes anything nor is said to get nothing`() {
        #expect(warnings("- {path: /p, respond: a}\n- {path: /p, methods: [PUT, get], respond: b}").count == 1)
        #expect(warnings("- {path: /p, methods: [PUT, get], respond: a}\n- {path: /p, respond: b}").count == 1)
        #expect(warnings("- {path: p, respond: a}\n- {respond: b}").count == 1)
        #expect(warnings("- {respond: a}\n- {hots: a.b, respond: b}").count == 1)
        #expect(warnings("- &a {path: p, respond: a}\n- *a\n- {respond: b}").count == 1)
    }

    @Test func `a route for methods that never get to one is said to be in vain`() {
        let complaint = "1:3: warning: this route can never match: TRACE is refused with 405 and CONNECT with 501, whatever the routes are"
        #expect(warnings("- {methods: TRACE, respond: a}") == [complaint])
        #expect(warnings("- {methods: [CONNECT, TRACE], respond: a}") == [complaint])
        #expect(warnings("- {methods: [CONNECT, GET], respond: a}") == [])
    }

    @Test func `a name that two routes have is said`() {
        #expect(
            warnings(
                "- {name: a, path: /a, respond: a}\n- {name: b, path: /b, respond: b}\n- {name: a, respond: c}\n- {path: /c, respond: d}")
                == ["3:3: warning: the route on line 1 is called \"a\" as well; their lines in a log look the same"])
    }

    @Test func `a route that is more specific, or has something left, does match`() {
        #expect(warnings("- {path: /, respond: a}\n- {path: /api, respond: b}").isEmpty)
        #expect(warnings("- {path: /a, respond: a}\n- {path: {exact: /a}, respond: b}").isEmpty)
        #expect(warnings("- {respond: a}\n- {host: a.b, respond: b}").isEmpty)
        #expect(warnings("- {respond: a}\n- {methods: [GET], respond: b}").isEmpty)
        #expect(warnings("- {methods: [GET], respond: a}\n- {respond: b}").isEmpty)
        #expect(warnings("- {methods: [GET], respond: a}\n- {methods: [GET, PUT], respond: b}").isEmpty)
        #expect(warnings("- {host: a.b, respond: a}\n- {host: [a.b, c.d], respond: b}").isEmpty)
        #expect(warnings("- {respond: a}\n- {headers: {A: x}, respond: b}").isEmpty)
        #expect(warnings("- {headers: {A: x}, respond: a}\n- {respond: b}").isEmpty)
        #expect(warnings("- {client: 10.0.0.0/8, respond: a}\n- {client: 10.0.0.0/9, respond: b}").isEmpty)
        #expect(warnings("- {client: 10.0.0.0/8, respond: a}\n- {respond: b}").isEmpty)
        #expect(warnings("- {headers: {A: x}, respond: a}\n- {headers: {A: X}, respond: b}").isEmpty)
        #expect(warnings("- {headers: {A: x}, respond: a}\n- {query: {A: x}, respond: b}").isEmpty)
        #expect(warnings("- {query: {A: x}, respond: a}\n- {query: {a: x}, respond: b}").isEmpty)
        #expect(warnings("- {headers: {A: {present: true}}, respond: a}\n- {headers: {A: {present: false}}, respond: b}").isEmpty)
        #expect(warnings("- {headers: {A: {regex: x}}, respond: a}\n- {headers: {A: x}, respond: b}").isEmpty)
    }
}
