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

        @Test("an address that was on its way out when the next file named it again stays, however long that takes to come into force")
        func namedAgain() throws {
            let text = Samples.command("\"sleep $PAUSE; exec node server.js\"", "environment: { PAUSE: \"0\" }")
            let cluster = try Cluster.start(text, files: Samples.serverFile)
            let other = try FreePorts.take()
            #expect(try cluster.reload(text.replacing("<port>", with: "\(other)")).result == "ok")
            // Its program takes longer to start than a listener's farewell.
            #expect(try cluster.reload(text.replacing("\"0\"", with: "\"2\"")).result == "ok")
            #expect(try cluster.status().listeners.map(\.address) == ["[::]:\(cluster.port)"])
            #expect(try get(port: cluster.port).status == 200)
            try eventually("the other port is closed") { (try? Connection(port: other)) == nil }
        }

        @Test("an address that was on its way out when a reload failed is closed all the same")
        func namedInVain() throws {
            let text = Samples.command("\"sleep $PAUSE; exec node $FILE\"", "environment: { PAUSE: \"0\", FILE: server.js }")
            let cluster = try Cluster.start(text, files: Samples.serverFile)
            let other = try FreePorts.take()
            #expect(try cluster.reload(text.replacing("<port>", with: "\(other)")).result == "ok")
            let broken = text.replacing("\"0\"", with: "\"1\"").replacing("server.js }", with: "missing.js }")
            #expect(try cluster.reload(broken + "restart: { crash_loop: { failures: 1 } }\n").result == "failed")
            try eventually("the first port is closed") { (try? Connection(port: cluster.port)) == nil }
            #expect(try get(port: other).status == 200)
        }

        @Test("an address that is named again holds connections back for their first bytes, as before")
        func defersAgain() throws {
            func text(_ ports: String...) -> String {
                let addresses = ports.map { "{ address: \"127.0.0.1:\($0)\", defer_accept: 20s }" }.joined(separator: ", ")
                return "listen: [\(addresses)]\nworkers: 1\nroutes: [{ path: /, respond: ok }]\n"
            }
            let cluster = try Cluster.start(text("<port>"))
            let other = try FreePorts.take()
            #expect(try cluster.reload(text("\(other)")).result == "ok")
            #expect(try cluster.reload(text("<port>", "\(other)")).result == "ok")
            let silent = try Connection(port: cluster.port)
            try always(for: .milliseconds(100), "nobody hears of it") {
                try cluster.status().listeners.map(\.connectionsAccepted) == [0, 0]
            }
            #expect(try silent.get().text == "ok")
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
