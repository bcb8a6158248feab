import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite("before the first instance", .enabled(if: Installed.has("node"))) struct BeforeStartTests {
        private func text(_ version: Int, _ command: String = "echo ran $TEXT >> <folder>/runs", instances: Int = 2) -> String {
            AppSite.text(
                instances, "before_start: '\(command)'\nenvironment: { TEXT: 'v\(version)' }\nrestart: { backoff: { initial: 10ms } }")
        }

        private func runs(_ cluster: Cluster) -> [String] {
            ((try? String(contentsOfFile: cluster.folder["runs"], encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
        }

        @Test("it runs once before the first instance of each program, and not when one is restarted")
        func once() throws {
            let cluster = try Cluster.start(text(1), files: ["app.js": Programs.app])
            #expect(runs(cluster) == ["ran v1"])
            let victim = try #require(cluster.instances().first)
            victim.process.send(SIGKILL)
            try eventually("it is replaced") {
                try cluster.instances().allSatisfy { $0.state == "ready" } && cluster.instances().first?.id != victim.id
            }
            #expect(try cluster.run("restart", "web").ending == .code(0))
            #expect(runs(cluster) == ["ran v1"])
            #expect(try cluster.reload(text(2)).result == "ok")
            #expect(runs(cluster) == ["ran v1", "ran v2"])
            #expect(try get("/text", port: cluster.port).text == "v2")
        }

        @Test("no instance starts before it has succeeded")
        func first() throws {
            let cluster = try Cluster.start(text(1, "sleep 1; touch <folder>/done"), files: ["app.js": Programs.app], isReady: false)
            try cluster.waitForLog("web before_start runs")
            #expect(!FileManager.default.fileExists(atPath: cluster.folder["done"]))
            try cluster.waitUntilReady()
            #expect(FileManager.default.fileExists(atPath: cluster.folder["done"]))
        }

        @Test("when it fails at the first boot nothing starts: its last line, and status 3")
        func failsFirst() throws {
            let cluster = try Cluster.start(text(1, "echo no such table >&2; exit 7"), files: ["app.js": Programs.app], isReady: false)
            #expect(try cluster.command.wait(within: .seconds(15)) == .code(3))
            #expect(cluster.log.contains("web before_start has failed: exited with status 7: no such table"))
            #expect(!cluster.log.contains("could not be executed"))
            let end = "web 0 before_start: exited with status 7: no such table\nits last lines:\n  | no such table\n"
            #expect(cluster.log.hasSuffix(end), "\(cluster.log)")
        }

        @Test("its record has its exit and its last lines, and it has no variable of one process")
        func record() throws {
            func text(_ command: String) -> String {
                AppSite.text(1, "before_start: '\(command)'\nenvironment: { PLACE: '{{slot}}' }")
            }
            let cluster = try Cluster.start(text("true"), files: ["app.js": Programs.app])
            #expect(try cluster.reload(text("echo one >&2; echo \"two [$PLACE]\" >&2; sleep 0.2; exit 7")).result == "failed")
            let exit = try #require(cluster.instances().first?.lastExit)
            #expect(exit.code == 7 && exit.reason == "before_start: exited with status 7: two []", "\(exit)")
            #expect(exit.stderr == ["one", "two []"] && exit.uptimeSeconds >= 0.2 && exit.memoryBytes ?? 0 > 0, "\(exit)")
            let crashes = try cluster.run("crashes").output
            #expect(crashes.contains("status 7, after ") && crashes.contains("stderr | one\n  stderr | two []\n"), "\(crashes)")
        }

        @Test("when it fails in a reload that fails, and what ran serves on")
        func failsInReload() throws {
            let cluster = try Cluster.start(text(1), files: ["app.js": Programs.app])
            let before = try cluster.instances().map(\.id)
            let reload = try cluster.reload(text(2, "echo locked >&2; exit 1"))
            #expect(reload.result == "failed" && reload.message.contains("exited with status 1: locked"), "\(reload.message)")
            #expect(try cluster.instances().map(\.id) == before)
            #expect(try get("/text", port: cluster.port).text == "v1")
        }

        @Test("those of many apps may end in the same moment")
        func many() throws {
            let apps = (0..<6).map { "  a\($0): { command: [node, app.js], instances: 1, before_start: [sleep, '0.5'] }\n" }.joined()
            let routes = (0..<6).map { "  - { path: /\($0), app: a\($0) }\n" }.joined()
            let cluster = try Cluster.start("port: <port>\nworkers: 1\napps:\n\(apps)routes:\n\(routes)", files: ["app.js": Programs.app])
            for number in 0..<6 { #expect(try get("/\(number)", port: cluster.port).status == 200) }
            #expect(try cluster.stop() == .code(0))
        }

        @Test("one that hangs in a reload is given up for a newer reload, and is gone before the next one begins")
        func hangs() throws {
            let cluster = try Cluster.start(text(1), files: ["app.js": Programs.app])
            try cluster.configure(
                text(2, "echo begins >> <folder>/runs; trap \"sleep 1; echo ends >> <folder>/runs; exit 1\" TERM; sleep 100 & wait"))
            cluster.send(SIGHUP)
            try eventually("it runs") { runs(cluster).last == "begins" }
            #expect(try cluster.reload(text(3)).result == "ok")
            #expect(runs(cluster) == ["ran v1", "begins", "ends", "ran v3"])
            #expect(try get("/text", port: cluster.port).text == "v3")
        }

        @Test("one that hangs at the first boot is mended by a reload")
        func hangsFirst() throws {
            let cluster = try Cluster.start(text(1, "exec sleep 1000"), files: ["app.js": Programs.app], isReady: false)
            try cluster.waitForLog("web before_start runs")
            try cluster.configure(text(2))
            cluster.send(SIGHUP)
            try cluster.waitUntilReady()
            try eventually("the new one serves") { try get("/text", port: cluster.port).text == "v2" }
            #expect(runs(cluster) == ["ran v2"])
            #expect(try cluster.instances().allSatisfy { $0.lastExit == nil || $0.lastExit?.expected == true })
        }

        @Test("the same reload asked for twice runs it once, and a stop in the middle starts nothing")
        func twice() throws {
            let cluster = try Cluster.start(text(1), files: ["app.js": Programs.app])
            try cluster.configure(text(2, "echo begins >> <folder>/runs; sleep 2; echo ends >> <folder>/runs"))
            cluster.send(SIGHUP)
            try eventually("it runs") { runs(cluster).last == "begins" }
            cluster.send(SIGHUP)
            try eventually("it is done") { try get("/text", port: cluster.port).text == "v2" }
            #expect(runs(cluster) == ["ran v1", "begins", "ends"])
            try cluster.configure(text(3, "echo third >> <folder>/runs; trap \"exit 0\" TERM; sleep 100 & wait"))
            cluster.send(SIGHUP)
            try eventually("it runs") { runs(cluster).last == "third" }
            #expect(try cluster.stop() == .code(0))
            #expect(cluster.log.contains("web before_start was ended"))
            #expect(!cluster.log.contains("it is not wanted any more"))
            #expect(cluster.logLines.count { $0.contains("web 0 is ready") } == 2)
        }

        @Test("a second stop ends one that is deaf at once")
        func deaf() throws {
            let cluster = try Cluster.start(
                text(1, "trap \"\" TERM; echo is deaf; while true; do sleep 1; done"), files: ["app.js": Programs.app], isReady: false)
            try cluster.waitForLog("is deaf")
            cluster.send(SIGTERM)
            try cluster.waitForLog("stopping")
            // Another one than the first is no echo of it.
            cluster.send(SIGINT)
            #expect(try cluster.command.wait(within: .seconds(8)) == .code(128 + Int(SIGINT)))
        }

        @Test("one that cannot be run says why")
        func cannotRun() throws {
            let cluster = try Cluster.start(
                AppSite.text(1, "before_start: [/no/such/migration]"), files: ["app.js": Programs.app], isReady: false)
            #expect(try cluster.command.wait(within: .seconds(15)) == .code(3))
            #expect(cluster.log.contains("exec: ENOENT"), "\(cluster.log)")
        }

        @Test("a stop ends it")
        func stops() throws {
            let cluster = try Cluster.start(text(1, "sleep 100"), files: ["app.js": Programs.app], isReady: false)
            try cluster.waitForLog("web before_start runs")
            #expect(try cluster.stop() == .code(0))
            try cluster.waitUntilGone()
        }
    }
}
