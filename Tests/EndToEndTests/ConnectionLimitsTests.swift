import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite("limits of connections") struct ConnectionLimitsTests {
        private static let half = "GET / HTTP/1.1\r\n"
        private static let rest = "Host: a\r\n\r\n"

        // MARK: - limits.connections

        @Test("no more connections are open than the limit says: those that wait for a request longest give way to clients who wait")
        func connections() throws {
            let cluster = try Cluster.start(Samples.builtIn(2, "limits: { connections: 4 }"))
            let clients = try (0..<12).map { _ in try Connection(port: cluster.port) }
            for client in clients { try client.ask("/") }
            for client in clients {
                #expect(try client.response().status == 200)
                #expect(try cluster.status().workers.map(\.connectionsActive).reduce(0, +) <= 4)
            }
            #expect(clients[0].isClosed(within: .seconds(5)))
            #expect(cluster.log.components(separatedBy: "limits.connections is reached").count == 2)
        }

        @Test("a crowd that just fits into the limit makes nobody give way", arguments: [8, 16])
        func fits(limit: Int) throws {
            let cluster = try Cluster.start(Samples.builtIn(2, "limits: { connections: \(limit) }"))
            let master = cluster.master
            master.send(SIGSTOP)
            try eventually("the master is stopped") { master.isStopped }
            let clients = try (0..<limit).map { _ in try Connection(port: cluster.port) }
            for client in clients { try client.ask("/") }
            master.send(SIGCONT)
            for client in clients { #expect(try client.response().status == 200) }
            for client in clients { #expect(try client.get().status == 200) }
            #expect(!cluster.log.contains("limits.connections is reached"))
        }

        @Test("who is in the middle of something gives way to nobody; the others wait, and are served")
        func busy() throws {
            let cluster = try Cluster.start(Samples.builtIn(2, "limits: { connections: 2 }"))
            let busy = try (0..<2).map { _ in try Connection(port: cluster.port) }
            for client in busy { try client.send(Self.half) }
            let waiting = try Connection(port: cluster.port)
            try waiting.ask("/")
            #expect(!waiting.hasAnswer(within: .milliseconds(600)))
            for client in busy {
                try client.send(Self.rest)
                #expect(try client.response().status == 200)
            }
            #expect(try waiting.response().status == 200)
        }

        @Test("a limit that a reload takes away is gone")
        func limitGone() throws {
            let cluster = try Cluster.start(Samples.builtIn(2, "limits: { connections: 1 }"))
            let kept = try Connection(port: cluster.port)
            try kept.send(Self.half)
            let other = try Connection(port: cluster.port)
            try other.ask("/")
            #expect(!other.hasAnswer(within: .milliseconds(300)))
            #expect(try cluster.reload(Samples.builtIn(2)).result == "ok")
            #expect(try other.response().text == "ok")
            try kept.send(Self.rest)
            #expect(try kept.response().text == "ok")
        }

        // MARK: - limits.connections_per_client

        @Test(
            "a client has no more connections than limits.connections_per_client over all workers: one more is answered with 503 and closed",
            arguments: ["round_robin", "kernel"])
        func perClient(scheduling: String) throws {
            let cluster = try Cluster.start(
                """
                listen: ["127.0.0.1:<port>", "unix:<folder>/public.sock"]
                workers: { count: 2, scheduling: \(scheduling) }
                limits: { connections_per_client: 3 }
                routes: [{ respond: ok }]
                """)
            var clients = try (0..<3).map { _ in try Connection(port: cluster.port) }
            for client in clients { #expect(try client.get().status == 200) }
            let excess = try Connection(port: cluster.port)
            let refusal = try excess.get()
            #expect(refusal.status == 503 && refusal["retry-after"] == "1" && refusal["connection"] == "close")
            #expect(refusal.text.hasPrefix("too many connections of one client are open"))
            #expect(excess.isClosed(within: .seconds(5)))
            try cluster.waitForLog("connections_per_client: a connection from 127.0.0.1")
            // Who comes by a path is nobody's client.
            for _ in 0..<5 { clients.append(try Connection(path: cluster.folder["public.sock"])) }
            for client in clients.suffix(5) { #expect(try client.get().status == 200) }
            clients.removeFirst().close()
            try eventually("there is room for another") { try get(port: cluster.port).status == 200 }
        }

        @Test(
            "a refusal says nothing of a request that another client has made before, and none costs the worker anything",
            arguments: [true, false])
        func refusedAfterAnother(isLogged: Bool) throws {
            let cluster = try Cluster.start(
                """
                listen: ["127.0.0.1:<port>"]
                workers: 1
                limits: { connections_per_client: 1 }
                log: { access: \(isLogged ? "<folder>/access.log" : "off") }
                routes: [{ respond: ok }]
                """)
            let first = try Connection(port: cluster.port)
            try first.ask(method: "HEAD", "/private?of=another", headers: ["X-Request-Id: mine"])
            #expect(try first.response(to: "HEAD").status == 200)
            let worker = try cluster.worker(0)
            for _ in 0..<3 {
                let refusal = try get(port: cluster.port)
                #expect(refusal.status == 503 && refusal.text.hasPrefix("too many connections of one client are open\nrequest id: "))
            }
            #expect(try cluster.worker(0).pid == worker.pid)
            if isLogged {
                try eventually("the log has them") { cluster.folder.text(of: "access.log").split(separator: "\n").count == 4 }
                #expect(cluster.folder.text(of: "access.log").components(separatedBy: "/private").count == 2)
            }
        }

        @Test("those that were refused keep nobody out for long")
        func refusedGiveWay() throws {
            let cluster = try Cluster.start(
                """
                listen: ["127.0.0.1:<port>", "unix:<folder>/public.sock"]
                workers: 1
                limits: { connections: 20, connections_per_client: 2 }
                routes: [{ respond: ok }]
                """)
            let flood = try (0..<40).map { _ in try Connection(port: cluster.port) }
            for client in flood { try client.send("GET / HTTP/1.1\r\n") }
            #expect(try Connection(path: cluster.folder["public.sock"]).get().status == 200)
            withExtendedLifetime(flood) {}
        }

        @Test("what a worker that is killed had counted is counted no more")
        func killed() throws {
            let cluster = try Cluster.start(Samples.builtIn(1, "limits: { connections_per_client: 2 }"))
            let clients = try (0..<2).map { _ in try Connection(port: cluster.port) }
            for client in clients { #expect(try client.get().status == 200) }
            #expect(try get(port: cluster.port).status == 503)
            let old = try cluster.worker(0)
            old.process.send(SIGKILL)
            try cluster.waitForReplacement(of: old)
            for _ in 0..<2 { #expect(try get(port: cluster.port).status == 200) }
        }

        @Test("clients that a PROXY header names are counted apart, and the proxy that names them is none")
        func proxied() throws {
            let cluster = try Cluster.start(
                """
                listen: [{ address: ":<port>", proxy_protocol: true }]
                workers: 1
                trusted_proxies: [127.0.0.1]
                limits: { connections_per_client: 1 }
                routes: [{ respond: ok }]
                """)
            func client(_ address: String) throws -> Connection {
                let connection = try Connection(port: cluster.port)
                try connection.send("PROXY TCP4 \(address) 198.51.100.1 4000 80\r\n")
                return connection
            }
            let first = try client("203.0.113.1")
            let second = try client("203.0.113.2")
            for connection in [first, second] { #expect(try connection.get().status == 200) }
            #expect(try client("203.0.113.1").get().status == 503)
            for connection in [first, second] { #expect(try connection.get().status == 200) }
        }

        @Test("one that a relay would have carried is closed")
        func relayed() throws {
            let cluster = try Cluster.start(
                Samples.command("[node, server.js]") + "\nlimits: { connections_per_client: 2 }\n", files: Samples.serverFile)
            let clients = try (0..<2).map { _ in try Connection(port: cluster.port) }
            for client in clients { #expect(try client.get().status == 200) }
            #expect(try Connection(port: cluster.port).isClosed(within: .seconds(5)))
            for client in clients { #expect(try client.get().status == 200) }
            clients[0].close()
            try eventually("there is room for another") { (try? get(port: cluster.port).status) == 200 }
        }

        // MARK: - limits.requests_per_connection

        @Test(
            "the last of limits.requests_per_connection is answered with Connection: close, whoever answers it, and what is behind it is not"
        )
        func perConnection() throws {
            let upstream = try Upstream()
            let cluster = try Cluster.start(
                """
                port: <port>
                workers: 1
                limits: { requests_per_connection: 3 }
                routes:
                  - { path: /own, respond: ok }
                  - upstream: http://127.0.0.1:\(upstream.port)
                """)
            for target in ["/own", "/hello"] {
                let client = try Connection(port: cluster.port)
                for turn in 1...3 {
                    let answer = try client.get(target)
                    #expect(answer.status == 200 && answer["connection"] == (turn == 3 ? "close" : nil), "\(target) \(turn)")
                }
                #expect(client.isClosed(within: .seconds(5)))
            }
            let pipelining = try Connection(port: cluster.port)
            try pipelining.send(String(repeating: "GET /own HTTP/1.1\r\nHost: a\r\n\r\n", count: 5))
            for turn in 1...3 { #expect(try pipelining.response()["connection"] == (turn == 3 ? "close" : nil)) }
            #expect(pipelining.isClosed(within: .seconds(5)))
        }
    }
}
