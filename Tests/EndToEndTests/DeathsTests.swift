import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite("deaths") struct DeathsTests {
        @Test("each worker that is killed is replaced, and nobody who connects afterwards notices")
        func eachWorker() throws {
            let cluster = try Cluster.start(Samples.threeWorkers)
            let load = Load(port: cluster.port)
            try load.goOn(20)
            var deaths: [Duration] = []
            for slot in 0..<3 {
                let worker = try cluster.worker(slot)
                worker.process.send(SIGKILL)
                let death = load.time
                deaths.append(death)
                let next = try cluster.waitForReplacement(of: worker)
                print("replacement of a killed worker: \(load.time - death)")
                #expect(next.restarts == 1)
                #expect(next.lastExit?.signal == 9)
                #expect(next.lastExit?.expected == false)
                try load.goOn(20)
            }
            let report = try load.stop()
            // What the worker held when it died is gone with it; nothing that came later is.
            let others = report.mishaps.filter { mishap in
                !deaths.contains { mishap.began <= $0 + .milliseconds(20) && mishap.failed >= $0 } && !mishap.isReused
            }
            #expect(others.isEmpty, "\(others)")
            #expect(!report.mishaps.contains { $0.failure == .refused || $0.failure == .late }, "\(report.mishaps)")
            #expect(cluster.logLines.count { $0.contains("killed by signal 9") } == 3)
        }

        @Test("connections that a dead worker had not taken are answered by others")
        func queueOfTheDead() throws {
            let cluster = try Cluster.start(Samples.threeWorkers)
            let worker = try cluster.worker(1)
            let clients = try self.clients(12, of: cluster, whileStopped: worker.process)
            worker.process.send(SIGKILL)
            for client in clients { #expect(try client.response().status == 200) }
            try cluster.waitForReplacement(of: worker)
        }

        @Test("a worker that does not turn its loop is passed over, what waits for it goes to others, and it comes back")
        func stuck() throws {
            let cluster = try Cluster.start(Samples.threeWorkers)
            let worker = try cluster.worker(1)
            worker.process.send(SIGSTOP)
            try eventually("the worker is stopped") { worker.process.isStopped }
            let clock = ContinuousClock()
            let start = clock.now
            let clients = try (0..<12).map { _ in try Connection(port: cluster.port) }
            for client in clients { try client.ask("/", headers: ["Connection: close"]) }
            for client in clients { #expect(try client.response().text != "worker 1\n") }
            let waited = clock.now - start
            print("the queue of a stuck worker was served after \(waited)")
            // Two seconds are what is wanted; its heartbeat would be lost after thirty.
            #expect(waited < .seconds(8))
            for _ in 0..<6 { #expect(try get(port: cluster.port).text != "worker 1\n") }
            worker.process.send(SIGCONT)
            try eventually("the worker is given connections again") { try get(port: cluster.port).text == "worker 1\n" }
            #expect(try cluster.worker(1).id == worker.id)
        }

        @Test("what came while the only worker did not turn its loop it serves to the last, more than one turn takes")
        func caughtUp() throws {
            let cluster = try Cluster.start(Samples.builtIn(1))
            let worker = try cluster.worker(0)
            let clients = try self.clients(30, of: cluster, whileStopped: worker.process)
            worker.process.send(SIGCONT)
            for client in clients { #expect(try client.response().status == 200) }
            #expect(try cluster.worker(0).id == worker.id)
        }

        @Test("a worker without a sign of life is killed and replaced")
        func silent() throws {
            let cluster = try Cluster.start(Samples.builtIn(2, "health: { heartbeat_timeout: 2s }"))
            let worker = try cluster.worker(0)
            worker.process.send(SIGSTOP)
            let next = try cluster.waitForReplacement(of: worker)
            #expect(next.lastExit?.expected == false)
            #expect(next.lastExit?.reason.contains("no sign of life") == true)
            #expect(try cluster.worker(1).restarts == 0)
        }

        @Test("workers that are killed in the same moment are all reaped and replaced")
        func atOnce() throws {
            let cluster = try Cluster.start(Samples.threeWorkers)
            let workers = try cluster.status().workers
            for worker in workers { worker.process.send(SIGKILL) }
            // They wait in the kernel, or with the master, until somebody serves.
            for _ in 0..<3 { #expect(try get(port: cluster.port).status == 200) }
            for worker in workers { try cluster.waitForReplacement(of: worker) }
            #expect(!cluster.master.children.contains { $0.state == "Z" })
        }

        @Test("when the master is killed everything ends, and a new one can start at once")
        func master() throws {
            let cluster = try Cluster.start(Samples.threeWorkers)
            #expect(cluster.processes.count == 5)
            cluster.send(SIGKILL)
            try cluster.waitUntilGone()
            let next = try Cluster(
                Samples.threeWorkers.replacing("<port>", with: "\(cluster.port)"), folder: cluster.folder, name: "second")
            try next.waitUntilReady()
            #expect(try get(port: cluster.port).status == 200)
        }

        @Test("a relay that is killed is replaced, and the programs behind it run on")
        func relay() throws {
            let cluster = try Cluster.start(Samples.command("[node, server.js]", count: 2), files: Samples.serverFile)
            let before = try cluster.status()
            let relay = try #require(before.relays.first)
            relay.process.send(SIGKILL)
            try eventually("the relay is replaced") {
                let now = try cluster.status().relays.first
                return now?.id != relay.id && now?.state == "ready"
            }
            #expect(try get(port: cluster.port).status == 200)
            #expect(try cluster.status().workers.map(\.pid) == before.workers.map(\.pid))
        }

        @Test("connections that a dead relay had not taken reach the program all the same")
        func queueOfTheDeadRelay() throws {
            let cluster = try Cluster.start(Samples.command("[node, server.js]", count: 2, "relays: 1"), files: Samples.serverFile)
            let relay = try #require(try cluster.status().relays.first)
            let clients = try self.clients(8, of: cluster, whileStopped: relay.process)
            relay.process.send(SIGKILL)
            #expect(statuses(of: clients[...]) == ["200": 8])
        }

        @Test("a program that is killed is replaced, with a port of its own")
        func program() throws {
            let cluster = try Cluster.start(Samples.command("[node, server.js]", count: 2), files: Samples.serverFile)
            let worker = try cluster.worker(0)
            worker.process.send(SIGKILL)
            // What its last threads still hold open would be reset with them.
            let door = try #require(worker.privatePort)
            try eventually("its door is closed") { (try? Connection(port: door)) == nil }
            // Whoever connects meanwhile is served by the other.
            for _ in 0..<4 { #expect(try get(port: cluster.port).status == 200) }
            let next = try cluster.waitForReplacement(of: worker)
            #expect(next.privateAddress != worker.privateAddress)
        }

        // MARK: - Private

        /// Stops the process, and has so many clients ask; they wait in its queue, or another's.
        private func clients(_ count: Int, of cluster: Cluster, whileStopped process: ProcessView) throws -> [Connection] {
            process.send(SIGSTOP)
            try eventually("it is stopped") { process.isStopped }
            let clients = try (0..<count).map { _ in try Connection(port: cluster.port) }
            for client in clients { try client.ask("/", headers: ["Connection: close"]) }
            try eventually("all are accepted") { try cluster.status().listeners.first?.connectionsAccepted == count }
            return clients
        }
    }
}
