import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite("scale") struct ScaleTests {
        @Test("scale up and down under load without a failure")
        func upAndDown() throws {
            let cluster = try Cluster.start(Samples.builtIn(2))
            let load = Load(port: cluster.port)
            try load.goOn(20)
            for count in [5, 1, 3] {
                #expect(try cluster.run("scale", "\(count)").ending == .code(0))
                try cluster.waitUntilReady(workers: count)
                try load.goOn(20)
            }
            let report = try load.stop()
            #expect(report.mishaps.isEmpty, "\(report.mishaps)")
            #expect(try cluster.status().workers.map(\.slot) == [0, 1, 2])
            #expect(try cluster.status().workers.map(\.restarts) == [0, 0, 0])
        }

        @Test("the private door of a slot goes with it, and stays while the slot is there")
        func doors() throws {
            let cluster = try Cluster.start(Samples.builtIn(3), files: Samples.serverFile)
            let ports = try cluster.status().workers.compactMap(\.privatePort)
            #expect(ports.count == 3)
            let isOpen = { (port: Int) in (try? Connection(port: port)) != nil }
            #expect(try cluster.run("scale", "2").ending == .code(0))
            try eventually("the third door is closed") { !isOpen(ports[2]) }
            let worker = try cluster.worker(1)
            worker.process.send(SIGKILL)
            try cluster.waitForReplacement(of: worker)
            #expect(try cluster.status().workers.compactMap(\.privatePort) == Array(ports[..<2]))
            #expect(try cluster.reload(Samples.builtIn(1)).result == "ok")
            try eventually("the second door is closed") { !isOpen(ports[1]) }
            #expect(try cluster.reload(Samples.command("[node, server.js]")).result == "ok")
            try eventually("programs have none") { !isOpen(ports[0]) }
            #expect(try cluster.reload(Samples.builtIn(1)).result == "ok")
            #expect(isOpen(try #require(try cluster.worker(0).privatePort)))
        }

        @Test("programs are scaled by name")
        func programs() throws {
            let cluster = try Cluster.start(Samples.command("[node, server.js]"), files: Samples.serverFile)
            #expect(try cluster.run("scale", "workers", "3").ending == .code(0))
            try cluster.waitUntilReady(workers: 3)
            var answers: Set<String> = []
            for _ in 0..<3 { answers.insert(try get(port: cluster.port).text) }
            #expect(answers.count == 3)
            // Each was told how many there were to be when it started.
            #expect(try cluster.status().workers.map { $0.process.environment["CLUSTER_WORKERS"] } == ["1", "3", "3"])
            #expect(try cluster.run("scale", "workers", "1").ending == .code(0))
            try cluster.waitUntilReady(workers: 1)
            #expect(try get(port: cluster.port).text == "worker 0\n")
        }

        @Test("a count that cannot be is refused", arguments: ["0", "257"])
        func refused(count: String) throws {
            let cluster = try Cluster.start(Samples.builtIn(1))
            let reply = try cluster.run("scale", count)
            #expect(reply.ending == .code(1))
            #expect(reply.error.contains("1 to 256"))
            #expect(try cluster.run("scale", "nobody", "2").ending == .code(1))
        }

        @Test("a count that private_ports have too few for is refused, as the file would be")
        func tooFewPorts() throws {
            let cluster = try Cluster.start(
                Samples.command("[node, server.js]", "private_ports: 21110-21112"), files: Samples.serverFile)
            let reply = try cluster.run("scale", "workers", "3")
            #expect(reply.ending == .code(1))
            #expect(reply.error.contains("21110-21112 is too few for 3 workers and 1 more during a reload"), "\(reply.error)")
            #expect(try cluster.status().workers.count == 1)
            #expect(try cluster.run("scale", "workers", "2").ending == .code(0))
            let site = try AppSite(1, "private_ports: 21113-21116")
            let refused = try site.cluster.run("scale", "web", "6").error
            #expect(refused.contains("21113-21116 is too few for 6 instances of \"web\" and 1 more during a reload"), "\(refused)")
            #expect(try AppSite(1, "bind: unix\nprivate_ports: 21113-21116").cluster.run("scale", "web", "6").ending == .code(0))
        }

        @Test("the end by which a slot was scaled away is an expected one, when the slot is back")
        func recordOfScaleDown() throws {
            let cluster = try Cluster.start(Samples.builtIn(2))
            let before = try cluster.worker(1)
            #expect(try cluster.run("scale", "1").ending == .code(0))
            try eventually("its process has gone") { !before.process.isAlive }
            #expect(try cluster.run("scale", "2").ending == .code(0))
            let end = try #require(try cluster.worker(1).lastExit)
            #expect(end.expected)
            #expect(end.reason == "scaled down")
        }

        @Test("a slot that was scaled away and back begins with a new process")
        func back() throws {
            let cluster = try Cluster.start(Samples.builtIn(2))
            let before = try cluster.worker(1)
            cluster.send(SIGTTOU)
            cluster.send(SIGTTIN)
            try eventually("there are two again") {
                let workers = try cluster.status().workers
                return workers.count == 2 && workers.allSatisfy { $0.state == "ready" }
            }
            // Whether the old one had gone already or not: the slot's counters do not go back.
            #expect(try cluster.worker(1).id >= before.id)
            for _ in 0..<4 { #expect(try get(port: cluster.port).status == 200) }
        }
    }
}
