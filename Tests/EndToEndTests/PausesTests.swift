import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite("pauses") struct PausesTests {
        /// The full length only where it is asked for.
        private static let isLong = ProcessInfo.processInfo.environment["CLUSTER_PROXY_LONG_TESTS"] != nil

        @Test("when everything was stopped for a while nobody is blamed for it")
        func everything() throws {
            let time: Duration = Self.isLong ? .seconds(40) : .seconds(4)
            let cluster = try Cluster.start(
                Samples.builtIn(3, "health: { heartbeat_timeout: \(Self.isLong ? 30 : 2)s }"))
            let before = try cluster.status().workers.map(\.pid)
            let load = Load(port: cluster.port, keepAlive: 4, oneShot: 4, rate: 20)
            try load.goOn(8)
            let all = cluster.processes
            for process in all { process.send(SIGSTOP) }
            try eventually("all are stopped") { all.allSatisfy(\.isStopped) }
            pause(time)
            // The master first: what it sees then are workers that have said nothing for long.
            for process in all.sorted(by: { $0 == cluster.master ? $1 != cluster.master : false }) { process.send(SIGCONT) }
            try load.goOn(20)
            let report = try load.stop()
            #expect(report.mishaps.allSatisfy { $0.failure == .late && Self.isLong }, "\(report.mishaps)")
            #expect(try cluster.status().workers.map(\.pid) == before)
            #expect(try cluster.status().workers.map(\.restarts) == [0, 0, 0])
        }

        @Test("with the shortest heartbeat_timeout nobody who lives is killed, though the master looks away for almost as long")
        func shortHeartbeat() throws {
            let cluster = try Cluster.start(Samples.builtIn(2, "health: { heartbeat_timeout: 500ms }"))
            let before = try cluster.status().workers.map(\.pid)
            let master = cluster.master
            for _ in 0..<6 {
                master.send(SIGSTOP)
                // Too short to be noticed as a pause, and long enough for a deadline to pass.
                pause(.milliseconds(470))
                master.send(SIGCONT)
                pause(.milliseconds(120))
            }
            #expect(try cluster.status().workers.map(\.pid) == before)
            #expect(!cluster.log.contains("no sign of life"))
        }

        @Test("when the master alone was stopped the others serve on, and nobody is killed for its silence")
        func masterOnly() throws {
            let cluster = try Cluster.start(Samples.builtIn(2, "health: { heartbeat_timeout: 2s }"))
            let before = try cluster.status().workers.map(\.pid)
            let kept = try Connection(port: cluster.port)
            _ = try kept.get()
            let master = cluster.master
            master.send(SIGSTOP)
            try eventually("the master is stopped") { master.isStopped }
            let waiting = try Connection(port: cluster.port)
            try waiting.ask("/")
            for _ in 0..<8 {
                pause(.milliseconds(400))
                #expect(try kept.get().status == 200)
            }
            master.send(SIGCONT)
            #expect(try waiting.response().status == 200)
            for _ in 0..<4 { #expect(try get(port: cluster.port).status == 200) }
            #expect(try cluster.status().workers.map(\.pid) == before)
        }
    }
}
