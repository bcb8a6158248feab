import TestSupport
import Testing

extension EndToEnd {
    /// Which server gets a request.
    @Suite("upstreams") struct UpstreamTests {
        private func servers(_ count: Int) throws -> [Server] { try (0..<count).map { _ in try Server() } }

        private func list(_ servers: [Server]) -> String { "[" + servers.map { "\"\($0.url)\"" }.joined(separator: ", ") + "]" }

        private func start(_ upstream: String, workers: Int = 1, more: String = "", route: String = "") throws -> Cluster {
            try Cluster.start(Upstreams.configuration(upstream, workers: workers, more: more, route: route))
        }

        /// The ports that answered.
        private func answers(_ count: Int, from port: Int, _ target: String = "/x", headers: [String] = []) throws -> [String] {
            let client = try Connection(port: port)
            return try (0..<count).map { _ in
                let answer = try client.get(target, headers: headers)
                return answer.status == 200 ? answer.text : "\(answer.status)"
            }
        }

        // MARK: - Ever new ones

        @Test("a server is counted, however many there have been before it in other configurations")
        func everNew() throws {
            let server = try Server()
            // There is room for 4,096 in all.
            let others = (1...249).map { "{url: 'http://127.9.9.\($0):9', backup: true}" }.joined(separator: ", ")
            func text(_ round: Int) -> String {
                let names = (0..<6).map { "api\(round)-\($0)" }
                let upstreams = names.map { "  \($0): {servers: ['\(server.url)', \(others)]}\n" }.joined()
                let routes = names.map { "  - { path: /\($0.hasSuffix("-0") ? "" : $0), upstream: \($0) }\n" }.joined()
                return "port: <port>\nworkers: 2\nupstreams:\n\(upstreams)routes:\n\(routes)"
            }
            let cluster = try Cluster.start(text(0))
            // Requests that are under way do not keep them for ever.
            let slow = try Connection(port: cluster.port)
            try slow.ask("/slow?1")
            var round = 0
            for _ in 0..<4 {
                // Those before may not have been given back yet: the next ones find room then.
                try eventually(within: .seconds(30), "it is counted in round \(round)") {
                    round += 1
                    #expect(try cluster.reload(text(round)).result == "ok")
                    #expect(try get("/x", port: cluster.port).status == 200)
                    let status = try #require(cluster.status().upstreams["api\(round)-0"]?.first)
                    return status.state == "up" && status.requestsTotal == 1 && status.requestsActive == 0
                }
            }
            #expect(try slow.response().status == 200)
        }

        // MARK: - Balance

        @Test("equal servers take exact turns; weights are kept within five percent, over all workers")
        func weights() throws {
            let three = try servers(3)
            let cluster = try start("servers: \(list(three))")
            let turns = try answers(6, from: cluster.port)
            #expect(Array(turns[0..<3]) == Array(turns[3..<6]) && Set(turns).count == 3, "\(turns)")
            let weighted = try start(
                "servers: [{url: '\(three[0].url)', weight: 5}, {url: '\(three[1].url)', weight: 3}, {url: '\(three[2].url)', weight: 2}]",
                workers: 2)
            for _ in 0..<10 { #expect(!(try answers(100, from: weighted.port, "/w").contains { $0.count == 3 })) }
            for (server, share) in zip(three, [500, 300, 200]) {
                #expect(abs(server.count(of: "/w") - share) <= share / 20, "\(server.count(of: "/w"))")
            }
        }

        @Test("a server that is slow gets fewer requests", arguments: ["least_requests", "random_two"])
        func leastRequests(policy: String) throws {
            let two = try servers(2)
            let cluster = try start("servers: \(list(two))\nbalance: \(policy)", workers: 2)
            let busy = try Connection(port: cluster.port)
            try busy.ask("/slow?3")
            try eventually("it is busy") { two.contains { $0.count(of: "/slow?3") == 1 } }
            let idle = two[0].count(of: "/slow?3") == 1 ? two[1] : two[0]
            // Of all workers: each of these clients may be with another one.
            for _ in 0..<6 { #expect(try answers(2, from: cluster.port) == [String(idle.port), String(idle.port)]) }
        }

        @Test("the same value goes to the same server, in every worker; when one goes only its own values move")
        func hash() throws {
            let three = try servers(3)
            let cluster = try start("servers: \(list(three))\nhash: {header: X-User}\neject: {failures: 1, for: 30s}", workers: 2)
            func homes() throws -> [String] {
                try (0..<30).map { try answers(1, from: cluster.port, headers: ["X-User: \($0)", "Connection: close"])[0] }
            }
            let before = try homes()
            #expect(try homes() == before && Set(before).count == 3, "\(before)")
            try three[1].stop()
            let after = try homes()
            let gone = String(three[1].port)
            for (old, new) in zip(before, after) { #expect(old == new || old == gone && new != gone) }
        }

        @Test("hash goes by cookie, parameter and path as well", arguments: ["{cookie: id}", "{query: id}", "path"])
        func hashKeys(key: String) throws {
            let three = try servers(3)
            let cluster = try start("servers: \(list(three))\nhash: \(key)")
            let homes = try (0..<12).map { number in
                let target = key == "path" ? "/\(number)?\(number)" : key.contains("query") ? "/x?a=1&id=\(number)" : "/x"
                let found = Set(
                    try answers(3, from: cluster.port, target, headers: key.contains("cookie") ? ["Cookie: a=b; id=\(number)"] : []))
                #expect(found.count == 1 && found.isSubset(of: three.map { String($0.port) }), "\(found)")
                return found
            }
            #expect(Set(homes).count > 1)
        }

        @Test("a cookie keeps a client with its server, in every worker, and is set anew when that is gone")
        func sticky() throws {
            let two = try servers(2)
            let cluster = try start("servers: \(list(two))\nsticky: {cookie: srv}\neject: {failures: 1}", workers: 2)
            let first = try get("/x", port: cluster.port)
            let cookie = try #require(first["set-cookie"])
            #expect(cookie.hasPrefix("srv=") && cookie.hasSuffix("; Path=/; HttpOnly; SameSite=Lax"))
            let pair = String(cookie.prefix { $0 != ";" })
            for _ in 0..<10 {
                let answer = try get("/x", port: cluster.port, headers: ["Cookie: a=1; \(pair)", "Connection: close"])
                #expect(answer.text == first.text && answer["set-cookie"] == nil)
            }
            // Nobody else can make one.
            let forged = try get("/x", port: cluster.port, headers: ["Cookie: srv=0123456789abcdef"])
            #expect(forged["set-cookie"] != nil)
            try two.first { String($0.port) == first.text }?.stop()
            let moved = try get("/x", port: cluster.port, headers: ["Cookie: \(pair)"])
            #expect(moved.status == 200 && moved.text != first.text && moved["set-cookie"] != nil && moved["set-cookie"] != cookie)
        }

        @Test("a backup is asked when no other server can be, and no longer")
        func backup() throws {
            let two = try servers(2)
            let cluster = try start(
                "servers: [\"\(two[0].url)\", {url: \"\(two[1].url)\", backup: true}]\neject: {failures: 1, for: 500ms, max: 100%}")
            #expect(Set(try answers(5, from: cluster.port)) == [String(two[0].port)])
            try two[0].stop()
            #expect(Set(try answers(5, from: cluster.port)) == [String(two[1].port)])
            let again = try Server(port: two[0].port)
            try eventually("it is asked again") { try answers(1, from: cluster.port) == [String(again.port)] }
        }

        // MARK: - Bounds

        @Test("a server has no more requests at once than it may, of all workers together; the rest wait in order, or get 503")
        func maxRequests() throws {
            let server = try Server()
            let upstream = "servers: {url: \"\(server.url)\", max_requests: 2}"
            let bounded = try start(upstream, workers: 2)
            let clients = try (0..<6).map { _ in
                let client = try Connection(port: bounded.port)
                try client.ask("/slow?1")
                return client
            }
            let found = statuses(of: clients[...])
            #expect(found == ["200": 2, "503": 4], "\(found)")
            #expect(server.count(of: "/slow?1") == 2)

            let queued = try start("\(upstream)\nqueue: {length: 4, timeout: 10s}", workers: 2)
            let waiting = try (0..<6).map { number in
                let client = try Connection(port: queued.port)
                try client.ask("/slow?0.\(3 + number)")
                return client
            }
            #expect(statuses(of: waiting[...]) == ["200": 6])

            let short = try start("\(upstream)\nqueue: {length: 1, timeout: 300ms}")
            let late = try (0..<4).map { _ in
                let client = try Connection(port: short.port)
                try client.ask("/slow?4")
                return client
            }
            // One waits in vain, one does not even find a place to wait.
            let refused = try late.filter { $0.hasAnswer(within: .seconds(1)) }.map { try $0.response() }
            #expect(refused.map(\.status) == [503, 503] && refused.allSatisfy { $0["retry-after"] == "1" })
        }

        @Test("who waits goes on in the order in which they came")
        func order() throws {
            let server = try Server()
            let cluster = try start("servers: {url: \"\(server.url)\", max_requests: 1}\nqueue: {length: 10}")
            let first = try Connection(port: cluster.port)
            try first.ask("/slow?0.5")
            try eventually("it is full") { server.count(of: "/slow?0.5") == 1 }
            let waiting = try (0..<5).map { number in
                let client = try Connection(port: cluster.port)
                try client.ask("/\(number)")
                // Each is in the line before the next one comes.
                #expect(!client.hasAnswer(within: .milliseconds(20)))
                return client
            }
            waiting[2].reset()
            #expect(statuses(of: waiting.filter { $0 !== waiting[2] }[...]) == ["200": 4])
            #expect(server.requests.suffix(4).map { $0.split(separator: " ")[2] } == ["/0", "/1", "/3", "/4"])
        }

        @Test("a body that is larger than allowed is a 413, before a server hears of it where its length is known")
        func bodies() throws {
            let server = try Server()
            let cluster = try start(
                "servers: \"\(server.url)\"", more: "limits: {body_bytes: 100}", route: "limits: {body_bytes: 1000}")
            let client = try Connection(port: cluster.port)
            try client.ask(method: "POST", "/x", body: String(repeating: "a", count: 1000))
            #expect(try client.response().status == 200)
            try client.send("POST /large HTTP/1.1\r\nHost: a\r\nContent-Length: 50000000\r\n\r\n")
            // The answer can be read by who still sends.
            try client.send([UInt8](repeating: 0x61, count: 50_000_000))
            let answer = try client.response()
            #expect(answer.status == 413 && answer.closes)
            // Without a length it shows in the middle.
            let patient = try Upstream()
            let other = try start("servers: \"http://127.0.0.1:\(patient.port)\"", route: "limits: {body_bytes: 1000}")
            let chunked = try Connection(port: other.port)
            try chunked.send("POST /digest HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n")
            try chunked.send(String(repeating: "a", count: 1000) + "\r\n")
            #expect(!chunked.hasAnswer(within: .milliseconds(100)))
            try chunked.send("1\r\na\r\n")
            #expect(try chunked.response().status == 413)
            let own = try Connection(port: cluster.port)
            try own.ask(method: "POST", "/own", body: String(repeating: "a", count: 101))
            #expect(try own.response().status == 413)
            #expect(server.count(of: "/large") == 0)
        }

        // MARK: - Connections

        @Test("connections wait for no longer than the server does, whether it shows or says it")
        func idle() throws {
            let server = try Server(mood: "idle?0.6")
            let cluster = try start("servers: \"\(server.url)\"")
            func wait(_ time: Duration) throws {
                #expect(try get("/x", port: cluster.port).status == 200)
                pause(time)
            }
            // It closes the first one after 0.6 s; after that ours go before.
            try wait(.milliseconds(1000))
            try wait(.milliseconds(570))
            try wait(.zero)
            #expect(server.connections(of: "/x").count == 3)
            try server.feel("promise?1")
            try wait(.milliseconds(900))
            try wait(.zero)
            #expect(server.connections(of: "/x").count == 4)
        }

        @Test("no more connections are kept than may be")
        func maxIdle() throws {
            let server = try Server()
            let cluster = try start("servers: \"\(server.url)\"\nkeepalive: {max_idle: 0}")
            for _ in 0..<3 { #expect(try get("/x", port: cluster.port).status == 200) }
            #expect(server.connections(of: "/x").count == 3)
        }

        @Test("what a burst leaves beyond that waits for the next burst, for a moment")
        func burst() throws {
            let server = try Server()
            let cluster = try start("servers: \"\(server.url)\"\nkeepalive: {max_idle: 1}")
            let worker = try cluster.worker(0).process
            let clients = try (0..<4).map { _ in try Connection(port: cluster.port) }
            for client in clients { #expect(try client.get("/x").status == 200) }
            let before = worker.openFiles
            func burst() throws -> Int {
                for client in clients { try client.ask("/slow?0.1") }
                for client in clients { #expect(try client.response().status == 200) }
                return server.connections(of: "/slow?0.1").count
            }
            // On a machine that is busy the moment may be over.
            try eventually("a burst finds the connections of the one before it") { try burst() == burst() }
            #expect(server.connections(of: "/slow?0.1").count >= 4)
            try eventually("one of them is left") { worker.openFiles == before }
        }

        // MARK: - Reload

        @Test("a reload follows changed servers, and what is known of the others stays")
        func reload() throws {
            let three = try servers(3)
            func file(_ servers: [Server]) -> String { Upstreams.configuration("servers: \(list(servers))\neject: {failures: 1, for: 1m}") }
            let cluster = try Cluster.start(file([three[0], three[1]]))
            #expect(try Set(answers(4, from: cluster.port)).count == 2)
            try three[1].feel("500")
            _ = try answers(3, from: cluster.port)
            #expect(try #require(try cluster.status().upstreams["api"]).map(\.state) == ["up", "ejected"])
            let before = try #require(try cluster.status().upstreams["api"])
            let slow = try Connection(port: cluster.port)
            try slow.ask("/slow?1")
            try eventually("it is on its way") { three[0].count(of: "/slow?1") == 1 }
            #expect(try cluster.reload(file([three[1], three[2], three[0]])).result == "ok")
            let after = try #require(try cluster.status().upstreams["api"])
            #expect(after.map(\.server) == [three[1].name, three[2].name, three[0].name])
            #expect(after.map(\.state) == ["ejected", "up", "up"])
            #expect(after[0].requestsTotal == before[1].requestsTotal && after[2].requestsTotal == before[0].requestsTotal + 1)
            #expect(try slow.response().status == 200)
            #expect(Set(try answers(6, from: cluster.port)) == [String(three[0].port), String(three[2].port)])
            #expect(try cluster.reload(file([three[2]])).result == "ok")
            #expect(Set(try answers(6, from: cluster.port)) == [String(three[2].port)])
        }

        @Test("a mistake in an upstream changes nothing")
        func badReload() throws {
            let server = try Server()
            let cluster = try start("servers: \"\(server.url)\"")
            #expect(try cluster.reload(Upstreams.configuration("servers: \"\(server.url)\"\nbalance: hash")).result == "failed")
            #expect(try answers(1, from: cluster.port) == [String(server.port)])
        }
    }
}

/// Configurations with one upstream.
enum Upstreams {
    static func configuration(_ upstream: String, workers: Int = 1, more: String = "", route: String = "") -> String {
        let lines = upstream.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n")
        return """
            port: <port>
            workers: \(workers)
            \(more)
            upstreams:
              api:
            \(lines)
            routes:
              - path: /own
                respond: own
              - upstream: api
            \(route.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n"))
            """
    }
}
