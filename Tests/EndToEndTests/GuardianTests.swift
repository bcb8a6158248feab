import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite("guardian and process trees") struct GuardianTests {
        @Test("a guardian that is killed is replaced, and the new one knows every process")
        func replaced() throws {
            let cluster = try Cluster.start(Samples.command("\"node server.js & wait\"", count: 2), files: Samples.serverFile)
            let guardian = try #require(cluster.guardian)
            guardian.send(SIGKILL)
            try eventually("there is another guardian") { cluster.guardian.map { $0 != guardian } ?? false }
            #expect(try get(port: cluster.port).status == 200)
            cluster.send(SIGKILL)
            try cluster.waitUntilGone()
        }

        @Test("however often the guardian is killed, there is one again, and only one")
        func killedOften() throws {
            let cluster = try Cluster.start(Samples.builtIn(2))
            for _ in 0..<8 {
                let guardian = try #require(cluster.guardian)
                guardian.send(SIGKILL)
                try eventually("there is another guardian") { cluster.guardian.map { $0 != guardian } ?? false }
            }
            try cluster.waitForLog("the guardian ended")
            func guardians() -> Int { cluster.master.children.count { $0.arguments.first == "cluster-proxy: guardian" } }
            try always(for: .milliseconds(600), "there is only one") { guardians() == 1 }
            #expect(cluster.logLines.count { $0.contains("the guardian ended") } == 8)
        }

        @Test("when the master is killed the trees behind wrappers end as well, busy ones and deaf ones too")
        func trees() throws {
            let command = "\"trap '' TERM HUP INT; (while :; do :; done) & sleep 1000 & sh -c 'sleep 1001' & node server.js & wait\""
            let cluster = try Cluster.start(Samples.command(command, count: 2), files: Samples.serverFile)
            #expect(cluster.processes.count > 10)
            cluster.send(SIGKILL)
            try cluster.waitUntilGone()
        }

        @Test("when the leader of a wrapped program dies its tree goes with it, and is started anew")
        func leader() throws {
            let cluster = try Cluster.start(Samples.command("\"node server.js & wait\""), files: Samples.serverFile)
            let worker = try cluster.worker(0)
            let tree = worker.process.children
            #expect(!tree.isEmpty)
            worker.process.send(SIGKILL)
            try cluster.waitForReplacement(of: worker)
            #expect(tree.allSatisfy { !$0.isAlive })
            #expect(try get(port: cluster.port).text == "worker 0\n")
        }

        @Test("what a shell has started gets to finish its requests at a graceful stop, though the shell goes at once")
        func gracefully() throws {
            let cluster = try Cluster.start(Samples.command("\"node server.js & wait\""), files: Samples.serverFile)
            let client = try Connection(port: cluster.port)
            try client.ask("/slow?ms=500&note=begun", headers: ["Connection: close"])
            try eventually("the program has it") { cluster.folder.exists("begun") }
            cluster.send(SIGTERM)
            #expect(try client.response().text == "slow 0\n")
            client.close()
            #expect(try cluster.command.wait() == .code(0))
            #expect(cluster.processes.isEmpty)
        }

        @Test("the guardian leaves with the master, and is deaf to what ends others")
        func deaf() throws {
            let cluster = try Cluster.start(Samples.builtIn(1))
            let guardian = try #require(cluster.guardian)
            for signal in [SIGTERM, SIGINT, SIGHUP] { guardian.send(signal) }
            for _ in 0..<3 { _ = try cluster.status() }
            #expect(guardian.isAlive)
            #expect(guardian.session == guardian.pid)
            #expect(try cluster.stop() == .code(0))
            #expect(!guardian.isAlive)
        }

        @Test("as the first process of a container the master leaves no zombie", .enabled(if: getuid() == 0))
        func firstProcess() throws {
            let orphans = "for i in 1 2 3 4 5; do (setsid sleep 0.05 &); done; exec node server.js"
            let cluster = try Cluster.start(
                Samples.command("\"\(orphans)\"", count: 2), files: Samples.serverFile,
                launcher: ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"])
            #expect(try cluster.status().master.pid == 1)
            try eventually("the orphans have been reaped") { cluster.master.children.allSatisfy { $0.isAlive } }
            for slot in 0..<2 {
                // Its number is of another namespace here: it is asked to end itself.
                let worker = try cluster.worker(slot)
                _ = try? get("/exit?code=1", port: try #require(worker.privatePort))
                try cluster.waitForReplacement(of: worker)
            }
            try eventually("nobody is left unreaped") { cluster.master.children.allSatisfy { $0.isAlive } }
            let master = cluster.master
            master.send(SIGTERM)
            #expect(try cluster.command.wait() == .code(0))
        }
    }
}
