import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// Choosing a server allocates nothing, whichever way it is done.
    @Suite("allocations of upstreams", .enabled(if: Installed.has("cc"), "there is no C compiler")) struct UpstreamAllocationsTests {
        @Test(
            "thousands of choices cost none",
            arguments: [
                "balance: round_robin", "balance: least_requests", "balance: random_two", "hash: {header: X-Test}", "hash: {query: a}",
                "sticky: {cookie: srv}", "queue: {length: 10}\nhealth: {interval: 1h}",
            ])
        func none(way: String) throws {
            let folder = try Folder()
            let counter = folder["count.so"]
            let build = try Run(["cc", "-O2", "-shared", "-fPIC", "-o", counter, Installed.script("count_allocations.c")])
            try #require(build.isGood, "\(build.error)")
            let two = try [Upstream(), Upstream()]
            let servers = two.map { "{url: \"http://127.0.0.1:\($0.port)\", max_requests: 5}" }.joined(separator: ", ")
            let cluster = try Cluster.start(
                Upstreams.configuration("servers: [\(servers)]\n\(way)"),
                environment: ["LD_PRELOAD": counter, "ALLOCATIONS": folder["count"]])
            let pid = try cluster.worker(0).process.pid
            let client = try Connection(port: cluster.port, timeout: .seconds(20))
            func count() throws -> Int {
                try Data(contentsOf: URL(filePath: folder["count.\(pid)"])).reversed().reduce(0) { $0 << 8 | Int($1) }
            }
            func ask(_ number: Int) throws {
                for turn in 0..<number {
                    let answer = try client.get("/204?a=\(turn % 7)", headers: ["X-Test: \(turn % 7)", "Cookie: srv=0123456789abcdef"])
                    if answer.status != 204 { throw Failure("\(answer.status)") }
                }
            }
            try ask(300)
            let (before, began) = (try count(), ContinuousClock().now)
            #expect(before > 0, "it counts")
            try ask(1500)
            let found = try count() - before
            // In debug builds the Date that is rendered once a second costs some forty.
            let seconds = Int((ContinuousClock().now - began) / .seconds(1)) + 2
            #expect(found < 30 + seconds * 50, "\(found) allocations")
        }
    }
}
