import TestSupport
import Testing

extension EndToEnd {
    @Suite("routing") struct RoutingTests {
        private static func configuration(_ routes: String, _ more: String = "") -> String {
            """
            port: <port>
            listen: [ "unix:<folder>/public.sock" ]
            workers: 1
            \(more)
            routes:
            \(routes)
            """
        }

        private static let matchers = configuration(
            """
              - { path: /, respond: any }
              - { path: { regex: "^/v[0-9]+/" }, respond: version }
              - { path: /v1/x, respond: never }
              - { path: { exact: /v1/exact }, respond: exact }
              - { headers: { X-Mode: debug }, respond: header }
              - { headers: { X-Mode: { regex: "^t" } }, methods: [GET, HEAD], respond: header-pattern }
              - { query: { "a b": "c d" }, respond: query }
              - { cookies: { beta: { present: true } }, respond: cookie }
              - { path: /inside, client: [127.0.0.0/8, "::1"], respond: inside }
              - { path: /inside, respond: outside }
              - { path: /evil, respond: normal }
              - { path: { regex: "^/evil/((a+)+)$" }, respond: evil }
            """)

        @Test("a request gets the route whose matchers hold, by the order of precedence")
        func matching() throws {
            let cluster = try Cluster.start(Self.matchers)
            let client = try Connection(port: cluster.port)
            for (target, headers, body) in [
                ("/", [], "any"), ("/v12/x", [], "version"), ("/v1/x", [], "version"), ("/./%761//x", [], "version"),
                ("/v1/exact", [], "exact"),
                ("/v1", [], "any"), ("/?x", ["x-mode: debug"], "header"), ("/", ["X-Mode: test"], "header-pattern"),
                ("/", ["X-Mode: Debug"], "any"), ("/?a+b=c%20d", [], "query"), ("/?a+b=c%20d", ["X-Mode: debug"], "header"),
                ("/", ["Cookie: x=1; beta="], "cookie"), ("/inside", [], "inside"),
            ] as [(String, [String], String)] {
                #expect(try client.get(target, headers: headers).text == body, "\(target) \(headers)")
            }
            #expect(try Connection(port6: cluster.port).get("/inside").text == "inside")
            #expect(try Connection(path: cluster.folder["public.sock"]).get("/inside").text == "outside")
        }

        @Test("a pattern that takes too long costs its own request, and nobody else's time")
        func limits() throws {
            let cluster = try Cluster.start(Self.matchers)
            let client = try Connection(port: cluster.port)
            let path = "/evil/" + String(repeating: "a", count: 7_000)
            #expect(try client.get(path).text == "evil")
            let time = try ContinuousClock().measure {
                let response = try client.get(path + "b")
                #expect(response.status == 500 && response.text.hasPrefix("a pattern of the routes takes too long"))
            }
            #expect(time < .seconds(5))
            // Many in one piece would hold up everybody else.
            #expect(client.isClosed(within: .seconds(5)))
            #expect(try Connection(port: cluster.port).get("/evil/b").text == "normal")
        }

        @Test("a redirect leads where the route says, with a small body, for every method and version")
        func redirects() throws {
            let cluster = try Cluster.start(
                Self.configuration(
                    """
                      - { path: /, redirect: "https://{{request.host}}{{request.target}}" }
                      - { path: /old, redirect: { to: "/new{{request.path}}", status: 301 } }
                      - { path: /fixed, redirect: https://example.com/ }
                      - { path: /open, redirect: "{{request.header.X-To}}" }
                    """))
            let client = try Connection(port: cluster.port)
            let response = try client.get("/a/../b?c=d|e")
            #expect(response.status == 308)
            #expect(response["location"] == "https://localhost/a/../b?c=d%7Ce")
            #expect(response.text == "Permanent Redirect\n")
            #expect(try client.get("//old/./x//y?z")["location"] == "/new/old/x//y")
            #expect(try client.get("/fixed")["location"] == "https://example.com/")
            #expect(try client.get("/open", headers: ["X-To: //evil.example/\u{e9}\t<"])["location"] == "/evil.example/%C3%A9%09%3C")
            try client.ask(method: "HEAD", "/old")
            let head = try client.response(to: "HEAD")
            #expect(head.status == 301 && head["content-length"] == "18" && head["location"] == "/new/old")
            try client.ask(method: "POST", "/old", body: "abc")
            #expect(try client.response().status == 301)
            #expect(try client.get("/").status == 308)
        }

        @Test("a redirect to the host that was asked for needs one to be named")
        func nameless() throws {
            let cluster = try Cluster.start(
                Self.configuration(
                    """
                      - { path: /, redirect: "https://{{request.host}}{{request.target}}" }
                      - { path: /path, redirect: /other }
                    """))
            for (request, status) in [("GET / HTTP/1.0", 400), ("GET /path HTTP/1.0", 308), ("GET / HTTP/1.0\r\nHost: a.example:80", 308)] {
                let client = try Connection(port: cluster.port)
                try client.send(request + "\r\n\r\n")
                #expect(try client.response().status == status, "\(request)")
            }
        }

        @Test("a reload changes what routes want, for the connections that are there as well")
        func reload() throws {
            let cluster = try Cluster.start(Self.matchers)
            let client = try Connection(port: cluster.port)
            #expect(try client.get("/v1/").text == "version")
            let changed = Self.configuration(
                """
                  - { path: { regex: "^/w" }, respond: other }
                  - { headers: { X-Mode: { present: false } }, redirect: /there }
                  - { client: 192.0.2.0/24, respond: far }
                """)
            #expect(try cluster.reload(changed).result == "ok")
            #expect(try client.get("/w").text == "other")
            #expect(try client.get("/v1/")["location"] == "/there")
            #expect(try client.get("/v1/", headers: ["X-Mode: debug"]).status == 404)
            let bad = try cluster.reload(Self.configuration("  - { path: { regex: \"^/(a\" }, respond: x }"))
            #expect(bad.result == "failed" && bad.message.contains("missing closing parenthesis"))
            #expect(try client.get("/w").text == "other")
        }

        @Test("who a request is from is whom a trusted proxy names")
        func trusted() throws {
            let cluster = try Cluster.start(
                Self.configuration(
                    """
                      - { client: 192.0.2.0/24, respond: near }
                      - { respond: other }
                    """, "trusted_proxies: 127.0.0.1"))
            let client = try Connection(port: cluster.port)
            #expect(try client.get("/", headers: ["X-Forwarded-For: 192.0.2.9"]).text == "near")
            #expect(try client.get("/", headers: ["X-Forwarded-For: 192.0.3.9"]).text == "other")
            #expect(try client.get("/").text == "other")
        }
    }
}
