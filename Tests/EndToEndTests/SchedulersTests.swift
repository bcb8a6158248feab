import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// What is asked of the kernel's scheduler, sched(7).
    @Suite("the kernel's scheduler") struct SchedulersTests {
        /// What a process gets of a core at a time, in nanoseconds; nil where the kernel does not show it.
        private static func slice(of process: ProcessView) -> Int? {
            let line = process.file("sched").split(separator: "\n").first { $0.hasPrefix("se.slice") }
            return line?.split(separator: " ").last.flatMap { Int($0) }
        }
        /// Linux 6.12 and later, on more than one core.
        private static let isLong = slice(of: ProcessView(Int(ProcessInfo.processInfo.processIdentifier))) ?? 0 > 500_000

        private static let program = Samples.command("[node, server.js]", "relays: 1")

        private static func under(_ action: String) -> [String] { [Programs.python, Installed.script("filtered.py"), action] }

        @Test(
            "workers take turns of half a millisecond on a core, also under a system call filter that allows it", .enabled(if: isLong),
            arguments: [[], under("allow")])
        func workers(launcher: [String]) throws {
            let cluster = try Cluster.start(Samples.builtIn(2), launcher: launcher)
            #expect(try cluster.status().workers.map { Self.slice(of: $0.process) } == [500_000, 500_000])
            #expect(Self.slice(of: cluster.master) ?? 0 > 500_000)
        }

        @Test("relays take turns of half a millisecond on a core, and programs those that they would have", .enabled(if: isLong))
        func relays() throws {
            let cluster = try Cluster.start(Self.program, files: Samples.serverFile)
            let status = try cluster.status()
            #expect(status.relays.map { Self.slice(of: $0.process) } == [500_000])
            #expect(status.workers.map { Self.slice(of: $0.process) ?? 0 > 500_000 } == [true])
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
