import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// The path of a request allocates nothing once it is warm. Tests/Programs/count_allocations.c counts, preloaded into the processes.
    @Suite("allocations", .enabled(if: Installed.has("cc"), "there is no C compiler")) struct AllocationsTests {
        /// What the worker is asked, and how often in one piece.
        struct Request: Sendable, CustomTestStringConvertible {
            var testDescription: String
            var text: String
            var together = 1

            init(_ name: String, _ line: String, _ fields: String = "", body: String = "", together: Int = 1) {
                testDescription = name
                text = "\(line) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\(body)"
                self.together = together
            }
        }

        private static let requests = [
            Request("an answer of its own", "GET /own"),
            Request("an answer from a template", "GET /template", "X-Test: abc\r\n"),
            Request("a refusal by the routes", "GET /moved/x"),
            Request("a file", "GET /files/small.txt"),
            Request("proxied", "GET /204"),
            Request("proxied, with a body each way", "POST /digest", "Content-Length: 3\r\n", body: "abc"),
            Request("proxied, with chunks each way", "POST /chunks?0", "Transfer-Encoding: chunked\r\n", body: "3\r\nabc\r\n0\r\n\r\n"),
            Request("proxied, with a long body", "GET /bytes?3"),
            Request("pipelined", "GET /own", together: 20),
            Request("pipelined and proxied", "GET /204", together: 20),
            Request("pipelined and proxied, with bodies", "POST /digest", "Content-Length: 3\r\n", body: "abc", together: 20),
        ]

        @Test("ten thousand requests cost none, whatever they are", arguments: requests)
        func none(request: Request) throws {
            let folder = try Folder()
            let counter = folder["count.so"]
            let build = try Run(["cc", "-O2", "-shared", "-fPIC", "-o", counter, Installed.script("count_allocations.c")])
            try #require(build.isGood, "\(build.error)")
            let upstream = try Upstream()
            let cluster = try Cluster.start(
                """
                port: <port>
                workers: 1
                log:
                  access: <folder>/access.log
                routes:
                  - path: /own
                    respond: own
                  - path: /template
                    respond: "{{request.method}} of {{request.path}} at {{request.host}} by {{client.address}}, {{request.id}}, is {{request.header.x-test}}."
                  - path: /files
                    files: <folder>
                  - path: /moved
                    respond: {status: 410, body: gone}
                  - upstream: http://127.0.0.1:\(upstream.port)
                """, files: ["small.txt": "small"], environment: ["LD_PRELOAD": counter, "ALLOCATIONS": folder["count"]])
            let pid = try cluster.worker(0).process.pid
            let client = try Connection(port: cluster.port, timeout: .seconds(20))
            func count() throws -> Int {
                try Data(contentsOf: URL(filePath: folder["count.\(pid)"])).reversed().reduce(0) { $0 << 8 | Int($1) }
            }
            try ask(client, request, 500)
            let (before, began) = (try count(), ContinuousClock().now)
            #expect(before > 0, "it counts")
            try ask(client, request, Self.number)
            let found = try count() - before
            // In debug builds the Date that is rendered once a second costs some forty; in release builds none.
            let seconds = Int((ContinuousClock().now - began) / .seconds(1)) + 2
            #expect(found < Self.number / 50 + seconds * 50, "\(found) allocations")
        }

        // MARK: - Private

        private static let number = Installed.isLong ? 10_000 : 2_000

        private func ask(_ client: Connection, _ request: Request, _ number: Int) throws {
            let method = String(request.text.prefix { $0 != " " })
            let text = String(repeating: request.text, count: request.together)
            for _ in 0..<number / request.together {
                try client.send(text)
                for _ in 0..<request.together {
                    let answer = try client.response(to: method)
                    if answer.status >= 400 && answer.status != 410 { throw Failure("\(answer.status)") }
                }
            }
        }
    }
}
