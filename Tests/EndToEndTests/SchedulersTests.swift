import Glibc
import TestSupport
import Testing

extension EndToEnd {
    /// What is asked of the kernel's scheduler, sched(7).
    @Suite("the kernel's scheduler") struct SchedulersTests {
        /// Linux 6.12 and later, on more than one core.
        private static let isLong = ProcessView(Int(getpid())).slice ?? 0 > 500_000

        private static let program = Samples.command("[node, server.js]", "relays: 1")

        private static func under(_ action: String) -> [String] { [Programs.python, Installed.script("filtered.py"), action] }

        @Test(
            "workers have slices of half a millisecond of a core, also under a system call filter that allows it", .enabled(if: isLong),
            arguments: [[], under("allow")])
        func workers(launcher: [String]) throws {
            let cluster = try Cluster.start(Samples.builtIn(2), launcher: launcher)
            #expect(try cluster.status().workers.map(\.process.slice) == [500_000, 500_000])
            #expect(cluster.master.slice ?? 0 > 500_000)
        }

        @Test("relays have slices of half a millisecond of a core, and programs those that they would have", .enabled(if: isLong))
        func relays() throws {
            let cluster = try Cluster.start(Self.program, files: Samples.serverFile)
            let status = try cluster.status()
            #expect(status.relays.map(\.process.slice) == [500_000])
            #expect(status.workers.map { $0.process.slice ?? 0 > 500_000 } == [true])
        }

        @Test("under a system call filter that ends whoever asks nobody asks, and a reload works")
        func killed() throws {
            let cluster = try Cluster.start(Samples.builtIn(2, says: "old"), launcher: Self.under("kill"))
            #expect(try get(port: cluster.port).text == "old")
            #expect(try cluster.reload(Samples.builtIn(2, says: "new")).result == "ok")
            #expect(try get(port: cluster.port).text == "new")
            #expect(try cluster.status().workers.map(\.restarts) == [0, 0])
        }

        @Test("under such a filter relays and programs serve")
        func killedRelays() throws {
            let cluster = try Cluster.start(Self.program, files: Samples.serverFile, launcher: Self.under("kill"))
            for _ in 0..<3 { #expect(try get(port: cluster.port).status == 200) }
            #expect(try cluster.status().relays.map(\.restarts) == [0])
        }
    }
}
