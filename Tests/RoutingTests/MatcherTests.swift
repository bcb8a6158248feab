import Patterns
import Routing
import Testing

@Suite("A route with matchers")
struct MatcherTests {
    private func matches(
        headers: KeyValuePairs<String, ValueTest> = [:], query: KeyValuePairs<String, ValueTest> = [:],
        cookies: KeyValuePairs<String, ValueTest> = [:], _ target: String = "/", _ fields: String...
    ) throws -> Bool {
        try RouteTable(Route(headers: headers, query: query, cookies: cookies)).route("GET \(target)", fields) == 0
    }

    @Test("wants a header by its name in any case, and its value exactly")
    func headers() throws {
        #expect(try matches(headers: ["X-Version": .equals("two")], "/", "x-vERSION: two"))
        #expect(try matches(headers: ["X-Version": .equals("two")], "/", "X-Version:   two\t"))
        #expect(try !matches(headers: ["X-Version": .equals("two")], "/", "X-Version: Two"))
        #expect(try !matches(headers: ["X-Version": .equals("two")], "/", "X-Version: two2"))
        #expect(try !matches(headers: ["X-Version": .equals("two")], "/", "X-Versio: two"))
        #expect(try !matches(headers: ["X-Version": .equals("")], "/"))
        #expect(try matches(headers: ["X-Version": .equals("")], "/", "X-Version:"))
        #expect(try !matches(headers: ["A": .equals("1"), "B": .equals("2")], "/", "A: 1"))
        #expect(try matches(headers: ["A": .equals("1"), "B": .equals("2")], "/", "B: 2", "A: 1"))
        #expect(try matches(headers: ["Host": .equals("")], "/"))
    }

    @Test("takes several fields of a name for one, with commas between")
    func repeatedHeaders() throws {
        #expect(try matches(headers: ["A": .equals("1, 2")], "/", "A: 1", "B: 0", "a: 2"))
        #expect(try !matches(headers: ["A": .equals("1")], "/", "A: 1", "A: 2"))
        #expect(try matches(headers: ["A": .matches(Pattern("^1, , 3$"))], "/", "A: 1", "A:", "A: 3"))
        #expect(try matches(headers: ["A": .present], "/", "A: 1", "A: 2"))
    }

    @Test("wants what is there, or what is not")
    func presence() throws {
        #expect(try matches(headers: ["A": .present], "/", "A:"))
        #expect(try !matches(headers: ["A": .present], "/", "B: A"))
        #expect(try matches(headers: ["A": .absent], "/", "B: A"))
        #expect(try !matches(headers: ["A": .absent], "/", "a:"))
        #expect(try matches(query: ["a": .present], "/?b&a"))
        #expect(try !matches(query: ["a": .present], "/?ab=a"))
        #expect(try matches(query: ["a": .absent], "/?"))
        #expect(try !matches(query: ["a": .absent], "/?a="))
        #expect(try matches(cookies: ["a": .present], "/", "Cookie: b=1; a=2"))
        #expect(try !matches(cookies: ["a": .present], "/", "Cookie: b=a"))
        #expect(try matches(cookies: ["a": .absent], "/", "Cookie: A=1"))
        #expect(try !matches(cookies: ["a": .absent], "/", "Cookie: x=1", "Cookie: a="))
    }

    @Test(
        "wants a parameter of the query, whatever its spelling, and the first of its name",
        arguments: [
            ("/?a=b+c", true), ("/?a=b%20c", true), ("/?%61=%62%20%63", true), ("/?x=1&a=b+c&a=z", true), ("/?&&a=b+c", true),
            ("/?a=z&a=b+c", false),
            ("/?A=b+c", false), ("/?a=b", false), ("/?a=b+c+", false), ("/?aa=b+c", false), ("/?a=b%2bc", false), ("/?=b+c", false),
            ("/", false),
            ("/?a=b%20c%", false), ("/?b+c=a", false), ("/?a=b%2", false), ("/?xa=b+c", false),
        ])
    func query(target: String, isMatch: Bool) throws {
        #expect(try matches(query: ["a": .equals("b c")], target) == isMatch)
        #expect(try matches(query: ["a": .matches(Pattern("^b c$"))], target) == isMatch)
    }

    @Test("takes an escape that is none for itself, and sees through none twice")
    func brokenEscapes() throws {
        #expect(try matches(query: ["a": .equals("%zz%4")], "/?a=%zz%4"))
        #expect(try matches(query: ["a": .equals("%41")], "/?a=%2541"))
        #expect(try matches(query: ["a%": .equals("")], "/?a%"))
        #expect(try matches(query: ["é": .equals("ü")], "/?%C3%A9=%c3%bc"))
        #expect(try !matches(query: ["a": .matches(Pattern("^admin$"))], "/?a=admin%0A"))
    }

    @Test("wants a cookie exactly, in any Cookie field, and the first of its name")
    func cookies() throws {
        #expect(try matches(cookies: ["id": .equals("a=b")], "/", "Cookie: x=y; id=a=b"))
        #expect(try matches(cookies: ["id": .equals("1")], "/", "Cookie: x=y", "Cookie: id=1;id=2"))
        #expect(try !matches(cookies: ["id": .equals("2")], "/", "Cookie: id=1; id=2"))
        #expect(try !matches(cookies: ["id": .equals("1")], "/", "Cookie: ID=1"))
        #expect(try !matches(cookies: ["id": .equals("%31")], "/", "Cookie: id=1"))
        #expect(try matches(cookies: ["id": .matches(Pattern("^[0-9]+$"))], "/", "Cookie: id=123"))
    }

    @Test("looks for a pattern in the normal form of a path")
    func regex() throws {
        let table = RouteTable(Route(.regex(try Pattern("^/v[0-9]+/(?!private)"))), Route(.prefix("/")))
        for (path, route) in [
            ("/v1/a", 0), ("/%761/a", 0), ("//v12//a", 0), ("/v1/private", 1), ("/v1/x/../private", 1), ("/v1", 1), ("/V1/a", 1),
        ] {
            #expect(try table.route("GET \(path)") == route, "\(path)")
        }
        #expect(try RouteTable(Route(.regex(try Pattern("b")))).route("GET /a?b") == nil)
        #expect(try RouteTable(Route(.regex(try Pattern("^/$")))).route("GET http://a") == 0)
    }

    @Test("whose pattern takes too long leaves the request undecided, unless something better is there")
    func limit() throws {
        let long = "/" + String(repeating: "a", count: 5_000)
        let slow = try Pattern("(a*)*\\1[0-9]$|^(a+)+$")
        let table = RouteTable(
            Route(.prefix("/")), Route(.regex(slow)), Route(.exact(long)),
            Route(.regex(slow), hosts: [.exact("h")], headers: ["A": .present]))
        #expect(try table.route("GET \(long)") == 2)
        #expect(try table.route("GET \(long)b") == -500)
        #expect(try table.route("GET \(long)b", host: "h") == -500)
        #expect(try RouteTable(Route(.regex(slow), headers: ["A": .present]), Route(.prefix("/"))).route("GET \(long)b") == 1)
        #expect(try RouteTable(Route(headers: ["A": .matches(slow)]), Route()).route("GET /", ["A: \(long)b"]) == -500)
    }
}

@Suite("Of two routes that match")
struct PrecedenceTests {
    @Test("the one with the exact path goes before a pattern, and that before the longest prefix")
    func paths() throws {
        let table = RouteTable(
            Route(.prefix("/a/b/c")), Route(.regex(try Pattern("^/a"))), Route(.regex(try Pattern("c$"))), Route(.exact("/a/b/c")),
            Route(.prefix("/x")), Route(.regex(try Pattern("y$"))), Route(.regex(try Pattern("z")), hosts: [.exact("h")]))
        #expect(try table.route("GET /a/b/c") == 3)
        #expect(try table.route("GET /a/b/c/") == 1)
        #expect(try table.route("GET /b/c") == 2)
        #expect(try table.route("GET /x/y") == 5)
        #expect(try table.route("GET /x/yq") == 4)
        #expect(try table.route("GET /a/z", host: "h") == 6)
        #expect(try table.route("GET /a/z") == 1)
        #expect(try table.route("GET /a", host: "h") == 1)
    }

    @Test("the first pattern in the file counts, whatever else the others want")
    func patterns() throws {
        let pattern = try Pattern("^/a")
        let table = RouteTable(
            Route(.regex(pattern), headers: ["A": .present]), Route(.regex(pattern)),
            Route(.regex(pattern), methods: ["GET"], query: ["q": .present]))
        #expect(try table.route("GET /a?q") == 1)
        #expect(try table.route("GET /a?q", ["A: 1"]) == 0)
    }

    @Test("methods count before headers, headers before parameters, these before cookies, and each by its number")
    func order() throws {
        let table = RouteTable(
            Route(), Route(cookies: ["c": .present]), Route(query: ["q": .present]), Route(query: ["q": .present, "r": .present]),
            Route(headers: ["A": .present]), Route(headers: ["A": .present], query: ["q": .present]),
            Route(headers: ["A": .present, "B": .absent]), Route(methods: ["POST"]), Route(methods: ["POST"], cookies: ["c": .present]),
            Route())
        let (a, b, cookie) = ("A: 1", "B: 1", "Cookie: c=1")
        #expect(try table.route("GET /") == 0)
        #expect(try table.route("GET /", [cookie]) == 1)
        #expect(try table.route("GET /?q", [cookie]) == 2)
        #expect(try table.route("GET /?q&r", [cookie]) == 3)
        #expect(try table.route("GET /?q&r", [cookie, a, b]) == 5)
        #expect(try table.route("GET /?r", [cookie, a, b]) == 4)
        #expect(try table.route("GET /?q&r", [cookie, a]) == 6)
        #expect(try table.route("POST /?q&r", [a]) == 7)
        #expect(try table.route("POST /?q&r", [a, cookie]) == 8)
    }

    @Test("one of which something does not hold gives way to the next: the same path, a pattern, shorter paths, other hosts")
    func falling() throws {
        let table = RouteTable(
            Route(.exact("/a/b"), hosts: [.exact("x.h")], headers: ["A": .equals("1")]),
            Route(.exact("/a/b"), hosts: [.exact("x.h")], headers: ["A": .equals("2")]),
            Route(.regex(try Pattern("b$")), hosts: [.exact("x.h")], headers: ["A": .equals("3")]),
            Route(.prefix("/a/b"), hosts: [.exact("x.h")], headers: ["A": .equals("4")]),
            Route(.prefix("/a"), hosts: [.exact("x.h")], headers: ["A": .equals("5")]),
            Route(.prefix("/"), hosts: [.exact("x.h")], headers: ["A": .equals("6")]),
            Route(.exact("/a/b"), hosts: [.suffix("h")], headers: ["A": .equals("7")]),
            Route(.prefix("/"), hosts: [.suffix("h")], headers: ["A": .equals("8")]),
            Route(.prefix("/a"), headers: ["A": .equals("9")]))
        for value in 1...9 { #expect(try table.route("GET /a/b", host: "x.h", ["A: \(value)"]) == value - 1) }
        #expect(try table.route("GET /a/b", host: "x.h", ["A: 0"]) == nil)
        #expect(try table.route("GET /a/b", host: "y.h", ["A: 1"]) == nil)
    }

    @Test("a host belongs to every wildcard above it, however many levels are left out")
    func wildcards() throws {
        let table = RouteTable(
            Route(.prefix("/1"), hosts: [.suffix("e")]), Route(.prefix("/2"), hosts: [.suffix("c.d.e")]),
            Route(.prefix("/3"), hosts: [.exact("a.b.c.d.e")]),
            Route(.prefix("/4"), hosts: [.exact("c.d.e")]), Route(.prefix("/5")))
        for (host, found) in [
            ("a.b.c.d.e", [0, 1, 2, nil, 4]), ("x.c.d.e", [0, 1, nil, nil, 4]), ("c.d.e", [0, nil, nil, 3, 4]),
            ("e", [nil, nil, nil, nil, 4]),
        ] {
            #expect(try (1...5).map { try table.route("GET /\($0)", host: host) } == found, "\(host)")
        }
    }
}
