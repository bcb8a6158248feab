import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite("rollouts of apps", .enabled(if: Installed.has("node"))) struct AppRolloutTests {
        @Test("a rolling restart, by command and by USR2, loses nothing", arguments: [1, 3])
        func restarts(instances: Int) throws {
            let site = try AppSite(instances)
            let before = try site.instances().map(\.id)
            let report = try site.underLoad {
                #expect(try site.cluster.run("restart", "web").ending == .code(0))
                let between = try site.instances().map(\.id)
                #expect(Set(between).isDisjoint(with: before))
                site.cluster.send(SIGUSR2)
                try eventually("all are others") {
                    let now = try site.instances()
                    return Set(now.map(\.id)).isDisjoint(with: between) && now.allSatisfy { $0.state == "ready" }
                }
            }
            #expect(report.mishaps.isEmpty, "\(report.mishaps)")
            #expect(try site.instances().allSatisfy { $0.restarts == 0 && $0.lastExit?.expected == true })
        }

        @Test("a reload of its environment replaces its instances, new before old, and nobody else")
        func reload() throws {
            let site = try AppSite(2, "environment: { TEXT: before }")
            let workers = try site.cluster.status().workers.map(\.pid)
            let report = try site.underLoad {
                let result = try site.cluster.reload(AppSite.text(2, "environment: { TEXT: after }"))
                #expect(result.result == "ok", "\(result.message)")
                #expect(try get("/text", port: site.port).text == "after")
            }
            #expect(report.mishaps.isEmpty, "\(report.mishaps)")
            #expect(try site.cluster.status().workers.map(\.pid) == workers)
        }

        @Test("each new instance carries the number of the generation it was started for, from the first one on")
        func generations() throws {
            // The second one of the third generation does not come up: the first is rolled back to what the second generation said.
            let program = "if (process.env.TEXT == 'three' && process.env.CLUSTER_SLOT == '1') throw new Error('no'); require('./app.js');"
            func text(_ value: String) -> String {
                AppSite.text(
                    2, workers: 1, "restart: { crash_loop: { failures: 1 } }\nenvironment: { TEXT: \(value) }", command: "[node, half.js]")
            }
            let cluster = try Cluster.start(text("one"), files: ["app.js": Programs.app, "half.js": program])
            func told() throws -> [String?] { try cluster.instances().map { $0.process.environment["CLUSTER_GENERATION"] } }
            #expect(try cluster.reload(text("two")).result == "ok")
            #expect(try told() == ["2", "2"] && cluster.instances().map(\.generation) == [2, 2])
            let before = try cluster.instances().map(\.id)
            #expect(try cluster.reload(text("three")).result == "failed")
            #expect(try told() == ["2", "2"] && cluster.instances().map(\.generation) == [2, 2])
            #expect(try cluster.instances()[0].id != before[0] && cluster.status().master.generation == 3)
        }

        @Test("of two apps only the changed one is replaced")
        func onlyTheChanged() throws {
            func text(_ value: String) -> String {
                AppSite.text(1, "environment: { TEXT: \(value) }").replacing(
                    "apps:\n", with: "apps:\n  api: { command: [node, app.js], instances: 1 }\n")
                    + "\n  - { path: /api, app: api, strip_prefix: true }"
            }
            let cluster = try Cluster.start(text("a"), files: ["app.js": Programs.app])
            let before = try cluster.status().apps
            #expect(try cluster.reload(text("b")).result == "ok")
            let after = try cluster.status().apps
            #expect(after["api"]?.map(\.id) == before["api"]?.map(\.id) && after["web"]?.map(\.id) != before["web"]?.map(\.id))
            #expect(try get("/text", port: cluster.port).text == "b" && get("/api/id", port: cluster.port).status == 200)
        }

        @Test("what is followed in place restarts nothing")
        func inPlace() throws {
            let site = try AppSite(2)
            let before = try site.instances().map(\.id)
            #expect(
                try site.cluster.reload(AppSite.text(2, "balance: round_robin\nstop: { grace: 1s }\nqueue: { length: 5 }")).result == "ok")
            #expect(try site.instances().map(\.id) == before)
            #expect(try get("/", port: site.port).status == 200)
        }

        private static func listens(at host: String) -> String {
            "require('http').createServer((_, response) => response.end('hi')).listen({ port: process.env.PORT, host: \(host) })"
        }

        @Test("a program that listens on all addresses takes over as well", arguments: ["'0.0.0.0'", "'::'", "undefined"])
        func everyAddress(host: String) throws {
            let site = try AppSite(1)
            try site.cluster.folder.write(Self.listens(at: host), to: "every.js")
            #expect(try site.cluster.reload(AppSite.text(1, command: "[node, every.js]")).result == "ok")
            #expect(try get("/", port: site.port).text == "hi")
        }

        @Test(
            "a reload whose new program dies, never listens or listens elsewhere fails, and the old one serves on",
            arguments: [
                ("throw new Error('bad')", "exited with status 1"), ("setInterval(() => {}, 1000)", "not ready within"),
                ("require('http').createServer().listen(0)", "does it read PORT?"),
                (listens(at: "'::1'"), "was given 127.0.0.1 in HOST: does it read HOST?"),
                (listens(at: "'127.0.0.2'"), "was given 127.0.0.1 in HOST: does it read HOST?"),
                (listens(at: "'::', ipv6Only: true"), "was given 127.0.0.1 in HOST: does it read HOST?"),
            ])
        func badProgram(program: String, reason: String) throws {
            let more = "ready: { start_timeout: 1500ms }\nrestart: { crash_loop: { failures: 1 } }"
            let site = try AppSite(2, more)
            let before = try site.instances().map(\.id)
            try site.cluster.folder.write(program, to: "bad.js")
            let report = try site.underLoad {
                let result = try site.cluster.reload(AppSite.text(2, more, command: "[node, bad.js]"))
                #expect(result.result == "failed" && result.message.contains(reason), "\(result.message)")
            }
            #expect(report.mishaps.isEmpty, "\(report.mishaps)")
            #expect(try site.instances().map(\.id) == before)
        }

        @Test("apps come and go with reloads")
        func comeAndGo() throws {
            let cluster = try Cluster.start(Samples.builtIn(1), files: ["app.js": Programs.app])
            #expect(try cluster.reload(AppSite.text(2, workers: 1)).result == "ok")
            #expect(try get("/", port: cluster.port).text.hasPrefix("instance"))
            #expect(try cluster.reload(Samples.builtIn(1)).result == "ok")
            #expect(try get("/", port: cluster.port).text == "ok")
            #expect(try cluster.status().apps.isEmpty)
            try eventually("its processes are gone") { !cluster.processes.contains { $0.arguments.last == "app.js" } }
        }

        @Test("a reload waits for the instances it adds, also for those of a new app")
        func waitsForNewOnes() throws {
            let late = "setTimeout(() => require('./app.js'), 300);"
            let cluster = try Cluster.start(Samples.builtIn(1), files: ["app.js": Programs.app, "late.js": late])
            for count in [2, 3] {
                try cluster.configure(AppSite.text(count, workers: 1, command: "[node, late.js]"))
                #expect(try cluster.run("reload").ending == .code(0))
                #expect(try cluster.instances().map(\.state) == Array(repeating: "ready", count: count))
            }
        }

        @Test("one that cannot start is named with its last words, and what is new and what is old is said")
        func namesWhatFails() throws {
            let half = "if (process.env.CLUSTER_SLOT == '1') throw new Error('no database'); require('./app.js');"
            let cluster = try Cluster.start(
                AppSite.text(1, workers: 1, "restart: { crash_loop: { failures: 1 } }", command: "[node, half.js]"),
                files: ["app.js": Programs.app, "half.js": half])
            let reason = "web: slot 1: exited with status 1: Error: no database"
            let scaled = try cluster.run("scale", "web", "2")
            #expect(scaled.ending == .code(1) && scaled.error.contains(reason), "\(scaled)")
            #expect(try cluster.run("scale", "web", "1").ending == .code(0))
            try cluster.configure(
                AppSite.text(2, workers: 1, "restart: { crash_loop: { failures: 1 } }", command: "[node, half.js]")
                    + "\n  - { path: /new, respond: new }")
            let reply = try cluster.run("reload")
            #expect(reply.ending == .code(1))
            #expect(
                reply.error.contains("failed in part; the new configuration holds but for web, which keeps its old settings: " + reason),
                "\(reply)")
            #expect(try get("/new", port: cluster.port).text == "new" && cluster.instances().map(\.state) == ["ready"])
            #expect(cluster.logLines.count { $0.contains("the reload failed") } == 1)
        }

        /// What it is asked at `/missing` it does not have, and there is no second one. It says what it is asked.
        private static let alone = """
            if (process.env.CLUSTER_SLOT == '1') throw new Error('no second one');
            require('http').createServer((request, response) => {
              console.log('asked', request.url);
              response.statusCode = request.url == '/missing' ? 404 : 200;
              response.end();
            }).listen(process.env.PORT, '127.0.0.1');
            """

        /// Asked for `path`, before it serves and while it does.
        private func alone(_ instances: Int, asked path: String) -> String {
            AppSite.text(
                instances, workers: 1,
                """
                restart: { crash_loop: { failures: 2 }, backoff: { initial: 10ms } }
                ready: { probe: http, path: \(path) }
                health: { probe: http, path: \(path), interval: 200ms }
                """, command: "[node, alone.js]")
        }

        @Test("an app that keeps its old settings is asked as they say, while it serves and when it starts again")
        func keepsProbes() throws {
            let cluster = try Cluster.start(alone(1, asked: "/"), files: ["alone.js": Self.alone])
            let old = try #require(cluster.instances().first)
            #expect(try cluster.reload(alone(2, asked: "/missing")).result == "failed")
            func asked() -> Int { cluster.logLines.count { $0.hasSuffix("asked /") } }
            let before = asked()
            try eventually("its health is looked at as before") { asked() > before }
            old.process.send(SIGKILL)
            try eventually("it serves again") {
                guard let now = try cluster.instances().first else { return false }
                return now.state == "ready" && now.id != old.id
            }
        }

        @Test("one that does not serve yet is asked as a reload says")
        func asksAnew() throws {
            func text(_ path: String) -> String {
                AppSite.text(1, workers: 1, "ready: { probe: http, path: \(path) }", command: "[node, alone.js]")
            }
            let cluster = try Cluster.start(text("/"), files: ["alone.js": Self.alone])
            #expect(try cluster.reload(text("/missing")).result == "ok")
            try #require(cluster.instances().first).process.send(SIGKILL)
            let starting = try eventually("the next one starts") {
                try cluster.instances().first { $0.state == "starting" && $0.restarts == 1 }
            }
            #expect(try cluster.reload(text("/")).result == "ok")
            try eventually("it serves") { try cluster.instances().first?.state == "ready" }
            #expect(try cluster.instances().first?.id == starting.id)
        }

        /// There is no second one, ever.
        private static let deaf = "if (process.env.CLUSTER_SLOT == '1') setInterval(() => {}, 1000); else require('./app.js');"

        @Test("an added instance that never serves does not hold up the file that mends it")
        func mendedWhileAdding() throws {
            let cluster = try Cluster.start(
                AppSite.text(1, workers: 1, command: "[node, deaf.js]"), files: ["app.js": Programs.app, "deaf.js": Self.deaf])
            let before = try cluster.instances().map(\.id)
            try cluster.configure(AppSite.text(2, workers: 1, command: "[node, deaf.js]"))
            cluster.send(SIGHUP)
            try eventually("the second one starts") { try cluster.instances().map(\.state) == ["ready", "starting"] }
            try cluster.configure(AppSite.text(1, workers: 1, command: "[node, deaf.js]"))
            #expect(try cluster.run("reload", within: .seconds(10)).ending == .code(0))
            #expect(try cluster.instances().map(\.id) == before)
        }

        @Test("at a stop all are answered who wait for a reload, for the one that runs and for the one after it")
        func stopAnswersReloads() throws {
            let cluster = try Cluster.start(
                AppSite.text(1, workers: 1, command: "[node, deaf.js]"), files: ["app.js": Programs.app, "deaf.js": Self.deaf])
            try cluster.configure(AppSite.text(2, workers: 1, command: "[node, deaf.js]"))
            let first = try cluster.begin("reload")
            try eventually("it runs") { try cluster.instances().map(\.state) == ["ready", "starting"] }
            let second = try cluster.begin("reload")
            // Nobody but the master knows when it has heard of it.
            pause(.milliseconds(300))
            cluster.send(SIGTERM)
            for asker in [first, second] {
                #expect(try asker.wait() == .code(1))
                #expect(asker.standardError.contains("the cluster is stopping"), "\(asker.standardError)")
            }
        }

        @Test("a restart that is asked for while a reload runs follows it")
        func restartDuringReload() throws {
            let late = "setTimeout(() => require('./app.js'), 300);"
            func text(_ value: String) -> String {
                AppSite.text(1, workers: 1, "environment: { TEXT: \(value) }", command: "[node, late.js]")
            }
            let cluster = try Cluster.start(text("one"), files: ["app.js": Programs.app, "late.js": late])
            let before = try #require(cluster.instances().first?.id)
            try cluster.configure(text("two"))
            cluster.send(SIGHUP)
            try eventually("the reload runs") { try cluster.status().master.lastReload.result == "running" }
            #expect(try cluster.run("restart", "web").ending == .code(0))
            #expect(try cluster.instances().first?.id ?? 0 >= before + 2)
            #expect(try get("/text", port: cluster.port).text == "two")
        }

        @Test("scaled up and down under load: nothing is lost")
        func scales() throws {
            let site = try AppSite(1)
            let report = try site.underLoad {
                #expect(try site.cluster.run("scale", "web", "4").ending == .code(0))
                #expect(try site.instances().map(\.state) == ["ready", "ready", "ready", "ready"])
                #expect(try site.cluster.run("scale", "web", "1").ending == .code(0))
                try eventually("one is left") { try site.instances().map(\.state) == ["ready"] }
            }
            #expect(report.mishaps.isEmpty, "\(report.mishaps)")
        }

        @Test(
            "instances are recycled by requests, by lifetime and by memory, one at a time, and nothing is lost",
            arguments: ["max_requests: 50", "max_lifetime: 1s", "max_memory: 120MiB"])
        func recycled(by limit: String) throws {
            let site = try AppSite(2, "recycle: { \(limit) }")
            let before = Set(try site.instances().map(\.id))
            let isMemory = limit.hasPrefix("max_memory")
            let report = try site.underLoad {
                try eventually(within: .seconds(30), "both are others") {
                    if isMemory { _ = try get("/hoard?bytes=10000000", port: site.port) }
                    return try before.isDisjoint(with: site.instances().map(\.id))
                }
            }
            #expect(report.mishaps.isEmpty, "\(report.mishaps)")
            #expect(try site.instances().allSatisfy { $0.restarts == 0 })
            try site.cluster.waitForLog("recycled: ")
        }

        @Test("any number of rolling restarts leaves no descriptor, no memory, no process and no port behind")
        func manyRestarts() throws {
            let site = try AppSite(2, "private_ports: 20000-20003")
            func restart(_ count: Int) throws {
                for _ in 0..<count { #expect(try site.cluster.run("restart", "web").ending == .code(0)) }
            }
            try restart(5)
            let workers = try site.cluster.status().workers.map(\.process)
            func descriptors() -> [Int] { ([site.cluster.master] + workers).map(\.openFiles) }
            let before = (descriptors(), site.cluster.processes.count, site.cluster.master.residentBytes)
            try restart(Installed.isLong ? 150 : 15)
            try eventually("nothing is left open") { descriptors() == before.0 && site.cluster.processes.count == before.1 }
            #expect(site.cluster.master.residentBytes < before.2 + (Installed.isLong ? 16 : 4) << 20)
            #expect(try get("/", port: site.port).status == 200)
        }

        @Test("slow requests finish while their instance is replaced")
        func slowRequests() throws {
            let site = try AppSite(1)
            let old = try #require(site.instances().first)
            let client = try Connection(port: site.port)
            try client.ask("/slow?ms=1500")
            try eventually("it is under way") { try site.instances().first?.requestsActive == 1 }
            let restart = try site.cluster.run("restart", "web")
            #expect(restart.ending == .code(0), "\(restart.error)")
            #expect(try client.response().text == "slow \(old.id)")
        }

        @Test("with an upgraded_grace that is the shorter one, an instance that has nothing else is signalled when that is over")
        func shortTunnels() throws {
            let more = "stop: { grace: 20s, upgraded_grace: 500ms }\nenvironment: { TEXT: <text> }"
            let site = try AppSite(1, more)
            let client = try Connection(port: site.port)
            try client.ask("/", headers: ["Connection: Upgrade", "Upgrade: echo"])
            #expect(try client.head().status == 101)
            let old = try #require(site.instances().first)
            try site.cluster.configure(AppSite.text(1, more.replacing("<text>", with: "other")))
            #expect(try site.cluster.run("reload", within: .seconds(8)).ending == .code(0))
            #expect(!old.process.isAlive)
        }

        @Test("connections that have switched protocols live until upgraded_grace of their instance, and are counted")
        func tunnels() throws {
            let more = "stop: { grace: 1s, upgraded_grace: 3s }\nenvironment: { TEXT: <text> }"
            let site = try AppSite(1, more)
            let count = Installed.isLong ? 200 : 20
            let clients = try (0..<count).map { _ in try Connection(port: site.port) }
            for client in clients {
                try client.ask("/", headers: ["Connection: Upgrade", "Upgrade: echo"])
                #expect(try client.head().status == 101)
            }
            #expect(try site.instances().first?.requestsActive == count)
            let old = try #require(site.instances().first)
            let clock = ContinuousClock()
            let start = clock.now
            try site.cluster.configure(AppSite.text(1, more.replacing("<text>", with: "other")))
            site.cluster.send(SIGHUP)
            try eventually("the new one serves") { try site.instances().first?.id != old.id }
            for client in clients {
                try client.send("hello")
                #expect(try client.read(5) == Array("hello".utf8))
            }
            for client in clients { #expect(client.isClosed(within: .seconds(10))) }
            #expect(clock.now - start >= .milliseconds(2900))
            try eventually("the old one is gone") { !old.process.isAlive }
        }
    }
}
