import Foundation
import TestSupport
import Testing

extension EndToEnd {
    @Suite("request ids and error answers") struct RequestIDsTests {
        private let upstream: Upstream

        init() throws { upstream = try Upstream() }

        private func start() throws -> Cluster {
            try Cluster.start(
                """
                port: <port>
                workers: 2
                routes:
                  - path: /id
                    respond: {body: "{{request.id}} {{request.id}}", headers: {X-Id: "{{request.id}}"}}
                  - path: /head
                    upstream: http://127.0.0.1:\(upstream.port)
                  - path: /silent
                    upstream: http://127.0.0.1:\(upstream.port)
                """)
        }

        /// What the upstream read.
        private func ids(in head: String) -> [String] {
            head.split(separator: "\r\n").filter { $0.lowercased().hasPrefix("x-request-id:") }.map { String($0.dropFirst(14)) }
        }

        @Test("a good id of the client is kept: in the answer, to the upstream, and in an error")
        func kept() throws {
            let client = try Connection(port: try start().port)
            let own = try client.get("/id", headers: ["x-request-ID: abc/1=2"])
            #expect(own.text == "abc/1=2 abc/1=2" && own["x-id"] == "abc/1=2")
            #expect(ids(in: try client.get("/head", headers: ["X-Request-Id: abc.2"]).text) == ["abc.2"])
            #expect(try client.get("/silent", headers: ["X-Request-Id: abc.3"]).text.hasSuffix("\nrequest id: abc.3\n"))
            #expect(try client.get("/none", headers: ["X-Request-Id: abc.4"]).text.hasSuffix("\nrequest id: abc.4\n"))
        }

        @Test(
            "without one, or with one that is not good, a request gets an id of ours",
            arguments: [[], ["X-Request-Id: a b"], ["X-Request-Id: "], ["X-Request-Id: a", "X-Request-Id: b"], ["X-Request-Id: \"x\""]])
        func made(headers: [String]) throws {
            let client = try Connection(port: try start().port)
            var found: Set<String> = []
            for _ in 0..<3 {
                let own = try client.get("/id", headers: headers)
                let words = own.text.split(separator: " ").map(String.init)
                #expect(words.count == 2 && words[0] == words[1] && own["x-id"] == words[0])
                let forwarded = ids(in: try client.get("/head", headers: headers).text)
                #expect(forwarded.count == 1)
                found.formUnion([words[0], forwarded[0]])
            }
            #expect(found.count == 6)
            #expect(found.allSatisfy { $0.utf8.count == 32 })
        }

        @Test("an error is a text, an object for who prefers that, and has no body for HEAD")
        func errors() throws {
            let client = try Connection(port: try start().port)
            let text = try client.get("/none")
            #expect(text.status == 404 && text["content-type"] == "text/plain; charset=utf-8" && text["cache-control"] == "no-store")
            #expect(text.text.hasPrefix("no route matches this request\nrequest id: "))
            for target in ["/none", "/silent"] {
                let object = try client.get(target, headers: ["Accept: text/html;q=0.1, application/json", "X-Request-Id: it"])
                #expect(object["content-type"] == "application/json")
                let json = try #require(try JSONSerialization.jsonObject(with: Data(object.body)) as? [String: Any])
                #expect(json["status"] as? Int == object.status && json["request_id"] as? String == "it")
            }
            for target in ["/none", "/silent"] {
                try client.ask(method: "HEAD", target)
                #expect(try client.response(to: "HEAD").status == (target == "/none" ? 404 : 502))
            }
            #expect(try client.get("/id").status == 200)
            // What could not be read has one of ours.
            try client.send("GET / HTTP/1.1\r\nX-Request-Id: it\r\nBad Name: x\r\n\r\n")
            let refused = try client.response().text
            #expect(refused.hasPrefix("there is whitespace before a colon\nrequest id: ") && !refused.hasSuffix(" it\n"))
        }
    }
}
