import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    /// Files that take the master a while to read; it does so on a second thread.
    @Suite("large files") struct LargeFilesTests {
        private static let text = """
            port: <port>
            workers: 2
            routes:
              - { path: /, respond: new }

            """ + routes
        private static let routes = (0..<20_000).map { "  - { path: /r\($0), respond: \"\($0)\" }\n" }.joined()

        /// Begins to read and does something meanwhile, as often as it takes until that is done before the file has been read.
        private func meanwhile(_ cluster: Cluster, begin: () throws -> Void, _ act: () throws -> Void, end: () throws -> Void) throws {
            for _ in 1...10 {
                try begin()
                try eventually("the file is being read") { cluster.master.threads == 2 }
                try act()
                let isInTime = cluster.master.threads == 2
                try end()
                if isInTime { return }
            }
            throw Failure("the file had always been read before anybody was answered")
        }

        /// A reload of this text has begun.
        private func beginReading(_ text: String, by cluster: Cluster) throws {
            try cluster.configure(text)
            cluster.send(SIGHUP)
            try eventually("the file is being read") { cluster.master.threads == 2 }
        }

        @Test("who connects while the file is read is accepted and answered, and so are commands")
        func acceptsMeanwhile() throws {
            let cluster = try Cluster.start(Samples.builtIn(2, says: "old"))
            var answers = ("", "")
            try meanwhile(cluster) {
                try cluster.reload(Samples.builtIn(2, says: "old"))
                try cluster.configure(Self.text)
                cluster.send(SIGHUP)
            } _: {
                answers = try (get(port: cluster.port).text, cluster.status().master.lastReload.result)
            } end: {
                try eventually(within: .seconds(60), "it holds") { try cluster.status().master.lastReload.result == "ok" }
            }
            #expect(answers == ("old", "running"))
            #expect(try get("/r19999", port: cluster.port).text == "19999")
            try eventually("the thread is gone") { cluster.master.threads == 1 }
        }

        @Test("who connects while a plan is made is accepted and answered")
        func acceptsDuringPlan() throws {
            let cluster = try Cluster.start(Samples.builtIn(2, says: "old"))
            try cluster.configure(Self.text)
            var plans: [Command] = []
            try meanwhile(cluster) {
                try plans.append(cluster.begin("plan"))
            } _: {
                let answer = try get(port: cluster.port).text
                #expect(answer == "old")
            } end: {
                for plan in plans { _ = try plan.wait(within: .seconds(60)) }
            }
            #expect(plans.allSatisfy { $0.poll() == .code(1) && $0.standardOutput.contains("+ route /r19999") })
        }

        @Test("a stop while the file is read does not wait for it, and whoever asked for the reload hears of it")
        func stopMeanwhile() throws {
            let cluster = try Cluster.start(Samples.builtIn(2, says: "old"))
            try cluster.configure(Self.text)
            let asker = try cluster.begin("reload")
            try eventually("the file is being read") { cluster.master.threads == 2 }
            cluster.send(SIGTERM)
            #expect(try asker.wait() == .code(1))
            #expect(asker.standardError.contains("the cluster is stopping"), "\(asker.standardError)")
            #expect(try cluster.command.wait() == .code(0))
        }

        @Test("another reload that is asked for while the file is read sees what was written by then")
        func anotherMeanwhile() throws {
            let cluster = try Cluster.start(Samples.builtIn(2, says: "old"))
            try beginReading(Self.text, by: cluster)
            try cluster.configure(Samples.builtIn(2, says: "newest"))
            cluster.send(SIGHUP)
            try eventually(within: .seconds(60), "the newest holds") {
                try cluster.status().master.lastReload.result == "ok" && get(port: cluster.port).text == "newest"
            }
        }

        @Test("nor is it held up by what that file has run before the first instance", .enabled(if: Installed.has("node")))
        func anotherBeforeItsStart() throws {
            let text = { (version: Int, command: String) in
                AppSite.text(1, "before_start: '\(command)'\nenvironment: { TEXT: 'v\(version)' }")
            }
            let cluster = try Cluster.start(text(1, "true"), files: ["app.js": Programs.app])
            try beginReading(text(2, "sleep 600") + "\n" + Self.routes, by: cluster)
            try cluster.configure(text(3, "true"))
            cluster.send(SIGHUP)
            try eventually(within: .seconds(60), "the newest holds") {
                try cluster.status().master.lastReload.result == "ok" && get("/text", port: cluster.port).text == "v3"
            }
        }

        @Test(
            "who connects while a second reload is weighed against a first that waits is accepted and answered",
            .enabled(if: Installed.has("node")))
        func weighsMeanwhile() throws {
            let cluster = try Cluster.start(AppSite.text(1, "environment: { TEXT: 'v1' }"), files: ["app.js": Programs.app])
            let waits = "before_start: [sh, -c, 'until [ -e <folder>/go ]; do sleep 0.05; done']\nenvironment: { TEXT: 'v2' }"
            try cluster.configure(AppSite.text(1, waits) + "\n" + Self.routes)
            cluster.send(SIGHUP)
            try cluster.waitForLog("web before_start runs")
            try eventually("the file has been read") { cluster.master.threads == 1 }
            try meanwhile(cluster) {
                cluster.send(SIGHUP)
            } _: {
                let answer = try get("/text", port: cluster.port).text
                #expect(answer == "v1")
            } end: {
                try eventually(within: .seconds(60), "the file has been read again") { cluster.master.threads == 1 }
            }
            try cluster.folder.write("", to: "go")
            try eventually(within: .seconds(60), "it holds") { try get("/text", port: cluster.port).text == "v2" }
        }

        @Test("a number of workers that is asked for while the file is read is newer than the file's")
        func scaleMeanwhile() throws {
            let cluster = try Cluster.start(Samples.builtIn(1, says: "old"))
            try beginReading(Self.text, by: cluster)
            #expect(try cluster.run("scale", "workers", "3").ending == .code(0))
            try eventually(within: .seconds(60), "it holds") { try cluster.status().master.lastReload.result == "ok" }
            #expect(try get("/r19999", port: cluster.port).text == "19999")
            try cluster.waitUntilReady(workers: 3)
        }
    }
}
