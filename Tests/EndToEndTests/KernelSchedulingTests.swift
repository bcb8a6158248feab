import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite("scheduling: kernel") struct KernelSchedulingTests {
        private func configuration(_ scheduling: String = "kernel", workers: Int = 2, more: String = "") -> String {
            """
            port: <port>
            workers: {count: \(workers), scheduling: \(scheduling)}
            \(more)
            routes:
              - path: /
                respond: "{{worker.slot}}"
            """
        }

        private func ask(_ cluster: Cluster) throws -> String { try Connection(port: cluster.port).get().text }

        private func accepted(_ cluster: Cluster) throws -> Int { try cluster.status().listeners[0].connectionsAccepted }

        @Test("workers accept themselves: everybody is answered and counted, though the master accepts nothing")
        func counted() throws {
            let cluster = try Cluster.start(configuration())
            for _ in 0..<100 { #expect(["0", "1"].contains(try ask(cluster))) }
            try eventually("all are counted") { try cluster.status().workers.reduce(0) { $0 + $1.connectionsTotal } == 100 }
            #expect(try accepted(cluster) == 100)
            try eventually("and have ended") { try cluster.status().workers.allSatisfy { $0.connectionsActive == 0 } }
        }

        @Test("a worker that is stopped leaves what comes to the others")
        func stopped() throws {
            let cluster = try Cluster.start(configuration())
            let worker = try cluster.worker(0)
            kill(Int32(worker.pid ?? 0), SIGSTOP)
            defer { kill(Int32(worker.pid ?? 0), SIGCONT) }
            for _ in 0..<5 { #expect(try ask(cluster) == "1") }
        }

        @Test("a worker that dies takes only its own connections with it, and its replacement accepts")
        func died() throws {
            let cluster = try Cluster.start(configuration(workers: 1))
            let worker = try cluster.worker(0)
            kill(Int32(worker.pid ?? 0), SIGKILL)
            #expect(try ask(cluster) == "0")
            _ = try cluster.waitForReplacement(of: worker)
            #expect(try ask(cluster) == "0")
        }

        @Test("a reload changes who accepts, both ways, and no request fails")
        func reload() throws {
            let cluster = try Cluster.start(configuration("round_robin"))
            let load = Load(port: cluster.port)
            for scheduling in ["kernel", "round_robin", "kernel", "least_connections", "kernel"] {
                try cluster.reload(configuration(scheduling))
                for _ in 0..<5 { _ = try ask(cluster) }
            }
            let outcome = try load.stop()
            #expect(outcome.mishaps.isEmpty && outcome.requests > 0, "\(outcome.mishaps)")
        }

        @Test("more and fewer workers, and a restart of all, lose nobody")
        func scale() throws {
            let cluster = try Cluster.start(configuration())
            let load = Load(port: cluster.port)
            for count in ["4", "1", "3"] { #expect(try cluster.run("scale", count).ending == .code(0)) }
            #expect(try cluster.run("restart").ending == .code(0))
            let outcome = try load.stop()
            #expect(outcome.mishaps.isEmpty && outcome.requests > 0, "\(outcome.mishaps)")
        }

        @Test("at a stop those who have connected are still answered")
        func stop() throws {
            let cluster = try Cluster.start(configuration(more: "listen: [\"127.0.0.1:<port>\"]").replacing("port: <port>\n", with: ""))
            let clients = try (0..<20).map { _ in try Connection(port: cluster.port) }
            for client in clients { try client.ask() }
            cluster.send(SIGTERM)
            for client in clients { #expect(try client.response().status == 200) }
            try cluster.waitForLog("stopped status=0")
        }

        @Test("each worker holds its share of limits.connections: who waits for a request gives way to clients, and nobody else does")
        func limit() throws {
            let cluster = try Cluster.start(configuration(workers: 1, more: "limits: {connections: 2}"))
            let busy = try Connection(port: cluster.port)
            try busy.send("GET / HTTP/1.1\r\n")
            let idle = try Connection(port: cluster.port)
            #expect(try idle.get().status == 200)
            let third = try Connection(port: cluster.port)
            try third.send("GET / HTTP/1.1\r\n")
            #expect(idle.isClosed(within: .seconds(5)))
            let fourth = try Connection(port: cluster.port)
            try fourth.ask()
            #expect(!fourth.hasAnswer(within: .milliseconds(600)))
            for client in [busy, third] {
                try client.send("Host: a\r\n\r\n")
                #expect(try client.response().status == 200)
            }
            #expect(try fourth.response().status == 200)
        }

        @Test("beside a command it is refused, with what would do")
        func command() throws {
            let folder = try Folder()
            try folder.write("port: 8080\nworkers:\n  command: [node, x.js]\n  scheduling: kernel\n", to: "cluster.yaml")
            let check = try Command([Binary.path, "check", "--config", folder["cluster.yaml"]], in: folder, name: "check")
            #expect(try check.wait() == .code(2))
            #expect(check.standardError.contains("cluster.yaml:4:15: error: \"kernel\" is for built-in workers"))
        }
    }
}
