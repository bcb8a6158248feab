import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite("deaths of apps", .enabled(if: Installed.has("node"))) struct AppDeathsTests {
        @Test("kill -9 of an instance again and again, under load: not one failed request")
        func killedUnderLoad() throws {
            let site = try AppSite(4, "retry: { budget: 100% }", top: "restart: { backoff: { initial: 10ms, max: 100ms } }")
            let report = try site.underLoad {
                for _ in 0..<(Installed.isLong ? 33 : 10) {
                    let victim = try eventually("one serves") { try site.instances().filter { $0.state == "ready" }.randomElement() }
                    victim.process.send(SIGKILL)
                    pause(.milliseconds(300))  // The pace: the next one dies while this one's successor may still be starting.
                }
            }
            #expect(report.mishaps.isEmpty, "\(report.mishaps)")
            #expect(try site.instances().reduce(0) { $0 + $1.restarts } >= 8)
        }

        @Test("the only instance dies under load: requests wait for the next one")
        func theOnlyOne() throws {
            let site = try AppSite(1, "retry: { budget: 100% }")
            let report = try site.underLoad(rate: 100) {
                let victim = try #require(site.instances().first)
                victim.process.send(SIGKILL)
                try eventually("another one serves") {
                    let now = try site.instances()
                    return now.first?.state == "ready" && now.first?.id != victim.id
                }
            }
            #expect(report.mishaps.isEmpty, "\(report.mishaps)")
        }

        /// How long it takes is printed, and not judged: the machine may be busy.
        @Test("a dead instance is out of rotation at once: the log says when, after the board does")
        func outOfRotation() throws {
            let site = try AppSite(2, "restart: { backoff: { initial: 10ms, max: 100ms } }")
            let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
            var times: [Int] = []
            for turn in 1...10 {
                let victim = try site.waitForReady(2)[0]
                let killed = Date()
                victim.process.send(SIGKILL)
                let lines = try eventually("it is noticed") { () -> [Substring]? in
                    let lines = site.cluster.logLines.filter { $0.contains("web 0: killed by signal 9") }
                    return lines.count == turn ? lines : nil
                }
                let text = try #require(lines.last?.split(separator: " ").first { $0.hasPrefix("ts=") }?.dropFirst(3))
                times.append(Int((try format.parse(String(text)).timeIntervalSince(killed) * 1000).rounded()))
            }
            print("milliseconds from the death of an instance to its end in rotation: \(times.sorted())")
        }

        @Test("a request whose instance dies goes to another one, with its body")
        func replayed() throws {
            let site = try AppSite(2)
            let file = site.cluster.folder["once"]
            let client = try Connection(port: site.port)
            try client.ask(method: "PUT", "/die-once?file=\(file)&note=\(site.cluster.folder["notes"])", body: "a body")
            let answer = try client.response()
            #expect(answer.status == 200 && answer.text == "lived")
            #expect(site.notes("notes").count == 2 && Set(site.notes("notes")).count == 2)
        }

        @Test("a POST whose instance dies is never sent twice, unless its sender says that it can be")
        func posts() throws {
            let site = try AppSite(2)
            let notes = site.cluster.folder["notes"]
            let client = try Connection(port: site.port)
            try client.ask(method: "POST", "/die-once?file=\(site.cluster.folder["first"])&note=\(notes)", body: "pay")
            #expect(try client.response().status == 502)
            #expect(site.notes("notes").count == 1)
            try site.waitForReady(2)
            try client.ask(
                method: "POST", "/die-once?file=\(site.cluster.folder["second"])&note=\(notes)", headers: ["Idempotency-Key: 7"],
                body: "pay")
            let answer = try client.response()
            #expect(answer.status == 200 && answer.text == "lived")
            #expect(site.notes("notes").count == 3)
        }

        @Test("a request that two instances have died of is sent to no third: 500, and the log says so")
        func poison() throws {
            let site = try AppSite(4)
            let notes = site.cluster.folder["notes"]
            let answer = try get("/die?note=\(notes)", port: site.port, headers: ["X-Request-Id: bad-one"])
            #expect(answer.status == 500 && answer.text.contains("have died while they had this request"))
            #expect(site.notes("notes").count == 2)
            try site.cluster.waitForLog("poison request bad-one")
            #expect(try get("/", port: site.port).status == 200)
        }

        @Test("an instance that breaks off connections and lives on is no dead one: the answer is 502, at once enough")
        func rude() throws {
            let program = """
                require('net').createServer((socket) => { socket.on('error', () => {}); socket.once('data', () => socket.destroy()); })
                  .listen(Number(process.env.PORT), '127.0.0.1');
                """
            let cluster = try Cluster.start(AppSite.text(1, command: "[node, rude.js]"), files: ["rude.js": program])
            let clock = ContinuousClock()
            let start = clock.now
            #expect(try get("/", port: cluster.port).status == 502)
            #expect(clock.now - start < .seconds(5))
            #expect(try cluster.instances().first?.restarts == 0)
        }

        @Test("kill -9 of a worker: the instances live on, and their counts are right")
        func workerDies() throws {
            let site = try AppSite(2, workers: 2)
            let before = try site.instances().map(\.id)
            let clients = try (0..<6).map { _ in try Connection(port: site.port) }
            for client in clients { try client.ask("/slow?ms=3000") }
            try eventually("they are under way") { try site.instances().compactMap(\.requestsActive).reduce(0, +) == 6 }
            let victim = try site.cluster.worker(0)
            victim.process.send(SIGKILL)
            try site.cluster.waitForReplacement(of: victim)
            let counts = statuses(of: clients[...])
            #expect(counts["200"] == 3, "\(counts)")
            try eventually("nothing is under way any more") { try site.instances().allSatisfy { $0.requestsActive == 0 } }
            #expect(try site.instances().map(\.id) == before)
            #expect(try get("/", port: site.port).status == 200)
        }

        @Test("kill -9 of the master leaves nothing behind")
        func masterDies() throws {
            let site = try AppSite(2)
            site.cluster.send(SIGKILL)
            try site.cluster.waitUntilGone()
        }

        @Test("an instance that hangs is found by its health probe, reported, and replaced")
        func hangs() throws {
            let site = try AppSite(2, "health: { probe: http, path: /id, interval: 200ms, timeout: 300ms, failures: 2 }")
            let victim = try #require(site.instances().first)
            victim.process.send(SIGSTOP)
            let now = try eventually("it is replaced") { () -> Status.Member? in
                let now = try site.instances().first
                return now?.state == "ready" && now?.id != victim.id ? now : nil
            }
            #expect(now.lastExit?.expected == false && now.lastExit?.reason.contains("failed its health probe 2 times in a row") == true)
            #expect(now.restarts == 1)
        }

        @Test("one whose probe is answered is left alone")
        func healthy() throws {
            let site = try AppSite(
                1, "health: { probe: http, path: '/id?note=<folder>/probes', interval: 100ms, timeout: 1s, failures: 1 }")
            let before = try site.instances().map(\.id)
            try eventually("it was asked five times") { site.notes("probes").count >= 5 }
            #expect(try site.instances().map(\.id) == before && site.instances().first?.restarts == 0)
        }
    }
}
