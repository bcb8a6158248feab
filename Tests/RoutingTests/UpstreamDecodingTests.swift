import Balancing
import Routing
import Settings
import Testing

/// `upstreams` that are read from a file of their own, and what was said about them.
private func upstreams(_ text: String) -> (upstreams: [UpstreamSettings]?, complaints: [String]) {
    let reading = Reading(file: "x.yaml") { _ in nil }
    let node = NodeParser.parse(Array(text.utf8), reading)
    let upstreams = node.flatMap { UpstreamSettings.readAll(Setting($0, named: "\"upstreams\"", reading)) }
    return (
        reading.hasErrors ? nil : upstreams,
        reading.issues.map { "\($0.mark.line):\($0.mark.column): \($0.severity.rawValue): \($0.message)" }
    )
}

struct UpstreamDecodingTests {
    private static let address = ServerAddress.tcp(host: "127.0.0.1", port: 1)

    @Test func `an upstream that says least has every default`() throws {
        let found = try #require(upstreams("api: {servers: 'http://127.0.0.1:1'}").upstreams?.first)
        #expect(found == UpstreamSettings(name: "api", servers: [ServerSettings(Self.address)]))
        #expect(found.balance == .roundRobin && found.hash == nil && found.sticky == nil)
        #expect(found.probe.kind == .none)
        #expect(found.eject.failures == 5 && found.eject.duration == .seconds(10) && found.eject.most == 0.5)
        #expect(found.retry.attempts == 2 && found.retry.budget == 0.2 && found.retry.methods == .idempotent)
        #expect(found.retry.conditions == RetryConditions([.connect, .reset, .status502, .status503, .status504]))
        #expect(found.keepalive.maxIdle == 64 && found.keepalive.idle == .seconds(60))
        let timeouts = found.timeouts
        #expect([timeouts.connect, timeouts.response, timeouts.read, timeouts.send] == [5, 60, 60, 60].map { .seconds($0) })
        #expect(found.queue.length == 0 && found.queue.timeout == .seconds(5))
    }

    @Test func `servers are discovered by a name, with others or without`() throws {
        let found = try #require(
            upstreams(
                "a: {discover: {dns: 'API.internal:8080'}}\nb: {servers: 'http://127.0.0.1:1', discover: {dns: _http._tcp.x, type: srv, refresh: 1m}}"
            ).upstreams)
        var expected = DiscoverySettings(host: "api.internal", port: 8080)
        #expect(found[0].servers.isEmpty && found[0].discovery == expected && expected.refresh == .seconds(10) && expected.kind == .a)
        expected = DiscoverySettings(host: "_http._tcp.x", port: 0)
        expected.kind = .srv
        expected.refresh = .seconds(60)
        #expect(found[1].servers.map(\.address) == [Self.address] && found[1].discovery == expected)
    }

    @Test func `every key is taken over`() throws {
        let found = try #require(
            upstreams(
                """
                a-1.b_c:
                  servers: ["http://127.0.0.1:1", {url: "http+unix:/a", weight: 2, backup: true, max_requests: 3}]
                  balance: least-requests
                  sticky: {cookie: srv}
                  health: {path: /up, interval: 1s, timeout: 2s, failures: 4, successes: 5, expect: 204}
                  eject: {failures: 0, for: 6s, max: 1}
                  retry: {attempts: 7, budget: 0, on: [500, reset], methods: all}
                  keepalive: {max_idle: 0, idle: 8s}
                  timeouts: {connect: 1s, response: 2s, read: 3s, send: 4s}
                  queue: {length: 9, timeout: 10s}
                """
            ).upstreams?.first)
        #expect(found.name == "a-1.b_c" && found.balance == .leastRequests && found.sticky == "srv")
        #expect(found.servers.map(\.address) == [Self.address, .unix(path: "/a")])
        #expect(found.servers[1].weight == 2 && found.servers[1].isBackup && found.servers[1].maxRequests == 3)
        let probe = found.probe
        #expect(probe.kind == .http && probe.path == "/up" && probe.interval == .seconds(1) && probe.timeout == .seconds(2))
        #expect(probe.failures == 4 && probe.successes == 5 && probe.expected == 204...204)
        #expect(found.eject.failures == 0 && found.eject.duration == .seconds(6) && found.eject.most == 1)
        #expect(found.retry.attempts == 7 && found.retry.budget == 0 && found.retry.methods == .all)
        #expect(found.retry.conditions.all == [.reset, .status500])
        #expect(found.keepalive.maxIdle == 0 && found.keepalive.idle == .seconds(8))
        let timeouts = found.timeouts
        #expect([timeouts.connect, timeouts.response, timeouts.read, timeouts.send] == [1, 2, 3, 4].map { .seconds($0) })
        #expect(found.queue.length == 9 && found.queue.timeout == .seconds(10))
    }

    @Test(arguments: [
        ("{header: X-User}", HashKey.header("X-User")), ("{cookie: id}", .cookie("id")), ("{query: u}", .query("u")),
        ("client", .client), ("{client: true}", .client), ("path", .path), ("{path: true}", .path),
    ])
    func `hash says of what, and is a policy by itself`(text: String, key: HashKey) {
        let found = upstreams("a: {servers: 'http://127.0.0.1', hash: \(text)}").upstreams?.first
        #expect(found?.hash == key && found?.balance == .hash)
    }

    @Test(arguments: [
        ("a: {}", "1:4: error: the upstream \"a\" has no servers; add \"servers\" or \"discover\""),
        ("a: {discover: {}}", "1:15: error: \"discover\" needs the \"dns\" name of the servers, as in {dns: \"api.internal:8080\"}"),
        (
            "a: {discover: {dns: api.internal}}",
            "1:21: error: the servers of \"api.internal\" have no port; write it behind a colon, as in \"api.internal:8080\""
        ),
        (
            "a: {discover: {dns: 'api.internal:0'}}",
            "1:21: error: \"dns\" must be a name with a port from 1 to 65535 behind the colon, not \"api.internal:0\""
        ),
        (
            "a: {discover: {dns: 'a b:80'}}",
            "1:21: error: \"dns\" must be the name of a host and a port, like api.internal:8080, not \"a b:80\""
        ),
        (
            "a: {discover: {dns: '_http._tcp.a:80', type: srv}}",
            "1:21: error: the DNS says at which port a service is; write \"_http._tcp.a\" without one"
        ),
        (
            "a: {discover: {dns: 'a b', type: srv}}",
            "1:21: error: \"dns\" must be the name of a service, like _http._tcp.api.internal, not \"a b\""
        ),
        ("a: {servers: []}", "1:14: error: \"servers\" is an empty list; give it an entry, or take it out"),
        ("a: {server: x}", "1:5: error: unknown key \"server\" (did you mean \"servers\"?)"),
        (
            "9: {servers: 'http://127.0.0.1'}",
            "1:1: error: \"9\" cannot be the name of an upstream; a name begins with a letter, and has letters, digits, \"-\", \"_\" and \".\", at most 64"
        ),
        ("a: {servers: [b]}", "1:15: error: \"b\" is no URL; write it with its scheme, as in \"http://127.0.0.1:9000\""),
        ("a: {servers: {weight: 1}}", "1:14: error: this server has no \"url\""),
        (
            "a: {servers: {url: 'http://127.0.0.1', weight: 0}}",
            "1:48: error: \"weight\" must be a whole number from 1 to 1000, not \"0\""
        ),
        (
            "a: {servers: {url: 'http://127.0.0.1', backup: true}}",
            "1:14: error: every server is a backup; take \"backup\" out of one of them"
        ),
        (
            "a:\n  servers:\n  - http://127.0.0.1\n  - http://localhost:80",
            "4:5: error: this server is on line 3 already; give it a \"weight\" instead"
        ),
        (
            "a: {servers: 'http://127.0.0.1', balance: hash}",
            "1:34: error: \"balance: hash\" needs a \"hash\" that says of what, as in hash: {header: X-User}"
        ),
        (
            "a: {servers: 'http://127.0.0.1', balance: random_two, hash: client}",
            "1:55: error: \"hash\" is for \"balance: hash\"; take one of them out"
        ),
        (
            "a: {servers: 'http://127.0.0.1', hash: {header: a, path: true}}",
            "1:40: error: \"hash\" is one of {header: NAME}, {cookie: NAME}, {query: NAME}, client and path"
        ),
        ("a: {servers: 'http://127.0.0.1', hash: {header: 'a b'}}", "1:49: error: \"header\" must be the name of a header, not \"a b\""),
        ("a: {servers: 'http://127.0.0.1', hash: {client: false}}", "1:49: error: \"client\" must be true, not \"false\""),
        ("a: {servers: 'http://127.0.0.1', sticky: {}}", "1:42: error: \"sticky\" needs the name of a \"cookie\""),
        (
            "a: {servers: 'http://127.0.0.1', balance: round}",
            "1:43: error: \"balance\" must be round_robin, least_requests, random_two or hash, not \"round\""
        ),
        (
            "a: {servers: 'http://127.0.0.1', health: {expect: 399-200}}",
            "1:51: error: \"expect\" must be a status or a range of them, like 200-399, not \"399-200\""
        ),
        (
            "a: {servers: 'http://127.0.0.1', retry: {on: [timeout]}}",
            "1:47: error: an entry of \"on\" must be connect, reset, 500, 502, 503 or 504, not \"timeout\""
        ),
        ("a: {servers: 'http://127.0.0.1', eject: {max: 2}}", "1:47: error: \"max\" must be a ratio from 0 to 1 (0.2 or 20%), not \"2\""),
    ])
    func `what is wrong is refused where it is`(text: String, complaint: String) {
        let found = upstreams(text)
        #expect(found.upstreams == nil)
        #expect(found.complaints == [complaint])
    }
}

struct RouteModifiersTests {
    @Test func `a route changes what it says, and leaves the rest as its upstream has it`() throws {
        let route = try #require(
            routes(
                """
                - upstream: api
                  timeouts: {body: 1s, send: 2s, request: 0, response: 3s}
                  limits: {body_bytes: 1KiB}
                  retry: {attempts: 0}
                """
            ).routes?.first)
        var upstream = UpstreamSettings(name: "api", servers: [ServerSettings(.unix(path: "/a"))])
        upstream.retry.budget = 0.5
        upstream.timeouts.connect = .seconds(9)
        guard case .upstream(let forward) = route.action else { throw OtherAction() }
        #expect(forward == Forward(upstream: "api"))
        let plan = ForwardPlan(forward, of: route, upstreams: UpstreamNames([upstream]))
        #expect(plan.upstream == upstream)
        #expect(plan.retry.attempts == 0 && plan.retry.budget == 0.5)
        #expect(plan.timeouts.connect == .seconds(9) && plan.timeouts.response == .seconds(3) && plan.timeouts.send == .seconds(2))
        #expect(plan.routeTimeouts.body == .seconds(1) && plan.routeTimeouts.request == .zero)
        #expect(route.limits.bodyBytes == 1024)
    }

    @Test func `an upstream and an app of one name are two, each found by its own route`() {
        let upstream = UpstreamSettings(name: "a", servers: [ServerSettings(.unix(path: "/a"))])
        let names = UpstreamNames([upstream, UpstreamSettings(app: "a", maxRequestsEach: 7)])
        func plan(_ forward: Forward) -> ForwardPlan { ForwardPlan(forward, of: Route(action: .upstream(forward)), upstreams: names) }
        #expect(plan(Forward(upstream: "a")).upstream == upstream)
        #expect(plan(Forward(app: "a")).upstream.maxRequestsEach == 7)
        #expect(plan(Forward(upstream: "b")).servers.isEmpty && plan(Forward(app: "b")).upstream.isApp)
    }

    private struct OtherAction: Error {}

    @Test(arguments: [
        (
            "- {upstream: a, timeouts: {header: 1s}}",
            "1:28: error: \"header\" is over before the route of a request is known; write it in the general \"timeouts\""
        ),
        ("- {upstream: a, timeouts: {idle: 1s}}", "1:28: error: \"idle\" is between two requests; write it in the general \"timeouts\""),
        (
            "- {upstream: a, limits: {headers: 5}}",
            "1:26: error: \"headers\" counts before the route of a request is known; write it in the general \"limits\""
        ),
        ("- {upstream: a, timeouts: {conect: 1s}}", "1:28: error: unknown key \"conect\" (did you mean \"connect\"?)"),
        ("- {respond: a, retry: {attempts: 1}}", "1:16: error: \"retry\" is for a route with \"upstream\" or \"app\"; take it out"),
        ("- {respond: a, timeouts: {body: 1s}}", "1:16: error: \"timeouts\" is for a route with \"upstream\" or \"app\"; take it out"),
    ])
    func `what cannot be different for a route is refused, and why`(text: String, complaint: String) {
        #expect(routes(text).complaints == [complaint])
    }
}
