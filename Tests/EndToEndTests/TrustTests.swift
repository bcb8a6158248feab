import TestSupport
import Testing

extension EndToEnd {
    @Suite("trust") struct TrustTests {
        private let upstream: Upstream

        init() throws { upstream = try Upstream() }

        /// One worker that says what it believes, and forwards the rest.
        private func configuration(_ more: String = "") -> String {
            """
            port: <port>
            listen: [ "unix:<folder>/public.sock" ]
            workers: 1
            \(more)
            routes:
              - path: /self
                respond: "{{client.address}} {{client.port}} {{request.scheme}} {{request.host}}"
              - upstream: http://127.0.0.1:\(upstream.port)
            """
        }

        private static let lies = [
            "X-Forwarded-For: 6.6.6.6, 7.7.7.7:70", "X-Forwarded-Host: evil.example:1", "X-Forwarded-Port: 1", "X-Forwarded-Proto: https",
            "X-Real-IP: 6.6.6.6", "Forwarded: for=8.8.8.8;host=evil", "X_Forwarded_For: 6.6.6.6", "X-Forwarded-Prefix: /evil",
        ]

        /// The fields that an upstream gets that are about where the request came from.
        private func told(_ client: Connection, _ fields: [String]) throws -> [String] {
            let lines = try client.get("/head", headers: fields).text.split(separator: "\r\n").map { $0.lowercased() }
            return lines.filter { $0.contains("forward") || $0.hasPrefix("x-real") }.map { $0.replacing("x-forwarded-", with: "") }.sorted()
        }

        @Test("without a trusted proxy the client is who is connected, whatever it says")
        func strangers() throws {
            let cluster = try Cluster.start(configuration())
            let client = try Connection(port: cluster.port)
            let own = try client.get("/self", headers: Self.lies).text.split(separator: " ")
            #expect(own[0] == "127.0.0.1" && own[1] != "70" && own[2...] == ["http", "localhost"])
            #expect(
                try told(client, Self.lies) == [
                    "for: 127.0.0.1", "forwarded: for=127.0.0.1;host=\"localhost\";proto=http", "host: localhost", "port: \(cluster.port)",
                    "proto: http", "x-real-ip: 127.0.0.1",
                ])
        }

        @Test("what a trusted proxy says is believed, as far back as those on the way are trusted")
        func trusted() throws {
            let cluster = try Cluster.start(configuration("trusted_proxies: [127.0.0.0/8, 7.7.7.7]"))
            let client = try Connection(port: cluster.port)
            #expect(try client.get("/self", headers: Self.lies).text == "6.6.6.6 0 https evil.example")
            #expect(
                try told(client, Self.lies)
                    == [
                        "for: 6.6.6.6, 7.7.7.7:70, 127.0.0.1", "host: evil.example:1", "port: 1", "prefix: /evil", "proto: https",
                        "x-real-ip: 6.6.6.6",
                    ])
            #expect(
                try client.get("/self", headers: ["Forwarded: for=\"[2001:db8::1]:7\";proto=https;host=a.b"]).text
                    == "2001:db8::1 7 https a.b")
            #expect(
                try client.get("/self", headers: ["X-Forwarded-For: unknown", "X-Forwarded-Host: a b"]).text.hasSuffix("http localhost"))
        }

        @Test("who is trusted follows a reload, and no worker is replaced for it")
        func reload() throws {
            let cluster = try Cluster.start(configuration())
            let workers = try cluster.status().processIDs
            let client = try Connection(port: cluster.port)
            #expect(try client.get("/self", headers: ["X-Forwarded-For: 9.9.9.9"]).text.hasPrefix("127.0.0.1 "))
            #expect(try cluster.reload(configuration("trusted_proxies: 127.0.0.1")).result == "ok")
            #expect(try client.get("/self", headers: ["X-Forwarded-For: 9.9.9.9"]).text.hasPrefix("9.9.9.9 "))
            #expect(try cluster.reload(configuration("trusted_proxies: [127.0.0.2, unix]")).result == "ok")
            #expect(try client.get("/self", headers: ["X-Forwarded-For: 9.9.9.9"]).text.hasPrefix("127.0.0.1 "))
            #expect(try cluster.status().processIDs == workers)
        }

        @Test("who comes over a unix socket has no address, and is believed where unix is trusted")
        func unixSockets() throws {
            let cluster = try Cluster.start(configuration("trusted_proxies: 127.0.0.1"))
            let client = try Connection(path: cluster.folder["public.sock"])
            let lie = ["X-Forwarded-For: 9.9.9.9"]
            #expect(try client.get("/self", headers: lie).text == "unix 0 http localhost")
            #expect(
                try told(client, lie).filter { $0.hasPrefix("for") } == [
                    "for: unknown", "forwarded: for=unknown;host=\"localhost\";proto=http",
                ])
            #expect(try cluster.reload(configuration("trusted_proxies: unix")).result == "ok")
            #expect(try client.get("/self", headers: lie).text == "9.9.9.9 0 http localhost")
            #expect(try told(client, lie).first == "for: 9.9.9.9, unknown")
        }

        @Test("a worker's private door makes nobody more credible")
        func privateDoor() throws {
            let cluster = try Cluster.start(configuration("trusted_proxies: [10.0.0.0/8]"))
            let client = try Connection(port: try #require(try cluster.worker(0).privatePort))
            #expect(try client.get("/self", headers: Self.lies).text.hasPrefix("127.0.0.1 "))
            let forger = try Connection(port: try #require(try cluster.worker(0).privatePort))
            try forger.send("PROXY TCP4 6.6.6.6 7.7.7.7 1 2\r\nGET /self HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try forger.response().status == 400)
        }
    }
}
