import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    /// Workers that do not answer in the time that they have to follow a new configuration.
    @Suite("slow compilations") struct SlowCompilationsTests {
        private static let text =
            "port: <port>\nworkers: 2\nroutes:\n  - { path: /, respond: new }\n"
            + (0..<20_000).map { "  - { path: /r\($0), respond: \"\($0)\" }\n" }.joined()

        @Test(
            "a configuration that takes too long to compile ends the reload and no worker",
            .enabled(if: Installed.canAttach, "there is no leave to attach to a process"))
        func takesTooLong() throws {
            let cluster = try Cluster.start(Samples.builtIn(2, says: "old"))
            let workers = try cluster.status().workers
            let pids = workers.compactMap(\.pid).map(String.init)
            let holder = try Command(
                [Programs.python, Installed.script("hold_thread.py")] + pids, in: cluster.folder, name: "holder")
            try eventually("it watches") { holder.standardOutput.contains("watches") }
            let reload = try cluster.reload(Self.text, within: .seconds(60))
            #expect(holder.standardOutput.contains("holds one of"))
            #expect(reload.result == "failed" && reload.message.contains("within the 10 s that it may take"), "\(reload.message)")
            #expect(try cluster.status().workers.map(\.id) == workers.map(\.id))
            #expect(try get(port: cluster.port).text == "old")
            holder.send(SIGKILL)
            #expect(try cluster.reload(Samples.builtIn(2, says: "newer")).result == "ok")
            #expect(try cluster.status().workers.map(\.id) == workers.map(\.id))
            #expect(try get(port: cluster.port).text == "newer")
        }

        @Test("a worker that hangs while the others follow is replaced, and the reload goes on")
        func hangs() throws {
            let cluster = try Cluster.start(Samples.builtIn(2, says: "old"))
            let (hanging, other) = try (cluster.worker(1), cluster.worker(0))
            hanging.process.send(SIGSTOP)
            try eventually("the worker is stopped") { hanging.process.isStopped }
            #expect(try cluster.reload(Samples.builtIn(2, says: "new"), within: .seconds(60)).result == "ok")
            try cluster.waitForReplacement(of: hanging)
            #expect(try cluster.worker(0).id == other.id)
            #expect(try get(port: cluster.port).text == "new")
        }
    }
}
