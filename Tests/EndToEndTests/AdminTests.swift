import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite("admin") struct AdminTests {
        @Test("status shows the master, its listeners and its processes, as JSON and as a table")
        func status() throws {
            let cluster = try Cluster.start(Samples.threeWorkers)
            let status = try cluster.status()
            #expect(status.master.pid == Int(cluster.command.pid))
            #expect(status.master.generation == 1)
            #expect(status.master.lastReload.result == "none")
            #expect(status.listeners.map(\.address) == ["[::]:\(cluster.port)"])
            #expect(status.workers.map(\.state) == ["ready", "ready", "ready"])
            #expect(status.workers.allSatisfy { $0.process.isAlive && $0.memoryBytes ?? 0 > 0 && $0.lastExit == nil })
            let table = try cluster.run("status")
            #expect(table.ending == .code(0))
            for worker in status.workers { #expect(table.output.contains("\(worker.pid ?? 0)")) }
        }

        @Test("reload waits for the result, and says it")
        func reload() throws {
            let cluster = try Cluster.start(Samples.builtIn(1, says: "one"))
            try cluster.configure(Samples.builtIn(2, says: "two"))
            let reply = try cluster.run("reload")
            #expect(reply.ending == .code(0))
            #expect(reply.output == "reloaded\n")
            #expect(try get(port: cluster.port).text == "two")
            #expect(try cluster.status().master.lastReload.result == "ok")
        }

        @Test("restart waits until every process is another one")
        func restart() throws {
            let cluster = try Cluster.start(Samples.builtIn(2))
            let before = try cluster.status().workers
            #expect(try cluster.run("restart").ending == .code(0))
            let after = try cluster.status().workers
            #expect(zip(before, after).allSatisfy { $0.pid != $1.pid && $1.state == "ready" })
            #expect(try cluster.run("restart", "nobody").ending == .code(1))
        }

        @Test("stop waits until the cluster is gone")
        func stop() throws {
            let cluster = try Cluster.start(Samples.threeWorkers)
            let reply = try cluster.run("stop")
            #expect(reply.ending == .code(0))
            #expect(try cluster.command.wait(within: .seconds(2)) == .code(0))
            #expect(cluster.processes.isEmpty)
            #expect((try? Connection(port: cluster.port)) == nil)
        }

        @Test("a second master on the same file is refused by the first one's name, and the first serves on")
        func second() throws {
            let cluster = try Cluster.start(Samples.builtIn(1))
            let second = try Command(
                [Binary.path, "--config", cluster.folder["cluster.yaml"]], environment: ["XDG_RUNTIME_DIR": cluster.folder.path],
                in: cluster.folder, name: "second")
            #expect(try second.wait() == .code(4))
            #expect(second.standardError.contains("another master, pid \(cluster.command.pid), already runs"))
            #expect(try get(port: cluster.port).status == 200)
            #expect(try cluster.status().master.pid == Int(cluster.command.pid))
        }

        @Test("the socket of a killed master does not keep the next one from starting")
        func stale() throws {
            let cluster = try Cluster.start(Samples.builtIn(1))
            cluster.send(SIGKILL)
            try cluster.waitUntilGone()
            #expect(try cluster.run("status").ending == .code(1))
            let next = try Cluster(Samples.builtIn(1), folder: cluster.folder, name: "second")
            try next.waitUntilReady()
        }

        @Test("a command in a folder that was entered by a link finds the master of that name")
        func linkedFolder() throws {
            let folder = try Folder()
            try FileManager.default.createSymbolicLink(atPath: folder["link"], withDestinationPath: ".")
            let cluster = try Cluster(Samples.builtIn(1), arguments: ["--config", "<folder>/link/cluster.yaml"], folder: folder)
            func run(_ command: String) throws -> Run {
                try Run.shell("cd link; '\(Binary.path)' \(command)", environment: ["XDG_RUNTIME_DIR": folder.path], in: folder)
            }
            try eventually("it is found") { try run("status --config cluster.yaml").isGood }
            #expect(try cluster.run("status").ending == .code(1), "by another name there is none")
            #expect(try run("stop").isGood)
        }

        @Test("the admin socket can be elsewhere, and be found by --admin")
        func elsewhere() throws {
            let cluster = try Cluster.start(
                Samples.builtIn(1, "admin: { socket: <folder>/admin.sock }"), isReady: false)
            try eventually("it answers") {
                try cluster.run("status", "--admin", cluster.folder["admin.sock"]).ending == .code(0)
            }
            #expect(try cluster.run("stop", "--admin", cluster.folder["admin.sock"]).ending == .code(0))
        }

        @Test("a client that says nothing does not keep others from commanding")
        func silentClient() throws {
            let cluster = try Cluster.start(Samples.builtIn(1, "admin: { socket: <folder>/admin.sock }"), isReady: false)
            try eventually("it answers") {
                try cluster.run("status", "--admin", cluster.folder["admin.sock"]).ending == .code(0)
            }
            let silent = try (0..<8).map { _ in try Connection(path: cluster.folder["admin.sock"]) }
            #expect(try cluster.run("status", "--admin", cluster.folder["admin.sock"]).ending == .code(0))
            withExtendedLifetime(silent) {}
        }

        @Test("the pid file is there once the cluster is ready, and goes with it")
        func pidFile() throws {
            let cluster = try Cluster.start(Samples.builtIn(1), arguments: ["--pid-file", "<folder>/cluster.pid"])
            try eventually("the file is there") { cluster.folder.text(of: "cluster.pid") == "\(cluster.command.pid)\n" }
            #expect(try cluster.stop() == .code(0))
            #expect(!cluster.folder.exists("cluster.pid"))
        }

        @Test("version and help go to the standard output, with 0")
        func version() throws {
            let folder = try Folder()
            let version = try Command([Binary.path, "--version"], in: folder, name: "version")
            #expect(try version.wait() == .code(0))
            #expect(version.standardOutput.hasPrefix("cluster-proxy "))
            let help = try Command([Binary.path, "--help"], in: folder, name: "help")
            #expect(try help.wait() == .code(0))
            for name in ["run", "status", "reload", "restart", "stop", "scale"] { #expect(help.standardOutput.contains(name)) }
        }
    }
}
