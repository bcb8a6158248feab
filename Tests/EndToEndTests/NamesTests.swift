import TestSupport
import Testing

extension EndToEnd {
    /// Names below `localhost` stand for the loopback addresses without any server of the DNS (RFC 6761 §6.3).
    @Suite("names of servers") struct NamesTests {
        private let upstream: Upstream

        init() throws { upstream = try Upstream() }

        private func configuration(_ host: String) -> String {
            """
            port: <port>
            workers: 1
            routes:
              - path: /own
                respond: own
              - upstream: http://\(host):\(upstream.port)
            """
        }

        @Test("a server is reached by its name, on that of its addresses where it listens")
        func name() throws {
            let cluster = try Cluster.start(configuration("app.localhost"))
            for _ in 0..<10 { #expect(try Connection(port: cluster.port).get("/x").status == 200) }
            let head = try Connection(port: cluster.port).get("/head").text
            #expect(head.contains("Host: localhost\r\n"), "the client's, as it came: \(head)")
        }

        @Test("a reload takes effect with the first request, name and all, and keeps what the name before had open")
        func reload() throws {
            let cluster = try Cluster.start(configuration("app.localhost"))
            let client = try Connection(port: cluster.port)
            #expect(try client.get("/x").status == 200)
            try cluster.reload(configuration("other.localhost"))
            #expect(try client.get("/x").status == 200)
            try cluster.reload(configuration("127.0.0.1"))
            #expect(try client.get("/x").status == 200)
        }
    }
}
