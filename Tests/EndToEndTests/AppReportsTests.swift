import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite("reports of apps", .enabled(if: Installed.has("node"))) struct AppReportsTests {
        private struct Report: Decodable {
            struct Request: Decodable {
                var id: String
                var method: String
                var path: String
                var age_seconds: Double
                var bytes_sent: Int
            }
            struct Exit: Decodable {
                var signal: Int?
                var expected: Bool
                var reason: String
                var uptime_seconds: Double
                var stderr: [String]
                var requests: [Request]?
                var kernel: [String]?
            }
            var group: String
            var slot: Int
            var id: Int
            var exit: Exit
        }

        private func reports(_ cluster: Cluster) throws -> [Report] {
            struct List: Decodable { var crashes: [Report] }
            return try JSONDecoder().decode(List.self, from: Data(cluster.run("crashes", "--json").output.utf8)).crashes
        }

        @Test("the report of an instance that died names the requests that it was at")
        func requests() throws {
            let site = try AppSite(1, workers: 2, "retry: { attempts: 0 }")
            let before = try #require(site.instances().first)
            let slow = try (0..<3).map { _ in try Connection(port: site.port) }
            for (number, client) in slow.enumerated() {
                try client.ask("/slow?ms=5000&number=\(number)", headers: ["X-Request-Id: slow-\(number)"])
            }
            try eventually("they are under way") { try site.instances().first?.requestsActive == 3 }
            before.process.send(SIGKILL)
            #expect(statuses(of: slow[...]) == ["502": 3])
            try eventually("the report has all of them") { try reports(site.cluster).first?.exit.requests?.count == 3 }
            let report = try #require(reports(site.cluster).first)
            #expect(report.group == "web" && report.slot == 0 && report.id == before.id)
            #expect(report.exit.signal == 9 && !report.exit.expected && report.exit.uptime_seconds > 0)
            let requests = try #require(report.exit.requests).sorted { $0.id < $1.id }
            #expect(requests.map(\.id) == ["slow-0", "slow-1", "slow-2"])
            #expect(requests.map(\.path) == (0..<3).map { "/slow?ms=5000&number=\($0)" })
            #expect(requests.allSatisfy { $0.method == "GET" && $0.bytes_sent == 0 && $0.age_seconds < 5 })
            let text = try site.cluster.run("crashes", "web").output
            #expect(text.contains("request slow-1: GET /slow?ms=5000&number=1") && text.contains("killed by signal 9"), "\(text)")
            #expect(try site.cluster.run("crashes", "workers").output == "nothing has ended by itself\n")
            let unknown = try site.cluster.run("crashes", "wbe")
            #expect(unknown.ending == .code(1) && unknown.error.contains("there is no app \"wbe\""), "\(unknown)")
        }

        @Test("while an app is in backoff the answer is 503 at once, with Retry-After and the number of the report")
        func incident() throws {
            let site = try AppSite(
                1, "queue: { timeout: 1s }\nrestart: { backoff: { initial: 20s, max: 20s, jitter: 0 }, crash_loop: { failures: 99 } }")
            for _ in 0..<2 {
                let victim = try site.waitForReady(1)[0]
                victim.process.send(SIGKILL)
                try eventually("it is noticed") { try site.instances().first?.pid != victim.pid }
            }
            try eventually("it is in backoff") { try site.instances().first?.state == "backoff" }
            let clock = ContinuousClock()
            let start = clock.now
            let answer = try get("/", port: site.port)
            #expect(clock.now - start < .milliseconds(900))
            #expect(answer.status == 503 && (10...20).contains(Int(answer["retry-after"] ?? "") ?? 0), "\(answer)")
            let last = try #require(reports(site.cluster).last)
            #expect(answer.text.hasPrefix("the app is down\n") && answer.text.hasSuffix("incident: \(last.id)\n"), "\(answer.text)")
            let json = try get("/", port: site.port, headers: ["Accept: application/json"])
            struct Reply: Decodable {
                var status: Int
                var incident: Int
            }
            #expect(try JSONDecoder().decode(Reply.self, from: Data(json.body)).incident == last.id)
        }

        @Test("an end that was asked for is no crash")
        func expected() throws {
            let site = try AppSite(1)
            #expect(try site.cluster.run("restart", "web").ending == .code(0))
            #expect(try reports(site.cluster).isEmpty)
        }

        @Test("what is killed for hanging leaves what the kernel says of it")
        func kernelState() throws {
            let site = try AppSite(1, "health: { probe: http, interval: 100ms, timeout: 200ms, failures: 1 }")
            try #require(site.instances().first).process.send(SIGSTOP)
            let report = try eventually("there is a report") { try reports(site.cluster).first }
            #expect(report.exit.kernel?.first?.hasPrefix("state: T") == true, "\(report.exit)")
        }

        @Test("a program that listens elsewhere is told so long before its time is over, and in its report")
        func elsewhere() throws {
            let port = try FreePorts.take()
            let cluster = try Cluster.start(
                AppSite.text(1, "ready: { start_timeout: 3s }", command: "[node, deaf.js]"),
                files: ["deaf.js": "require('http').createServer().listen(\(port), '127.0.0.1')"], isReady: false)
            try cluster.waitForLog("web 0: it listens on \(port), and was given")
            try eventually("it is given up") { try reports(cluster).first != nil }
            let reason = try #require(reports(cluster).first).exit.reason
            #expect(reason.hasPrefix("not ready within 3 s: it listens on \(port), and was given 2"), "\(reason)")
            #expect(reason.hasSuffix("in PORT: does it read PORT?"))
        }

        @Test("a program that never listens is told so, with its last line")
        func nowhere() throws {
            let cluster = try Cluster.start(
                AppSite.text(1, "ready: { start_timeout: 2500ms }", command: "[node, idle.js]"),
                files: ["idle.js": "console.error('waiting for the database'); setInterval(() => {}, 1000)"], isReady: false)
            let report = try eventually("it is given up") { try reports(cluster).first }
            #expect(report.exit.reason.contains("it listens nowhere"), "\(report.exit.reason)")
            #expect(report.exit.reason.hasSuffix("its last line: waiting for the database"))
        }
    }
}
