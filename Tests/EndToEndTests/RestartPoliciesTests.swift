import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite("restart policies") struct RestartPoliciesTests {
        /// One `command` that notes each of its starts, and does as its exit file says; without one it serves.
        private static let noting = "\"date +%s%N >> starts; [ -e status ] || exec node server.js; sleep 0.05; exit $(cat status)\""

        /// It has served, and fails from now on.
        private func failing(_ restart: String) throws -> Cluster {
            let cluster = try Cluster.start(Samples.command(Self.noting, restart), files: Samples.serverFile)
            try cluster.folder.write("1", to: "status")
            try cluster.worker(0).process.send(SIGKILL)
            return cluster
        }

        private func starts(_ cluster: Cluster) -> [Duration] {
            cluster.folder.text(of: "starts").split(separator: "\n").compactMap { Int64($0) }.map { .nanoseconds($0) }
        }

        @Test("always: a clean end is followed by a new start")
        func alwaysRestarts() throws {
            let cluster = try Cluster.start(
                Samples.command(
                    Self.noting,
                    "restart: { policy: always, backoff: { initial: 10ms, max: 20ms }, crash_loop: { failures: 1000 } }"),
                files: ["status": "0"], isReady: false)
            try eventually("it was started four times") { starts(cluster).count >= 4 }
            let worker = try cluster.worker(0)
            #expect(worker.restarts >= 2)
            #expect(worker.lastExit?.code == 0)
        }

        @Test("on-failure: a failure is followed by a new start, a clean end is not, and the cluster ends with 0")
        func onFailure() throws {
            let cluster = try Cluster.start(
                Samples.command(
                    Self.noting,
                    "restart: { policy: on-failure, backoff: { initial: 10ms, max: 20ms }, crash_loop: { failures: 1000 } }"),
                files: ["status": "3"], isReady: false)
            try eventually("it was started twice") { starts(cluster).count >= 2 }
            try cluster.folder.write("0", to: "status")
            #expect(try cluster.command.wait() == .code(0))
        }

        @Test("on-failure: what counts as success is configured")
        func successCodes() throws {
            let cluster = try Cluster.start(
                Samples.command(Self.noting, "restart: { policy: on_failure, success_codes: [0, 3] }"),
                files: ["status": "3"], isReady: false)
            #expect(try cluster.command.wait() == .code(0))
            #expect(starts(cluster).count == 1)
        }

        @Test("a fatal code is never followed by a start, and the cluster ends with 1")
        func fatalCodes() throws {
            let cluster = try Cluster.start(
                Samples.command(Self.noting, "restart: { fatal_codes: [78] }"), files: ["status": "78"], isReady: false)
            #expect(try cluster.command.wait() == .code(1))
            #expect(starts(cluster).count == 1)
        }

        @Test("never: one slot that has ended stays so while the other serves")
        func never() throws {
            let cluster = try Cluster.start(
                Samples.command("[node, server.js]", count: 2, "restart: never"), files: Samples.serverFile)
            let worker = try cluster.worker(0)
            worker.process.send(SIGKILL)
            try eventually("the slot rests") { try cluster.worker(0).state == "exited" }
            for _ in 0..<3 { #expect(try get(port: cluster.port).text == "worker 1\n") }
            try cluster.worker(1).process.send(SIGKILL)
            #expect(try cluster.command.wait() == .code(1))
        }

        @Test("the delay between failing starts grows, up to the most there may be")
        func backoffGrows() throws {
            let restart = "restart: { backoff: { initial: 100ms, factor: 3, max: 900ms, jitter: 0 }, crash_loop: { failures: 100 } }"
            let cluster = try Cluster.start(
                Samples.command("\"date +%s%N >> starts; exit 1\"", restart), isReady: false)
            try eventually(within: .seconds(20), "it was started six times") { starts(cluster).count >= 6 }
            let times = starts(cluster)
            let gaps = zip(times.dropFirst(), times).map { $0 - $1 }
            // The first at once; then 100, 300, 900, 900: never earlier, and never much later.
            #expect(gaps[0] < .seconds(1))
            for (gap, least) in zip(gaps.dropFirst(), [100, 300, 900, 900]) { #expect(gap >= .milliseconds(least - 20), "\(gaps)") }
        }

        @Test("after enough time of service the delay begins anew")
        func backoffResets() throws {
            let restart = "restart: { backoff: { initial: 5s, max: 5s, reset_after: 300ms } }"
            let cluster = try Cluster.start(Samples.command("[node, server.js]", restart), files: Samples.serverFile)
            // Were they remembered, the second would be five seconds late.
            for _ in 0..<3 {
                let worker = try cluster.worker(0)
                // It counts from its readiness on, which may have taken long.
                try eventually("it has served long enough") { try cluster.worker(0).uptimeSeconds > worker.uptimeSeconds + 0.4 }
                worker.process.send(SIGKILL)
                try cluster.waitForReplacement(of: worker, within: .seconds(4))
            }
        }

        @Test("a crash loop goes on at the longest delay, shows, and is told of once")
        func crashLoop() throws {
            let restart = "restart: { backoff: { initial: 1ms, max: 20ms }, crash_loop: { failures: 3 } }"
            let cluster = try failing(restart)
            try eventually("it is a crash loop") { try cluster.worker(0).state == "crash_loop" }
            let count = starts(cluster).count
            try eventually("it is tried on") { starts(cluster).count >= count + 3 }
            #expect(cluster.logLines.count { $0.contains("crash loop: ") } == 1)
        }

        @Test("a crash loop that is to stop is given up until a restart is asked for")
        func crashLoopStops() throws {
            let restart = "restart: { backoff: { initial: 1ms, max: 5ms }, crash_loop: { failures: 3, action: stop } }"
            let cluster = try failing(restart)
            try cluster.waitForLog("given up")
            let count = starts(cluster).count
            try always(for: .milliseconds(300), "it is not tried again") { starts(cluster).count == count }
            #expect(try cluster.worker(0).state == "crash_loop")
            try cluster.folder.write("0", to: "status")
            _ = try cluster.run("restart")
            try eventually("it is started again") { starts(cluster).count > count }
        }

        @Test(
            "when every worker is given up, whoever connects is turned away at once, until a restart", arguments: ["round_robin", "kernel"])
        func nobodyLeft(scheduling: String) throws {
            let text = Samples.builtIn(2, "restart: { crash_loop: { failures: 1, action: stop } }")
            let cluster = try Cluster.start(
                text.replacing("workers: 2", with: "workers: { count: 2, scheduling: \(scheduling) }"))
            let doors = try cluster.status().workers.compactMap(\.privatePort)
            for worker in try cluster.status().workers { worker.process.send(SIGKILL) }
            try cluster.waitForLog("no worker is left")
            for door in doors { #expect((try? Connection(port: door)) == nil) }
            for _ in 0..<3 {
                let client = try Connection(port: cluster.port)
                try client.ask("/")
                #expect(client.isClosed(within: .seconds(2)))
            }
            #expect(cluster.logLines.count { $0.contains("no worker is left") } == 1)
            #expect(try cluster.status().workers.map(\.state) == ["crash_loop", "crash_loop"])
            #expect(try cluster.run("restart").ending == .code(0))
            #expect(try get(port: cluster.port).status == 200)
        }

        @Test("a crash loop that is to end everything does, with 1")
        func crashLoopExits() throws {
            let restart = "restart: { backoff: { initial: 1ms, max: 5ms }, crash_loop: { failures: 3, action: exit } }"
            let cluster = try failing(restart)
            #expect(try cluster.command.wait() == .code(1))
            #expect(starts(cluster).count == 3)
        }

        @Test("one slot in a crash loop does not keep the others from serving, and the log does not fill")
        func othersServe() throws {
            let command = "\"if [ $CLUSTER_SLOT = 1 ] && [ -e broken ]; then exit 1; fi; exec node server.js\""
            let cluster = try Cluster.start(Samples.command(command, count: 2), files: Samples.serverFile)
            try cluster.folder.write("", to: "broken")
            try cluster.worker(1).process.send(SIGKILL)
            try eventually("it is a crash loop") { try cluster.worker(1).state == "crash_loop" }
            for _ in 0..<4 { #expect(try get(port: cluster.port).text == "worker 0\n") }
            try FileManager.default.removeItem(atPath: cluster.folder["broken"])
            #expect(try cluster.run("reload").ending == .code(0))
            try cluster.waitUntilReady(workers: 2)
        }
    }
}
