import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite("apps", .enabled(if: Installed.has("node"))) struct AppsTests {
        @Test("an app is started so many times, and requests are spread over its instances")
        func spread() throws {
            let site = try AppSite(3, workers: 1, "balance: round_robin")
            let slots = try (0..<9).map { _ in try get("/slot", port: site.port).text }
            for slot in ["0", "1", "2"] { #expect(slots.count { $0 == slot } == 3, "\(slots)") }
            let instances = try site.instances()
            #expect(instances.map(\.slot) == [0, 1, 2] && Set(instances.compactMap(\.privatePort)).count == 3)
            #expect(instances.map(\.requestsTotal) == [3, 3, 3] && instances.allSatisfy { $0.requestsActive == 0 && $0.restarts == 0 })
            #expect(try site.cluster.status().workers.reduce(0) { $0 + $1.requestsTotal } == 9)
        }

        @Test("the connections of an instance are those that workers have to it, and their total stays with the slot")
        func connections() throws {
            let site = try AppSite(1, workers: 1)
            let first = try #require(site.instances().first)
            #expect(first.connectionsActive == 0 && first.connectionsTotal == 0)
            for _ in 0..<3 { _ = try get("/", port: site.port) }
            try eventually("one was kept for all three") { try hasConnections(site, active: 1, total: 1) }
            let slow = try (0..<3).map { _ in try Connection(port: site.port) }
            for client in slow { try client.ask("/slow?ms=500") }
            try eventually("two more are open at once") { try hasConnections(site, active: 3, total: 3) }
            #expect(statuses(of: slow[...]) == ["200": 3])

            first.process.send(SIGKILL)
            try eventually("the next one has none") {
                let next = try site.waitForReady(1)[0]
                return next.id != first.id && next.connectionsActive == 0 && next.connectionsTotal == 3
            }
            _ = try get("/", port: site.port)
            try eventually("it has its first") { try hasConnections(site, active: 1, total: 4) }
            try #require(site.cluster.status().workers.first).process.send(SIGKILL)
            try eventually("those of a worker end with it") { try hasConnections(site, active: 0, total: 4) }
        }

        private func hasConnections(_ site: AppSite, active: Int, total: Int) throws -> Bool {
            let instance = try #require(try site.instances().first)
            return instance.connectionsActive == active && instance.connectionsTotal == total
        }

        @Test("an app is told where it is, and is reached over its own port")
        func environment() throws {
            let site = try AppSite(1, "environment: { TEXT: 'slot {{slot}} port {{port}}' }\nworking_directory: <folder>")
            let instance = try #require(site.instances().first)
            let port = try #require(instance.privatePort)
            let variables = try JSONDecoder().decode([String: String].self, from: Data(get("/environment", port: site.port).body))
            #expect(variables["PORT"] == "\(port)" && variables["HOST"] == "127.0.0.1" && (20000...29999).contains(port))
            #expect(variables["TEXT"] == "slot 0 port \(port)" && variables["CLUSTER_ID"] == "\(instance.id)")
            #expect(variables["CLUSTER_WORKERS"] == "1" && variables["CLUSTER_SLOT"] == "0" && variables["NODE_APP_INSTANCE"] == "0")
            #expect(try get("/id", port: port).text == "\(instance.id)")
        }

        @Test("a request is forwarded as to any upstream: prefix, fields, body")
        func forwarded() throws {
            let cluster = try Cluster.start(
                """
                port: <port>
                workers: 1
                apps:
                  web: { command: [node, app.js], instances: 1 }
                routes:
                  - path: /api
                    app: web
                    strip_prefix: true
                    request_headers: { set: { X-Server: "{{upstream.server}}" } }
                """, files: ["app.js": Programs.app])
            let port = try #require(cluster.instances().first?.privatePort)
            let text = try get("/api/head?a=1", port: cluster.port).text
            #expect(
                text.contains("\"/head?a=1\"") && text.contains("\"x-server\":\"127.0.0.1:\(port)\"") && text.contains("x-forwarded-for"))
            #expect(try get("/", port: cluster.port).status == 404)
        }

        @Test("with bind: unix the program serves a socket")
        func unixSocket() throws {
            let site = try AppSite(2, "bind: unix")
            for _ in 0..<4 { #expect(try get("/", port: site.port).text.hasPrefix("instance ")) }
            let address = try #require(site.instances().first?.privateAddress)
            #expect(address.hasPrefix("unix:/"))
            let variables = try JSONDecoder().decode([String: String].self, from: Data(get("/environment", port: site.port).body))
            #expect(variables["SOCKET"]?.isEmpty == false && variables["PORT"] == nil)
        }

        @Test("least_requests goes to the instance with the fewest, over all workers")
        func leastRequests() throws {
            let site = try AppSite(2, workers: 2)
            let slow = try (0..<3).map { _ in try Connection(port: site.port) }
            for client in slow { try client.ask("/slow?ms=1500") }
            try eventually("all are under way") { try site.instances().compactMap(\.requestsActive).reduce(0, +) == 3 }
            let loads = try site.instances().compactMap(\.requestsActive).sorted()
            #expect(loads == [1, 2])
            #expect(statuses(of: slow[...]) == ["200": 3])
        }

        @Test("the same value goes to the same instance with hash, whichever worker has it")
        func hash() throws {
            let site = try AppSite(3, workers: 2, "hash: { header: X-User }")
            for user in 0..<6 {
                let slots = try (0..<4).map { _ in try get("/slot", port: site.port, headers: ["X-User: \(user)"]).text }
                #expect(Set(slots).count == 1, "\(slots)")
            }
        }

        @Test("no instance has more than max_requests_each, and the others wait their turn")
        func mostRequests() throws {
            let site = try AppSite(1, workers: 2, "max_requests_each: 2")
            let clients = try (0..<6).map { _ in try Connection(port: site.port) }
            for client in clients { try client.ask("/slow?ms=200") }
            try eventually("two are under way") { try site.instances().first?.requestsActive == 2 }
            #expect(try site.instances().first?.requestsActive ?? 0 <= 2)
            #expect(statuses(of: clients[...]) == ["200": 6])
        }

        @Test("the line is bounded for the whole cluster: who finds it full, or waits too long, gets 503 with Retry-After")
        func boundedLine() throws {
            let site = try AppSite(1, workers: 2, "max_requests_each: 1\nqueue: { length: 3, timeout: 500ms }")
            let first = try Connection(port: site.port)
            try first.ask("/slow?ms=2000")
            try eventually("it is under way") { try site.instances().first?.requestsActive == 1 }
            let others = try (0..<6).map { _ in try Connection(port: site.port) }
            for client in others { try client.ask("/") }
            var answers: [Response] = []
            for client in others { answers.append(try client.response()) }
            #expect(answers.allSatisfy { $0.status == 503 && $0["retry-after"] == "1" })
            #expect(answers.count { $0.text.contains("too many requests wait for the app") } == 3, "\(answers.map(\.text))")
            #expect(answers.count { $0.text.contains("could take the request in time") } == 3)
            #expect(try first.response().status == 200)
        }

        @Test(
            "requests that come before the first instance listens wait for it, whatever its probe",
            arguments: ["auto", "tcp", "http", "none"])
        func beforeTheFirst(probe: String) throws {
            let program = "setTimeout(() => require('./app.js'), 1000);"
            let cluster = try Cluster.start(
                AppSite.text(1, "ready: { probe: \(probe) }", command: "[node, late.js]"),
                files: ["app.js": Programs.app, "late.js": program], isReady: false)
            try eventually("the workers serve") { try cluster.status().workers.map(\.state) == ["ready", "ready"] }
            #expect(try cluster.instances().map(\.state) == ["starting"])
            let clients = try (0..<5).map { _ in try Connection(port: cluster.port) }
            for client in clients { try client.ask("/") }
            #expect(statuses(of: clients[...]) == ["200": 5])
        }

        @Test("with no instances the app is there, and runs when it is scaled")
        func scaledFromNone() throws {
            let site = try AppSite(0, "queue: { timeout: 200ms }", isReady: false)
            try eventually("the workers serve") { try site.cluster.status().workers.map(\.state) == ["ready", "ready"] }
            #expect(try site.cluster.status().apps["web"]?.isEmpty == true)
            #expect(try get("/", port: site.port).status == 503)
            #expect(try site.cluster.run("scale", "web", "2").ending == .code(0))
            #expect(try site.instances().map(\.state) == ["ready", "ready"])
            #expect(try get("/", port: site.port).status == 200)
            let refused = try site.cluster.run("scale", "nobody", "2")
            #expect(refused.ending == .code(1) && refused.error.contains("there is no app"))
        }

        @Test("at a stop what is under way is answered: apps end after the workers")
        func stops() throws {
            let site = try AppSite(2)
            let clients = try (0..<4).map { _ in try Connection(port: site.port) }
            for client in clients { try client.ask("/slow?ms=700") }
            try eventually("they are under way") { try site.instances().compactMap(\.requestsActive).reduce(0, +) == 4 }
            site.cluster.send(SIGTERM)
            #expect(statuses(of: clients[...]) == ["200": 4])
            #expect(try site.cluster.command.wait(within: .seconds(15)) == .code(0))
        }

        @Test("at a stop grace counts once: an instance that is deaf to TERM, and busy, does not make it longer")
        func stopsWithinGrace() throws {
            let program = "process.removeAllListeners('SIGTERM'); process.on('SIGTERM', () => {});"
            let cluster = try Cluster.start(
                AppSite.text(1, workers: 1, top: "stop: { grace: 1500ms }", command: "[node, deaf.js]"),
                files: ["app.js": Programs.app, "deaf.js": "require('./app.js'); " + program])
            let client = try Connection(port: cluster.port)
            try client.ask("/slow?ms=60000")
            try eventually("it is under way") { try cluster.instances().first?.requestsActive == 1 }
            let clock = ContinuousClock()
            let start = clock.now
            cluster.send(SIGTERM)
            try eventually("its instance drains") { try cluster.instances().first?.state == "draining" }
            #expect(try cluster.run("scale", "web", "3").error.contains("the cluster is stopping"))
            #expect(!cluster.log.contains("scaled"))
            try eventually("at half of the grace it is signalled") { try cluster.instances().first?.state == "stopping" }
            #expect(clock.now - start < .milliseconds(1450))
            #expect(try cluster.command.wait() == .code(0))
            #expect(clock.now - start < .milliseconds(2300))
        }

        @Test("at a stop nobody waits for an instance once none will come, however long workers may take and the line would be")
        func stopsWithoutWaiting() throws {
            let site = try AppSite(1, workers: 1, "stop: { grace: 2s }\nqueue: { timeout: 30s }", top: "stop: { grace: 25s }")
            let client = try Connection(port: site.port)
            try client.ask("/slow?ms=1500")
            try eventually("it is under way") { try site.instances().first?.requestsActive == 1 }
            let clock = ContinuousClock()
            let start = clock.now
            site.cluster.send(SIGTERM)
            #expect(try client.response().status == 503)
            #expect(try site.cluster.command.wait() == .code(0))
            #expect(clock.now - start < .seconds(4))
        }

        @Test("an app that cannot start ends the first boot with its last lines, status 3")
        func firstBoot() throws {
            let cluster = try Cluster.start(
                AppSite.text(1, "restart: { crash_loop: { failures: 2 } }", command: "[node, broken.js]"),
                files: ["broken.js": "throw new Error('no database');"], isReady: false)
            #expect(try cluster.command.wait(within: .seconds(20)) == .code(3))
            #expect(cluster.log.contains("error: nothing became ready; web 0") && cluster.log.contains("no database"))
        }
    }
}
