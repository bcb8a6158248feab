import Routing
import Testing

struct ForwardDecodingTests {
    private func servers(_ value: String) -> [ServerAddress]? {
        guard case .upstream(let forward)? = routes("- upstream: \(value)").routes?.first?.action else { return nil }
        return forward.servers
    }

    @Test(arguments: [
        ("http://127.0.0.1:9000", ServerAddress.tcp(host: "127.0.0.1", port: 9000)), ("http://10.0.0.1", .tcp(host: "10.0.0.1", port: 80)),
        ("HTTP://LocalHost:1/", .tcp(host: "localhost", port: 1)), ("http://[::1]", .tcp(host: "::1", port: 80)),
        ("http://[2001:DB8::0]:65535", .tcp(host: "2001:db8::", port: 65_535)), ("http+unix:/run/a.sock", .unix(path: "/run/a.sock")),
    ])
    func `a server is an address or a path`(text: String, server: ServerAddress) {
        #expect(servers("\"\(text)\"") == [server])
        #expect(servers("\"\(server.text)\"") == [server])
    }

    @Test func `localhost is 127.0.0.1 to whoever connects, and itself in Host`() throws {
        let server = try #require(servers("http://localhost:81")?.first)
        #expect(try #require(server.literal) == ("127.0.0.1", 81) && server.hostName == nil)
        #expect(server.authority == "localhost:81" && server.text == "http://localhost:81")
    }

    @Test func `several servers stay in their order`() {
        #expect(
            servers("[\"http://127.0.0.1:2\", \"http://127.0.0.1:1\"]")
                == [.tcp(host: "127.0.0.1", port: 2), .tcp(host: "127.0.0.1", port: 1)])
    }

    @Test(arguments: [
        ("9000", "\"9000\" is no URL; write it with its scheme, as in \"http://127.0.0.1:9000\""),
        ("\"localhost:80\"", "\"localhost:80\" is no URL of a server; write http://ADDRESS:PORT or http+unix:/PATH"),
        ("\"https://127.0.0.1\"", "TLS to a server is not offered; write \"http://127.0.0.1\""),
        ("\"http://example..com\"", "\"example..com\" is no address of a server; write an IPv4 or [IPv6] address, or the name of a host"),
        ("\"http://10.0.0.256\"", "\"10.0.0.256\" is no address of a server; write an IPv4 or [IPv6] address, or the name of a host"),
        ("\"http://a b\"", "\"a b\" is no address of a server; write an IPv4 or [IPv6] address, or the name of a host"),
        ("\"http://::1\"", "\":\" is no address of a server; write an IPv4 or [IPv6] address, or the name of a host"),
        (
            "\"http://127.0.0.1/api\"",
            "a server gets the path of the request; write \"http://127.0.0.1\" without what follows; "
                + "a route's \"rewrite: {path: …}\" or \"strip_prefix\" makes another of it"
        ),
        ("\"http://127.0.0.1:80?a\"", "a server gets the path of the request; write \"http://127.0.0.1:80\" without what follows"),
        ("\"http://u:p@127.0.0.1\"", "a server's URL has no user in it; take what ends with \"@\" out"),
        ("\"http://127.0.0.1:\"", "\"127.0.0.1:\" has no good port; write a number from 1 to 65535 behind the colon, or no colon"),
        ("\"http://127.0.0.1:0\"", "\"127.0.0.1:0\" has no good port; write a number from 1 to 65535 behind the colon, or no colon"),
        ("\"http://127.0.0.1:080\"", "\"127.0.0.1:080\" has no good port; write a number from 1 to 65535 behind the colon, or no colon"),
        ("\"http+unix:a.sock\"", "a unix socket is given by its whole path: write http+unix:/PATH"),
        ("[]", "\"upstream\" is an empty list; give it an entry, or take it out"),
        ("{a: b}", "\"upstream\" must be a URL like http://127.0.0.1:9000, a list of them, or the name of an upstream, not a mapping"),
    ])
    func `what is no server is refused where it is`(value: String, complaint: String) {
        let found = routes("- upstream: \(value)")
        #expect(found.routes == nil)
        #expect(found.complaints == ["1:13: error: \(complaint)"])
    }

    @Test func `a server stands once in a list`() {
        #expect(
            routes("- upstream:\n  - http://127.0.0.1\n  - http://a\n  - http://127.0.0.1:80").complaints
                == ["4:5: error: this server is on line 2 already; one that is to get more has a \"weight\" in \"upstreams\""])
    }

    @Test func `a route has exactly one action`() {
        #expect(
            routes("- respond: x\n  upstream: http://127.0.0.1").complaints
                == ["2:3: error: a route has one action; take \"respond\" or \"upstream\" out"])
    }

    @Test func `a host may have a name, which has no case and is looked up later`() throws {
        for (text, host, port) in [
            ("API.internal:8080", "api.internal", 8080), ("my_service", "my_service", 80), ("a-1.b2.", "a-1.b2.", 80),
        ] {
            let found = routes("- upstream: \"http://\(text)\"")
            #expect(found.complaints == [])
            guard case .upstream(let forward) = found.routes?.first?.action, let address = forward.servers.first else {
                Issue.record("another action")
                continue
            }
            #expect(address == .tcp(host: host, port: port))
            #expect(address.hostName?.host == host && address.hostName?.port == port)
        }
        #expect(ServerAddress.tcp(host: "::1", port: 1).hostName == nil && ServerAddress.unix(path: "/a").hostName == nil)
    }

    @Test func `the plan has the servers of its route`() throws {
        let route = try #require(routes("- upstream: [\"http://127.0.0.1\", \"http+unix:/a\"]").routes?.first)
        guard case .forward(let plan) = Plan(route, constants: WorkerConstants(slot: 0, id: 1, processID: 2, generation: 3)) else {
            Issue.record("another plan")
            return
        }
        #expect(plan.servers == [.tcp(host: "127.0.0.1", port: 80), .unix(path: "/a")])
    }
}
