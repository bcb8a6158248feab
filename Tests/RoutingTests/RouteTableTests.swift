import HTTP1
import Routing
import Testing

@Suite("A route table")
struct RouteTableTests {
    @Test("takes a prefix by whole segments, and the longest one")
    func prefixes() {
        let table = RouteTable(Route(.prefix("/")), Route(.prefix("/api")), Route(.prefix("/api/v1/")), Route(.prefix("/apix")))
        for (path, route) in [
            ("/", 0), ("/a", 0), ("/ap", 0), ("/api", 1), ("/api/", 1), ("/api/x", 1), ("/apiy", 0), ("/apix", 3), ("/apix/y", 3),
            ("/api/v1", 2),
            ("/api/v1/", 2), ("/api/v1/x/y/z", 2), ("/api/v12", 1), ("", 0), ("/API", 0),
        ] {
            #expect(table.route(path) == route, "\(path)")
        }
    }

    @Test("prefers the exact path, and says 404 where nothing fits")
    func exact() {
        let table = RouteTable(Route(.prefix("/a")), Route(.exact("/a")), Route(.exact("/a/b/")), Route(.exact("/c")))
        for (path, route) in [
            ("/a", 1), ("/a/", 0), ("/a/b", 0), ("/a/b/", 2), ("/c", 3), ("/c/", nil), ("/", nil), ("", nil), ("/cc", nil),
        ] {
            #expect(table.route(path) == route, "\(path)")
        }
        #expect(RouteTable(Route(.exact("/"))).route("") == 0)
        #expect(RouteTable().route("/") == nil)
        #expect(RouteTable(Route(.prefix("/"))).route("OPTIONS", "", "*") == nil)
    }

    @Test("prefers the exact host, then the longest wildcard, then any; case, port and the root's dot do not count")
    func hosts() {
        let table = RouteTable(
            Route(), Route(hosts: [.suffix("example.com")]), Route(hosts: [.suffix("b.example.com")]),
            Route(hosts: [.exact("a.example.com"), .exact("Other.Example")]),
            Route(.prefix("/deep"), hosts: [.suffix("example.com")]))
        for (host, route) in [
            ("", 0), ("example.com", 0), (".example.com", 0), ("x.example.com", 1), ("x.y.example.com", 1), ("a.example.com", 3),
            ("A.EXAMPLE.COM", 3),
            ("a.example.com.", 3), ("a.b.example.com", 2), ("b.example.com", 1), ("other.example", 3), ("xexample.com", 0),
            ("example.com.", 0), ("[::1]", 0), (".", 0), ("..", 0),
        ] {
            #expect(table.route("GET", host, "/") == route, "\(host)")
        }
        // The host decides before the path does.
        #expect(table.route("GET", "a.example.com", "/deep") == 3)
        #expect(table.route("GET", "x.example.com", "/deep") == 4)
        #expect(table.route("GET", "a.b.example.com", "/deep") == 2)
        let long = String(repeating: "a.", count: 300) + "example.com"
        #expect(table.route("GET", long, "/") == 0)
    }

    @Test("falls back to a less specific host when the more specific one has no route for the path")
    func fallback() {
        let table = RouteTable(Route(), Route(.prefix("/x"), hosts: [.suffix("b")]), Route(.prefix("/y"), hosts: [.exact("a.b")]))
        #expect(table.route("GET", "a.b", "/y") == 2)
        #expect(table.route("GET", "a.b", "/x") == 1)
        #expect(table.route("GET", "a.b", "/z") == 0)
    }

    @Test("prefers a route with the method to one without methods, and the first in the file among equals")
    func methods() {
        let table = RouteTable(
            Route(.prefix("/a")), Route(.prefix("/a"), methods: ["POST", "PURGE"]), Route(.prefix("/a"), methods: ["POST"]),
            Route(.prefix("/b"), methods: ["GET"]),
            Route(.prefix("/"), methods: ["DELETE"]), Route(.prefix("/a")))
        for (method, path, route) in [
            ("GET", "/a", 0), ("POST", "/a", 1), ("PURGE", "/a", 1), ("purge", "/a", 0), ("get", "/b", nil), ("GET", "/b", 3),
            ("HEAD", "/b", nil), ("DELETE", "/b", 4),
            ("PURG", "/b", nil),
        ] {
            #expect(table.route(method, "", path) == route, "\(method) \(path)")
        }
    }

    @Test("matches the normal form of a path, so that no spelling gets past a rule")
    func spellings() {
        let table = RouteTable(Route(.prefix("/")), Route(.prefix("/admin")), Route(.prefix("/public")), Route(.prefix("/%7eme")))
        for (path, route) in [
            ("/admin", 1), ("/%61dmin", 1), ("//admin", 1), ("/public/../admin", 1), ("/public/%2e%2e/admin", 1), ("/./admin/x", 1),
            ("/public/..%2fadmin", -400),
            ("/\\admin", -400), ("/admin%00", -400), ("/../admin", -400), ("/ADMIN", 0), ("/admin%2fx", 0), ("/~me", 3), ("/%7Eme/x", 3),
            ("/public//x", 2), ("/admin;x", 0),
        ] {
            #expect(table.route(path) == route, "\(path)")
        }
    }

    @Test("finds the last of ten thousand routes")
    func many() {
        let routes = (0..<10_000).map { Route(.prefix("/route/\($0)"), hosts: $0 % 2 == 0 ? [] : [.exact("h\($0).example")]) }
        let table = RouteTable(routes, constants: .sample)
        #expect(table.route("GET", "", "/route/9998/x") == 9_998)
        #expect(table.route("GET", "h9999.example", "/route/9999") == 9_999)
        #expect(table.route("GET", "h9997.example", "/route/9999") == nil)
    }

    @Test("finds the next shorter prefix below any number of segments, and is compiled soon")
    func deep() {
        func path(_ count: Int) -> String { String(repeating: "/a", count: count) }
        var routes = [Route(), Route(.prefix(path(70))), Route(.prefix(path(71)), hosts: [.exact("h")])]
        for count in [100, 200_000] {
            var route = Route(.prefix(path(count)))
            route.methods = ["PUT"]
            routes.append(route)
        }
        let table = RouteTable(routes, constants: .sample)
        #expect(table.route("PUT", "", path(101)) == 3 && table.route("GET", "", path(101)) == 1)
        #expect(table.route("GET", "", path(70)) == 1 && table.route("GET", "", path(69)) == 0)
        #expect(table.route("GET", "h", path(101)) == 2 && table.route("GET", "h", path(70)) == 1)
    }

    @Test("is asked with a head, and answers with a plan")
    func heads() {
        let table = RouteTable(Route(.prefix("/a"), hosts: [.exact("one.example")]))
        var normaliser = PathNormaliser()
        var head = RequestHead()
        let bytes = "GET http://ONE.example:8080/a/b?c HTTP/1.1\r\nHost: x\r\n\r\n".octets
        _ = head.read(bytes.rawBytes, limits: HeadLimits())
        var workspace = MatchWorkspace()
        let match = table.find(head, bytes.rawBytes, from: nil, normaliser: &normaliser, &workspace)
        #expect(match == .plan(0))
        #expect(table.routes.count == 1)
    }
}

extension RouteTable {
    fileprivate func route(_ path: String) -> Int? { route("GET", "", path) }
}
