import TestSupport
import Testing

extension EndToEnd {
    @Suite("modifiers") struct ModifiersTests {
        private let upstream: Upstream

        init() throws { upstream = try Upstream() }

        /// One worker with these routes; `<up>` is the upstream.
        private func start(_ routes: String, _ more: String = "") throws -> Cluster {
            let routes = routes.replacing("<up>", with: "http://127.0.0.1:\(upstream.port)").split(separator: "\n").map { "\n  " + $0 }
                .joined()
            return try Cluster.start("port: <port>\nworkers: 1\n\(more)\nroutes:\(routes)\n")
        }

        /// What an upstream has got: the lines of the request's head.
        private func lines(_ response: Response) -> [Substring] { response.text.split(separator: "\r\n") }

        private func all(_ name: String, _ response: Response) -> [String] { response.headers.filter { $0.name == name }.map(\.value) }

        // MARK: - Targets

        @Test("the target that goes upstream has its prefix taken off, or is another one")
        func targets() throws {
            let cluster = try start(
                #"""
                - { path: /api, strip_prefix: true, upstream: <up> }
                - { path: /long, strip_prefix: /long/er, upstream: <up> }
                - { path: /moved, rewrite: { path: /head }, upstream: <up> }
                - { path: /old, rewrite: { regex: '^/old/(\w+)/(.*)', to: '/$2?from=$1' }, upstream: <up> }
                - { path: /who, rewrite: { regex: '^.*$', to: '/head?who={{request.header.X-Who}}&{{request.query}}' }, upstream: <up> }
                """#)
            let client = try Connection(port: cluster.port)
            for (target, sent) in [
                ("/api/head", "/head"), ("/api//head?a=%20", "/head?a=%20"), ("/api/x/../head", "/head"), ("/long/er/head", "/head"),
                ("/moved/anything?q=1", "/head?q=1"), ("/old/you/head", "/head?from=you"), ("/old//you/head", "/head?from=you"),
                ("//api//head", "/head"), ("/old/a%26b/x/../head", "/old/a%26b/head"),
                ("/old/you/head?x", "/head?from=you&x"), ("/who?a=b", "/head?who=me%26you%3D%0D%0A&a=b"),
            ] {
                let response = try client.get(target, headers: ["X-Who: me&you=%0D%0A"])
                let line = sent.hasPrefix("/old") ? "" : "GET \(sent) HTTP/1.1"
                #expect(sent.hasPrefix("/old") || lines(response).first == line[...], "\(target)")
            }
            try client.ask("/api")
            #expect(try client.response().status == 200)
            try eventually("the root was asked for") { upstream.requests.contains { $0.hasSuffix(" GET / 0") } }
            #expect(upstream.requests.contains { $0.hasSuffix(" GET /old/a%26b/head 0") })
        }

        @Test("a target as long as limits.target_bytes allows is rewritten, and what gets longer is refused")
        func longTargets() throws {
            let cluster = try start(
                "- { path: /old, rewrite: { regex: '^/old/(.*)', to: '/x/$1' }, upstream: <up> }\n"
                    + "- { path: /twice, rewrite: { regex: '^/twice/(.*)', to: '/x/$1$1' }, upstream: <up> }",
                "limits: { target_bytes: 50KiB, header_bytes: 60KiB }")
            let client = try Connection(port: cluster.port)
            let name = String(repeating: "a", count: 50_000)
            #expect(try client.get("/old/" + name).status == 200)
            #expect(upstream.requests.contains { $0.hasSuffix(" GET /x/\(name) 0") })
            #expect(try client.get("/twice/" + name).status == 414)
            #expect(try client.get("/twice/" + name.prefix(20_000)).status == 200)
        }

        @Test("a path that a value makes climb is refused, and one that is too long as well")
        func refusedTargets() throws {
            let cluster = try start(
                #"""
                - { path: /v, rewrite: { path: '/files/{{request.header.X-V}}' }, upstream: <up> }
                - { path: /t, rewrite: { regex: '(?=a*c)a(?=a*c)a(?=a*c)', to: / }, upstream: <up> }
                """#)
            let client = try Connection(port: cluster.port)
            for value in ["..", "../admin", "%2e%2e/admin", "..%2fadmin", "%00", "a/../../b"] {
                #expect(try client.get("/v", headers: ["X-V: \(value)"]).status == 400, "\(value)")
            }
            #expect(try client.get("/v", headers: ["X-V: \(String(repeating: "%", count: 4000))"]).status == 414)
            #expect(try client.get("/t/" + String(repeating: "a", count: 8000)).status == 500)
            // A search that takes that long ends its connection.
            #expect(try Connection(port: cluster.port).get("/v", headers: ["X-V: fine"]).status == 200)
            #expect(upstream.requests.allSatisfy { $0.hasSuffix("GET /files/fine 0") })
        }

        // MARK: - Fields

        @Test("fields of a request are set, added and taken out, also those that we would write")
        func requestFields() throws {
            let cluster = try start(
                """
                - path: /
                  name: edited
                  upstream: <up>
                  request_headers:
                    set:
                      X-User: "{{request.cookie.user}}/{{client.address}}"
                      X-Forwarded-Proto: "https"
                      X-Route: "{{route.name}} {{upstream.server}} {{request.id}}"
                    add: { X-Tag: two, Via: "1.1 other" }
                    remove: [ Cookie, X-Real-IP, Authorization ]
                """)
            let client = try Connection(port: cluster.port)
            let response = try client.get(
                "/head",
                headers: ["X-USER: evil", "x_user: evil", "Cookie: user=me", "X-Tag: one", "Authorization: secret", "X-Request-Id: seven"])
            let got = lines(response).dropFirst().sorted()
            #expect(!got.contains { $0.contains("evil") || $0.hasPrefix("Cookie") || $0.hasPrefix("X-Real") || $0.hasPrefix("Auth") })
            for line in [
                "X-User: me/127.0.0.1", "X-Forwarded-Proto: https", "X-Route: edited 127.0.0.1:\(upstream.port) seven", "X-Tag: one",
                "X-Tag: two",
                "Via: 1.1 cluster-proxy", "Via: 1.1 other", "Host: localhost",
            ] { #expect(got.filter { $0 == line }.count == 1, "\(line): \(got)") }
            #expect(got.count { $0.hasPrefix("X-Forwarded-Proto") } == 1)
        }

        @Test("fields of every answer of a route are changed, whoever wrote it")
        func answerFields() throws {
            let edits = """
                  response_headers:
                    set: { X-Frame: deny, Server: mine, X-Seen: "{{request.header.X-A}}|{{upstream.server}}|{{request.path}}" }
                    add: { X-Open: "3" }
                    remove: [ Content-Type, ETag ]
                """
            let dead = try FreePorts.take()
            let cluster = try start(
                """
                - path: /fixed
                  respond: { body: fixed, headers: { ETag: x, X-Frame: other, X-Open: "1" } }
                \(edits)
                - path: /own
                  respond: "{{request.path}}"
                \(edits)
                - path: /dead
                  upstream: http://127.0.0.1:\(dead)
                \(edits)
                - path: /plain
                  respond: plain
                - upstream: <up>
                \(edits)
                """)
            let client = try Connection(port: cluster.port)
            for (path, status, server) in [
                ("/fixed", 200, ""), ("/own", 200, ""), ("/hop", 200, "127.0.0.1:\(upstream.port)"),
                ("/304", 304, "127.0.0.1:\(upstream.port)"),
                ("/dead", 502, ""), ("/chunks?1", 200, "127.0.0.1:\(upstream.port)"), ("/bad", 502, "127.0.0.1:\(upstream.port)"),
            ] {
                let response = try client.get(path, headers: ["X-A: a", "Accept: text/plain"])
                #expect(response.status == status, "\(path)")
                #expect(all("x-frame", response) == ["deny"] && all("server", response) == ["mine"], "\(path) \(response.headers)")
                let seen = "a|\(server)|\(path.prefix { $0 != "?" })"
                // A connection that came to nothing is gone by then, and with it whose it was.
                #expect(
                    response["x-seen"] == seen || status == 502 && response["x-seen"]?.hasPrefix("a|") == true,
                    "\(response["x-seen"] ?? "")")
                #expect(response["etag"] == nil && response["content-type"] == nil)
                #expect(all("x-open", response).contains("3") && response["date"] != nil)
            }
            let plain = try client.get("/plain")
            #expect(plain["x-frame"] == nil && plain["server"] == "cluster-proxy" && plain.text == "plain")
            try client.ask(method: "HEAD", "/fixed")
            let head = try client.response(to: "HEAD")
            #expect(head["content-length"] == "5" && head["x-frame"] == "deny")
            // Several in one piece: each is changed where it stands.
            try client.send(String(repeating: "GET /own HTTP/1.1\r\nHost: a\r\n\r\n", count: 50))
            for _ in 0..<50 {
                let response = try client.response()
                #expect(response.text == "/own" && all("x-frame", response) == ["deny"] && response["x-seen"] == "||/own")
            }
        }

        @Test("fields that grow too large are refused, and the connection goes on")
        func largeFields() throws {
            let many = String(repeating: "{{request.header.X-A}}", count: 100)
            let cluster = try start(
                """
                - path: /up
                  upstream: <up>
                  request_headers: { set: { X-B: "\(many)" } }
                - path: /down
                  upstream: <up>
                  response_headers: { set: { X-B: "\(many)" } }
                - path: /
                  respond: hi
                  response_headers: { set: { X-B: "\(many)" } }
                """)
            let client = try Connection(port: cluster.port)
            let large = ["X-A: \(String(repeating: "a", count: 200))"]
            let small = ["X-A: \(String(repeating: "a", count: 100))"]
            for (path, status) in [("/up", 431), ("/down", 500), ("/", 500)] {
                #expect(try client.get(path, headers: large).status == status, "\(path)")
                #expect(try client.get(path, headers: small).status == 200, "\(path)")
            }
            #expect(upstream.requests.count == 2)
        }

        // MARK: - Host

        @Test("the Host that goes upstream is the client's, the server's, or another")
        func hosts() throws {
            let dead = try FreePorts.take()
            let cluster = try start(
                """
                - { path: /a, strip_prefix: true, host_header: preserve, upstream: <up> }
                - { path: /b, strip_prefix: true, host_header: upstream, upstream: ["http://127.0.0.1:\(dead)", <up>] }
                - { path: /c, strip_prefix: true, host_header: "other.example:81", upstream: <up> }
                - { path: /d, strip_prefix: true, host_header: upstream, upstream: "http+unix:\(upstream.path)" }
                - path: /e
                  strip_prefix: true
                  upstream: ["http://127.0.0.1:\(dead)", <up>]
                  request_headers: { set: { X-Server: "<{{upstream.server}}>" } }
                """)
            let client = try Connection(port: cluster.port)
            for _ in 0..<2 {
                // Whichever server is asked first.
                for (path, host) in [
                    ("a", "localhost"), ("b", "127.0.0.1:\(upstream.port)"), ("c", "other.example:81"), ("d", "localhost"),
                ] {
                    let got = lines(try client.get("/\(path)/head"))
                    #expect(got.filter { $0.hasPrefix("Host:") } == ["Host: \(host)"], "\(path)")
                    #expect(got.contains("X-Forwarded-Host: localhost"))
                }
                #expect(lines(try client.get("/e/head")).contains("X-Server: <127.0.0.1:\(upstream.port)>"))
            }
            // With a body that is sent along, and one that follows.
            let body = String(repeating: "0", count: 3) + "\0\u{1}"
            try client.ask(method: "POST", "/b/digest", body: body)
            #expect(try client.response().text.hasPrefix("5 "))
            try client.send("POST /b/digest HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n")
            try client.send(String(repeating: "x", count: 200_000))
            #expect(try client.response().text.hasPrefix("200000 "))
            // And one that names none gets to the server by its own.
            let old = try Connection(port: cluster.port)
            try old.send("GET /a/head HTTP/1.0\r\n\r\n")
            let got = lines(try old.response())
            #expect(got.contains("Host: 127.0.0.1:\(upstream.port)") && got.contains("X-Forwarded-Host: "))
        }

        // MARK: - Whatever is tried

        /// Every way in that a client has, each with an attempt to end a line.
        private static let attempts = [
            "%0d%0aX-Evil: 1", "%0D%0AX-Evil:%201", "a\tX-Evil: 1", "%250d%250aX-Evil", "\u{e9}\u{2028}X-Evil", "%00X-Evil",
        ]

        @Test("nothing of a request ends a line of a head, wherever it is written", arguments: attempts)
        func injection(attempt: String) throws {
            let places = [
                "request.path", "request.query", "request.target", "request.host", "request.header.X-A", "request.cookie.c", "request.id",
                "client.address", "request.method", "request.scheme",
            ].map { "{{\($0)}}" }.joined(separator: "|")
            let cluster = try start(
                #"""
                - path: /up
                  rewrite: { regex: '^/up(.*)$', to: '/head?p=$1&q={{request.query}}&h={{request.header.X-A}}&c={{request.cookie.c}}' }
                  upstream: <up>
                  request_headers: { set: { X-All: "\#(places)" } }
                  response_headers: { set: { X-All: "\#(places)" } }
                - path: /own
                  respond: { body: own, headers: { X-All: "\#(places)" } }
                  response_headers: { set: { X-More: "\#(places)" } }
                """#, "trusted_proxies: 127.0.0.1")
            let escaped = attempt.replacing(" ", with: "%20").replacing("\t", with: "%09").unicodeScalars.map {
                $0.isASCII ? String($0) : "%E2"
            }.joined()
            for path in ["/up", "/own"] {
                let client = try Connection(port: cluster.port)
                try client.send(
                    "GET \(path)/\(escaped)?\(escaped) HTTP/1.1\r\nHost: a\r\nX-A: \(attempt)\r\nCookie: c=\(attempt)\r\nX-Request-Id: \(attempt)\r\n"
                        + "X-Forwarded-For: \(attempt)\r\nX-Forwarded-Host: \(attempt)\r\nX-Forwarded-Proto: \(attempt)\r\n\r\n")
                let response = try client.response()
                #expect([200, 400].contains(response.status), "\(response.status)")
                #expect(response["x-evil"] == nil)
                if response.status == 400 { continue }
                #expect(!lines(response).contains { $0.lowercased().hasPrefix("x-evil") })
                if path == "/own" {
                    #expect(response["x-all"] != nil && response["x-more"] == response["x-all"])
                } else {
                    #expect(lines(response).count { $0.hasPrefix("X-All: ") } == 1)
                    let target = lines(response).first?.split(separator: " ") ?? []
                    #expect(target.count == 3 && target[2] == "HTTP/1.1", "\(target)")
                }
            }
        }

        @Test("no spelling of a path gets by a rule: the route is that of the path that the upstream gets")
        func spellings() throws {
            let cluster = try start(
                """
                - { path: /admin, respond: { status: 403, body: no } }
                - { path: /public, strip_prefix: true, upstream: <up> }
                - { host: admin.example, respond: { status: 403, body: no } }
                - { path: /, upstream: <up> }
                """)
            let client = try Connection(port: cluster.port)
            for target in [
                "/admin", "/admin/x", "/public/../admin", "//admin", "/%61dmin", "/./admin", "/public/%2e%2e/admin", "/x/..//admin/",
            ] {
                #expect(try client.get(target).status == 403, "\(target)")
            }
            for target in ["/public/..%2fadmin", "/admin%00", "/public/..;/admin", "/..", "/public/..%5cadmin"] {
                #expect(try client.get(target).status == 400, "\(target)")
            }
            for line in ["GET \\admin HTTP/1.1", "GET /a\\..\\admin HTTP/1.1"] {
                let other = try Connection(port: cluster.port)
                try other.send("\(line)\r\nHost: a\r\n\r\n")
                #expect(try other.response().status == 400, "\(line)")
            }
            for (target, sent) in [
                ("/admin;x", "/admin;x"), ("/ADMIN", "/ADMIN"), ("/public/admin", "/admin"), ("/public/%2561dmin", "/%2561dmin"),
            ] {
                #expect(try client.get(target).status == 200)
                try eventually("the upstream gets \(sent)") { upstream.count(of: sent) == 1 }
            }
            for host in ["admin.example", "ADMIN.example.", "admin.example:\(cluster.port)"] {
                let other = try Connection(port: cluster.port)
                try other.send("GET /x HTTP/1.1\r\nHost: \(host)\r\n\r\n")
                #expect(try other.response().status == 403, "\(host)")
            }
            let absolute = try Connection(port: cluster.port)
            try absolute.send("GET http://admin.example/x HTTP/1.1\r\nHost: innocent\r\n\r\n")
            #expect(try absolute.response().status == 403)
            try absolute.send("GET http://innocent/head HTTP/1.1\r\nHost: admin.example\r\n\r\n")
            let got = lines(try absolute.response())
            #expect(got.contains("Host: innocent") && !got.contains { $0.contains("admin.example") })
        }

        @Test("a reload changes the modifiers, and a request in flight keeps those that it began with")
        func reload() throws {
            func routes(_ text: String) -> String {
                """
                port: <port>
                workers: 1
                routes:
                  - upstream: http://127.0.0.1:\(upstream.port)
                    response_headers: { set: { X-Version: "\(text) {{request.path}}" } }
                """
            }
            let cluster = try Cluster.start(routes("one"))
            let client = try Connection(port: cluster.port)
            try client.ask("/slow?1")
            try eventually("the request is with the upstream") { try cluster.worker(0).connectionsActive == 1 }
            #expect(try cluster.reload(routes("two")).result == "ok")
            #expect(try get("/x", port: cluster.port)["x-version"] == "two /x")
            #expect(try client.response()["x-version"] == "one /slow")
        }
    }
}
