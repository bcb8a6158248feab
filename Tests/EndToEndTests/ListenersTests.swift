import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite("listeners") struct ListenersTests {
        private static let unix = """
            listen: ["unix:<folder>/public.sock"]
            workers: 2
            routes: [{ path: /, respond: "by path" }]
            """

        @Test("a unix socket is served, and its file goes with the cluster")
        func unixSocket() throws {
            let cluster = try Cluster.start(Self.unix)
            let path = cluster.folder["public.sock"]
            for _ in 0..<3 { #expect(try Connection(path: path).get().text == "by path") }
            #expect(try cluster.status().listeners.first?.address == "unix:\(path)")
            // Nobody can reach a worker but through that socket.
            #expect(try cluster.status().workers.allSatisfy { $0.privateAddress == nil })
            #expect(try cluster.stop() == .code(0))
            #expect(!FileManager.default.fileExists(atPath: path))
        }

        @Test("a unix socket that a killed cluster left behind is taken over")
        func staleSocket() throws {
            let cluster = try Cluster.start(Self.unix)
            cluster.send(SIGKILL)
            try cluster.waitUntilGone()
            #expect(cluster.folder.exists("public.sock"))
            let next = try Cluster(Self.unix, folder: cluster.folder, name: "second")
            try next.waitUntilReady()
            #expect(try Connection(path: cluster.folder["public.sock"]).get().text == "by path")
        }

        @Test("several listeners are served side by side, and counted apart")
        func several() throws {
            let cluster = try Cluster.start(
                """
                listen: ["127.0.0.1:<port>", { address: "unix:<folder>/public.sock", mode: 0600 }]
                workers: 2
                routes: [{ path: /, respond: "ok" }]
                """)
            for _ in 0..<3 { #expect(try get(port: cluster.port).text == "ok") }
            #expect(try Connection(path: cluster.folder["public.sock"]).get().text == "ok")
            let attributes = try FileManager.default.attributesOfItem(atPath: cluster.folder["public.sock"])
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect(try cluster.status().listeners.map(\.connectionsAccepted) == [3, 1])
        }

        @Test("two thousand connections at once are all answered")
        func burst() throws {
            let cluster = try Cluster.start(Samples.builtIn(2))
            // The backlog is what the kernel allows: beyond it a connect only takes longer.
            var clients: [Connection] = []
            for _ in 0..<2_000 {
                let client = try Connection(port: cluster.port, timeout: .seconds(20))
                try client.ask("/", headers: ["Connection: close"])
                clients.append(client)
            }
            #expect(statuses(of: clients[...]) == ["200": 2_000])
        }
    }
}
