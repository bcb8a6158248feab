import Glibc
import TestSupport
import Testing

extension EndToEnd {
    /// In a mount namespace with an /etc/hosts of their own, which only root can have.
    @Suite("names of servers", .enabled(if: geteuid() == 0)) struct NamesTests {
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

        /// Both names have an address at which nobody listens.
        private func start(_ configuration: String) throws -> Cluster {
            try Cluster.start(
                configuration, files: ["hosts": "::1 app.internal other.internal\n127.0.0.1 app.internal other.internal localhost\n"],
                launcher: ["unshare", "--mount", "sh", "-c", "mount --bind \"${3%/*}/hosts\" /etc/hosts && exec \"$@\"", "sh"])
        }

        @Test("a server is reached by its name, on that of its addresses where it listens")
        func name() throws {
            let cluster = try start(configuration("app.internal"))
            for _ in 0..<10 { #expect(try Connection(port: cluster.port).get("/x").status == 200) }
            let head = try Connection(port: cluster.port).get("/head").text
            #expect(head.contains("Host: localhost\r\n"), "the client's, as it came: \(head)")
        }

        @Test("servers are discovered by a name, come and go with what it stands for, and no request fails")
        func discovery() throws {
            let cluster = try Cluster.start(
                """
                port: <port>
                workers: 2
                upstreams:
                  api:
                    discover: {dns: "app.internal:\(upstream.port)", refresh: 100ms}
                routes:
                  - upstream: api
                  - { path: /own, strip_prefix: true, host_header: upstream, upstream: api }
                """, files: ["hosts": "127.0.0.1 app.internal localhost\n"],
                launcher: ["unshare", "--mount", "sh", "-c", "mount --bind \"${3%/*}/hosts\" /etc/hosts && exec \"$@\"", "sh"])
            func servers() throws -> [String] { try cluster.status().upstreams["api"]?.map(\.server) ?? [] }
            func ask() throws { for _ in 0..<4 { #expect(try Connection(port: cluster.port).get("/x").status == 200) } }
            try ask()
            try eventually("it is shown") { try servers() == ["127.0.0.1:\(upstream.port)"] }
            for (path, host) in [("/head", "localhost"), ("/own/head", "app.internal:\(upstream.port)")] {
                let head = try Connection(port: cluster.port).get(path).text
                #expect(head.contains("\r\nHost: \(host)\r\n"), "\(path): \(head)")
            }
            // Nobody listens at the other two: requests that go there go on to the one that is left.
            try cluster.folder.change("hosts", to: "127.0.0.1 app.internal localhost\n127.0.0.2 app.internal\n127.0.0.3 app.internal\n")
            try eventually("all of them are asked, and the master has seen it") {
                try ask()
                return try servers().count == 3 && cluster.log.contains("server=127.0.0.3:")
            }
            try cluster.folder.change("hosts", to: "127.0.0.1 app.internal localhost\n")
            // Each worker finds out by itself, and shows again what another has lost if it has not.
            var looks = 0
            try eventually("two are gone, at twenty looks in a row") {
                try ask()
                looks = try servers() == ["127.0.0.1:\(upstream.port)"] ? looks + 1 : 0
                return looks == 20
            }
            try cluster.folder.change("hosts", to: "127.0.0.1 localhost\n")
            try eventually("a name that is not known any more is said once") { cluster.log.contains("app.internal cannot be looked up") }
            try ask()
            #expect(try servers() == ["127.0.0.1:\(upstream.port)"], "what it had found stays")
            try eventually("who goes is in the log as well") { cluster.log.contains("a server is gone") }
        }

        @Test("a reload takes effect with the first request, name and all, and keeps what the name before had open")
        func reload() throws {
            let cluster = try start(configuration("app.internal"))
            let client = try Connection(port: cluster.port)
            #expect(try client.get("/x").status == 200)
            try cluster.reload(configuration("other.internal"))
            #expect(try client.get("/x").status == 200)
            try cluster.reload(configuration("127.0.0.1"))
            #expect(try client.get("/x").status == 200)
        }
    }
}
