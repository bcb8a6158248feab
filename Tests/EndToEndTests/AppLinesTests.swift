import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    /// Requests that wait while instances, routes and settings come and go.
    @Suite("lines of apps", .enabled(if: Installed.has("node"))) struct AppLinesTests {
        @Test("a request that was called and found its instance gone keeps its place, and is answered")
        func refusedWhileCalled() throws {
            let site = try AppSite(2, workers: 1, "bind: unix\nmax_requests_each: 1\nqueue: { timeout: 10s }\nretry: { budget: 100% }")
            let clients = try (0..<8).map { _ in try Connection(port: site.port) }
            for client in clients { try client.ask("/slow?ms=300") }
            try eventually("two are under way") { try site.instances().compactMap(\.requestsActive).reduce(0, +) == 2 }
            try #require(site.instances().first).process.send(SIGKILL)
            #expect(statuses(of: clients[...], within: .seconds(20)) == ["200": 8])
        }

        @Test("who waits for an instance that it has not been to keeps nobody waiting who could go to another one")
        func passedOver() throws {
            // The first instance has no time for /picky; the second one dies of it once, and takes its time to come back.
            let program = """
                const fs = require('fs'), { PORT, CLUSTER_SLOT } = process.env, isBack = fs.existsSync('died');
                const server = require('http').createServer((request, response) => {
                  if (request.url === '/slow') return setTimeout(() => response.end('slow'), 500);
                  if (request.url !== '/picky' || isBack) return response.end('at once');
                  if (CLUSTER_SLOT === '0') return response.writeHead(503).end();
                  fs.writeFileSync('died', '');
                  process.kill(process.pid, 'SIGKILL');
                });
                setTimeout(() => server.listen(Number(PORT), '127.0.0.1'), isBack ? 4000 : 0);
                """
            let text = AppSite.text(2, workers: 1, "max_requests_each: 1\nqueue: { timeout: 20s }", command: "[node, picky.js]")
            let cluster = try Cluster.start(text, files: ["picky.js": program])
            try eventually("both serve") { try cluster.instances().filter { $0.state == "ready" }.count == 2 }
            let picky = try Connection(port: cluster.port)
            try picky.ask("/picky")
            try eventually("one is left") { try cluster.instances().filter { $0.state == "ready" }.map(\.slot) == [0] }
            let (slow, other) = (try Connection(port: cluster.port), try Connection(port: cluster.port))
            try slow.ask("/slow")
            try eventually("it is full") { try cluster.instances().first?.requestsActive == 1 }
            try other.ask("/")
            #expect(try slow.response().status == 200)
            #expect(try other.response().text == "at once")
            #expect(try cluster.instances().filter { $0.state == "ready" }.map(\.slot) == [0])
            #expect(try picky.response().text == "at once")
        }

        @Test("requests wait in the line while the backlog of an instance is full, and no worker keeps others awake")
        func fullBacklog() throws {
            let more = "bind: unix\nmax_requests_each: 50\nqueue: { timeout: 20s }"
            let text = AppSite.text(1, more, command: "[\(Programs.python), full.py, 1]")
            let cluster = try Cluster.start(text, files: ["full.py": FullBacklog.program])
            let clients = try (0..<20).map { _ in try Connection(port: cluster.port) }
            for client in clients { try client.ask("/") }
            let workers = try cluster.status().workers.map(\.process)
            let before = workers.map(\.processorTime)
            try always(for: .seconds(1), "they wait") { clients.allSatisfy { !$0.hasAnswer(within: .zero) } }
            for (worker, before) in zip(workers, before) { #expect(worker.processorTime - before < .milliseconds(300)) }
            try #require(cluster.instances().first).process.send(SIGUSR1)
            #expect(statuses(of: clients[...], within: .seconds(20)) == ["200": 20])
            #expect(try #require(cluster.instances().first).restarts == 0)
        }

        @Test("a request that began under an earlier configuration finds the instances of today")
        func earlierConfiguration() throws {
            let more = "stop: { grace: 1s }\nretry: { budget: 100% }"
            let site = try AppSite(1, workers: 1, more)
            let slow = try Connection(port: site.port)
            try slow.ask("/slow?ms=4000")
            try eventually("it is under way") { try site.instances().first?.requestsActive == 1 }
            // Another line, the same instance; and then it is ended in the middle of the request.
            #expect(try site.cluster.reload(AppSite.text(1, workers: 1, more + "\nqueue: { length: 5 }")).result == "ok")
            try #require(site.instances().first).process.send(SIGKILL)
            #expect(try slow.response().status == 200)
        }

        @Test("requests that wait for an instance are answered though a reload takes their app out, or calls it otherwise")
        func appGoes() throws {
            for text in [Samples.builtIn(2), AppSite.text(1).replacing("web", with: "api")] {
                let site = try AppSite(1, workers: 2, "max_requests_each: 1\nqueue: { timeout: 30s }")
                let clients = try (0..<4).map { _ in try Connection(port: site.port) }
                let instance = try #require(site.instances().first)
                for client in clients { try client.ask("/slow?ms=400") }
                try eventually("one is under way") { try site.instances().first?.requestsActive == 1 }
                #expect(try site.cluster.reload(text).result == "ok")
                #expect(try get("/", port: site.port).status == 200)
                #expect(statuses(of: clients[...], within: .seconds(5)) == ["200": 4])
                try eventually("its instance leaves then") { !instance.process.isAlive }
            }
        }

        @Test("for as long as its grace allows; then they are refused at once, and so is who still comes to wait")
        func appGoesTooSoon() throws {
            let site = try AppSite(1, workers: 1, "max_requests_each: 1\nqueue: { timeout: 30s }\nstop: { grace: 2s }")
            let (first, second) = (try Connection(port: site.port), try Connection(port: site.port))
            try first.ask("/slow?ms=60000")
            try eventually("it is under way") { try site.instances().first?.requestsActive == 1 }
            try second.ask("/")
            let clock = ContinuousClock()
            let start = clock.now
            #expect(try site.cluster.reload(Samples.builtIn(1)).result == "ok")
            #expect(try second.response().status == 503)
            #expect((.milliseconds(900)..<(.milliseconds(2500))).contains(clock.now - start))
            // Its instance was ended in the middle of it, and nothing is left to ask.
            #expect(try [502, 503].contains(first.response().status))
            #expect(clock.now - start < .seconds(4))
        }

        @Test("what is under way at an instance is counted though its route went and came back")
        func routeGoesAndComes() throws {
            let site = try AppSite(1, workers: 1)
            let client = try Connection(port: site.port)
            try client.ask("/slow?ms=3000")
            try eventually("it is under way") { try site.instances().first?.requestsActive == 1 }
            let text = AppSite.text(1, workers: 1)
            #expect(try site.cluster.reload(text.replacing("app: web", with: "respond: no")).result == "ok")
            #expect(try site.cluster.reload(text).result == "ok")
            #expect(try get("/", port: site.port).status == 200)
            #expect(try site.instances().first?.requestsActive == 1)
            #expect(try site.cluster.run("restart", "web").ending == .code(0))
            #expect(try client.response().status == 200)
        }

        @Test("an app that is scaled from none and cannot start leaves the others alone")
        func scaledAndBroken() throws {
            let text = AppSite.text(1).replacing("apps:\n", with: "apps:\n  batch: { command: [/no/such/program], instances: 0 }\n")
            let cluster = try Cluster.start(text, files: ["app.js": Programs.app])
            _ = try cluster.run("scale", "batch", "1", within: .seconds(10))
            try cluster.waitForLog("batch 0")
            #expect(try get("/", port: cluster.port).status == 200)
            #expect(cluster.command.poll() == nil)
        }

        @Test("a program that has closed its door is found by a tcp probe, and a probe that a reload brings is followed")
        func closesItsDoor() throws {
            let program = """
                const server = require('http').createServer((request, response) => {
                  response.end('x');
                  if (request.url === '/close') { server.close(); setInterval(() => {}, 1000); }
                });
                server.listen(Number(process.env.PORT), '127.0.0.1');
                """
            let cluster = try Cluster.start(AppSite.text(1, command: "[node, door.js]"), files: ["door.js": program])
            let more = "health: { probe: tcp, interval: 200ms, failures: 2 }"
            #expect(try cluster.reload(AppSite.text(1, more, command: "[node, door.js]")).result == "ok")
            let victim = try #require(cluster.instances().first)
            #expect(try get("/close", port: cluster.port).status == 200)
            let now = try eventually("it is replaced") { () -> Status.Member? in
                let now = try cluster.instances().first
                return now?.state == "ready" && now?.id != victim.id ? now : nil
            }
            #expect(now.lastExit?.reason.contains("nobody of it listens") == true, "\(now.lastExit?.reason ?? "")")
        }
    }
}
