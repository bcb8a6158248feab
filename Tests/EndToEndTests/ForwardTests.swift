import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite("forward") struct ForwardTests {
        private let upstream: Upstream

        init() throws { upstream = try Upstream() }

        /// One worker in front of the upstream.
        private func start(_ servers: String? = nil, workers: Int = 1, more: String = "") throws -> Cluster {
            try Cluster.start(configuration(servers, workers: workers, more: more))
        }

        private func configuration(_ servers: String? = nil, workers: Int = 1, more: String = "") -> String {
            """
            port: <port>
            workers: \(workers)
            \(more)
            routes:
              - path: /own
                respond: own
              - upstream: \(servers ?? "http://127.0.0.1:\(upstream.port)")
            """
        }

        // MARK: - Messages

        @Test("every kind of answer without a body ends where its head ends, and the connection goes on")
        func withoutBody() throws {
            let client = try Connection(port: try start().port)
            try client.ask(method: "HEAD", "/head")
            let head = try client.response(to: "HEAD")
            #expect(head.status == 200 && head["content-length"] != "0")
            #expect(try client.get("/204").status == 204)
            let unmodified = try client.get("/304")
            #expect(unmodified.status == 304 && unmodified["content-length"] == "7" && unmodified["etag"] == "\"x\"")
            #expect(try client.get("/own").text == "own")
            #expect(try client.get("/x").text == "1 3")
        }

        @Test("ten megabytes go down whole, with a length and in chunks")
        func download() throws {
            let cluster = try start()
            let expected = try get("/bytes?160", port: upstream.port).body
            #expect(expected.count == 160 << 16)
            let client = try Connection(port: cluster.port)
            #expect(try client.get("/bytes?160").body == expected)
            let chunked = try client.get("/chunks?160")
            #expect(chunked["transfer-encoding"] == "chunked" && chunked["content-length"] == nil)
            #expect(chunked.body == expected)
            #expect(try client.get("/x").status == 200)
        }

        @Test("ten megabytes go up whole, with a length and in chunks, and what follows them is the next request")
        func upload() throws {
            let cluster = try start()
            let block = (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
            var answers: [String] = []
            for (port, isChunked) in [(upstream.port, false), (cluster.port, false), (cluster.port, true)] {
                let client = try Connection(port: port)
                let framing = isChunked ? "Transfer-Encoding: chunked" : "Content-Length: \(10 << 20)"
                try client.send("POST /digest HTTP/1.1\r\nHost: a\r\n\(framing)\r\n\r\n")
                for _ in 0..<10 {
                    if isChunked { try client.send("100000;x=y\r\n") }
                    try client.send(block)
                    if isChunked { try client.send("\r\n") }
                }
                try client.send((isChunked ? "0\r\nX-Trailer: 1\r\n\r\n" : "") + "GET /head HTTP/1.1\r\nHost: next\r\n\r\n")
                answers.append(try client.response().text)
                #expect(try client.response().text.contains("Host: next"))
            }
            #expect(answers[0].hasPrefix("10485760 ") && Set(answers).count == 1, "\(answers)")
        }

        @Test("a head that comes byte by byte is put together")
        func drip() throws { #expect(try get("/drip", port: try start().port).text == "drip") }

        @Test("requests in one piece are answered in order, the worker's own among them")
        func pipelining() throws {
            let client = try Connection(port: try start().port)
            let targets = ["/digest", "/own", "/slow?0.1", "/own", "/bytes?1", "/own"]
            try client.send(
                targets.map { target in
                    target == "/digest"
                        ? "POST /digest HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" : "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n"
                }.joined())
            let answers = try targets.map { _ in try client.response() }
            #expect(answers[0].text.hasPrefix("3 ba7816bf"))
            #expect(answers[1].text == "own" && answers[3].text == "own" && answers[5].text == "own")
            #expect(answers[2].text == "slow" && answers[4].body.count == 1 << 16)
        }

        @Test("interim answers reach who understands them, and 100 who waits for it")
        func interim() throws {
            let cluster = try start()
            let client = try Connection(port: cluster.port)
            let hints = try client.get("/hints")
            #expect(hints.status == 103 && hints["link"] == "</a.css>")
            #expect(try client.response().text == "hints")
            try client.send("POST /continue HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
            #expect(try client.response().status == 100)
            try client.send("abc")
            #expect(try client.response().text.hasPrefix("3 "))
            // Who does not wait is not told.
            try client.ask(method: "POST", "/continue", body: "abc")
            #expect(try client.response().text.hasPrefix("3 "))
            let old = try Connection(port: cluster.port)
            try old.send("GET /hints HTTP/1.0\r\n\r\n")
            #expect(try old.response().text == "hints")
            #expect(try get("/endless", port: cluster.port).status == 103)
        }

        @Test("a server that is late to say 100 is late itself, and not the client who waits for it; who does not wait is")
        func lateContinue() throws {
            let cluster = try Cluster.start(
                """
                port: <port>
                workers: 1
                routes:
                  - { path: /stuck, upstream: "http://127.0.0.1:\(upstream.port)", timeouts: { response: 900ms, body: 300ms } }
                """)
            let client = try Connection(port: cluster.port)
            try client.send("POST /stuck HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
            #expect(try client.response().status == 504)
            let hasty = try Connection(port: cluster.port)
            try hasty.send("POST /stuck HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\na")
            #expect(try hasty.response().status == 408)
        }

        @Test("what belongs to one hop stays there, in both directions; where a request came from is said by us")
        func fields() throws {
            let client = try Connection(port: try start().port)
            let request = try client.get(
                "/head",
                headers: [
                    "Connection: X-Mine, keep-alive", "X-Mine: 1", "Keep-Alive: 5", "TE: trailers", "Upgrade: websocket", "X-Open: 2",
                    "X-Forwarded-For: 1.2.3.4", "x_forwarded_for: 1.2.3.4", "Forwarded: for=1.2.3.4",
                ]
            ).text.lowercased()
            let isGone = ["x-mine", "keep-alive", "trailers", "upgrade", "1.2.3.4", "connection:"]
            let isThere = [
                "x-open: 2\r\n", "x-forwarded-for: 127.0.0.1\r\n", "forwarded: for=127.0.0.1;", "host: localhost\r\n", "via: 1.1",
            ]
            for text in isGone { #expect(!request.contains(text), "\(request)") }
            for text in isThere { #expect(request.contains(text), "\(request)") }
            let answer = try client.get("/hop")
            #expect(answer.text == "hop" && answer["x-open"] == "2" && answer["via"] != nil && answer["date"] != nil)
            for name in ["x-secret", "keep-alive", "connection"] { #expect(answer[name] == nil, "\(name)") }
        }

        @Test(
            "the upstream gets the path in its normal form, with the empty segments that are a part of it, and the query as it came",
            arguments: [
                ("/a/../b//c?x=%2e", "/b//c?x=%2e"), ("//resize/./http://h/x", "/resize/http://h/x"), ("/%61%2fb", "/a%2Fb"),
                ("http://other/a/./b", "/a/b"), ("http://other?q", "/?q"),
                ("/plain?", "/plain?"),
            ])
        func target(sent: String, got: String) throws {
            _ = try get(sent, port: try start().port)
            #expect(upstream.requests.map { $0.split(separator: " ")[2] } == [Substring(got)])
        }

        @Test("a client of HTTP/1.0 gets neither chunks nor a second answer")
        func oldClient() throws {
            let client = try Connection(port: try start().port)
            try client.send("GET /chunks?1 HTTP/1.0\r\n\r\n")
            let answer = try client.response()
            #expect(answer["transfer-encoding"] == nil && answer.closes && answer.body.count == 1 << 16)
        }

        @Test("an answer that ends with its connection is whole, and in chunks for who knows them")
        func untilClose() throws {
            let client = try Connection(port: try start().port)
            let answer = try client.get("/until-close")
            #expect(answer.text == "until the end" && answer["transfer-encoding"] == "chunked")
            #expect(try client.get("/x").status == 200)
        }

        // MARK: - Connections

        @Test("connections to the upstream are kept and used again, last in, first out")
        func reuse() throws {
            let cluster = try start()
            for _ in 0..<20 { #expect(try get("/x", port: cluster.port).status == 200) }
            #expect(upstream.connections(of: "/x").count == 1)
        }

        @Test("a kept connection that was closed at the moment of its use: GET goes out again, POST never")
        func stale() throws {
            let cluster = try start()
            let client = try Connection(port: cluster.port)
            #expect(try client.get("/x").status == 200)
            #expect(try client.get("/stale").status == 200)
            #expect(upstream.count(of: "/stale") == 2)
            try client.ask(method: "POST", "/stale", body: "abc")
            #expect(try client.response().status == 502)
            #expect(upstream.count(of: "/stale") == 3)
            // On a fresh connection there is nothing to try again.
            let before = upstream.count(of: "/silent")
            #expect(try get("/silent", port: cluster.port).status == 502)
            #expect(upstream.count(of: "/silent") == before + 1)
            #expect(try client.get("/x").status == 200)
        }

        @Test("a request whose body comes behind its head goes out again as one that comes in one piece")
        func staleInPieces() throws {
            let cluster = try start()
            let client = try Connection(port: cluster.port)
            #expect(try client.get("/x").status == 200)
            for count in [2, 5000] {
                let before = upstream.count(of: "/stale")
                let begun = upstream.requests.count { $0.hasSuffix(" begun") }
                try client.send("PUT /stale HTTP/1.1\r\nHost: a\r\nContent-Length: \(count)\r\n\r\n")
                try eventually("the head has come to the server") { upstream.requests.count { $0.hasSuffix(" begun") } == begun + 1 }
                try client.send(String(repeating: "a", count: count))
                // What does not fit behind the head that has been sent is not kept.
                #expect(try client.response().status == (count == 2 ? 200 : 502))
                #expect(upstream.count(of: "/stale") == before + (count == 2 ? 2 : 1))
            }
        }

        @Test("a kept connection that the upstream closes is not used")
        func closedIdle() throws {
            let cluster = try start()
            #expect(try get("/x", port: cluster.port).status == 200)
            try upstream.stop()
            #expect(try get("/x", port: cluster.port).status == 502)
        }

        @Test("servers take turns; one that refuses is passed over without an error")
        func servers() throws {
            let (second, dead) = (try Upstream(), try FreePorts.take())
            let cluster = try start("['http://127.0.0.1:\(upstream.port)', 'http://127.0.0.1:\(dead)', 'http://127.0.0.1:\(second.port)']")
            for _ in 0..<30 {
                let client = try Connection(port: cluster.port)
                try client.ask(method: "POST", "/digest", body: "abc")
                #expect(try client.response().text.hasPrefix("3 "))
            }
            // The share of the dead one is spread over both.
            #expect(upstream.count(of: "/digest") + second.count(of: "/digest") == 30)
            #expect(abs(upstream.count(of: "/digest") - second.count(of: "/digest")) <= 2)
        }

        @Test("without a server that can be reached the answer is 502")
        func allDown() throws {
            let cluster = try start("['http://127.0.0.1:\(try FreePorts.take())', 'http+unix:/nowhere/a.sock']")
            let client = try Connection(port: cluster.port)
            #expect(try client.get("/x").status == 502)
            #expect(try client.get("/own").text == "own")
            try client.ask(method: "POST", "/x", body: "abc")
            #expect(try client.response().status == 502)
            #expect(try client.get("/own").text == "own")
            try cluster.waitForLog("no upstream could be reached (E")
        }

        @Test("a unix socket is a server like any other")
        func unixSocket() throws {
            let cluster = try start("http+unix:\(upstream.path)")
            let client = try Connection(port: cluster.port)
            #expect(try client.get("/bytes?16").body.count == 16 << 16)
            try client.ask(method: "POST", "/digest", body: "abc")
            #expect(try client.response().text.hasPrefix("3 ba7816bf"))
            #expect(try client.get("/silent").status == 502)
            #expect(try client.get("/x").status == 200)
        }

        @Test("a server that does not even accept is given up after five seconds; the next one is asked, or the answer is 504")
        func late() throws {
            let hole = try BlackHole()
            let cluster = try Cluster.start(
                """
                port: <port>
                workers: 1
                routes:
                  - path: /one
                    upstream: http://127.0.0.1:\(hole.port)
                  - upstream: [http://127.0.0.1:\(hole.port), http://127.0.0.1:\(upstream.port)]
                """)
            let clients = try ["/one", "/digest"].map { target in
                let client = try Connection(port: cluster.port)
                try client.ask(method: "POST", target, body: "abc")
                return client
            }
            #expect(try clients[0].response().status == 504)
            #expect(try clients[1].response().text.hasPrefix("3 "))
            #expect(upstream.count(of: "/digest") == 1)
        }

        // MARK: - What goes wrong

        @Test("a truncated body never looks whole", arguments: ["/cut-length", "/cut-chunks"])
        func truncated(path: String) throws {
            let client = try Connection(port: try start().port)
            try client.ask(path)
            #expect(throws: (any Error).self) { try client.response() }
        }

        @Test("an answer that is no HTTP, or switches protocols unasked, is a 502", arguments: ["/bad", "/switch"])
        func malformed(path: String) throws {
            let client = try Connection(port: try start().port)
            #expect(try client.get(path).status == 502)
            #expect(try client.get("/own").text == "own")
        }

        @Test("an answer that comes before the body is through reaches the client, and is the last one of its connection")
        func earlyAnswer() throws {
            let client = try Connection(port: try start().port)
            try client.send("POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nthe beginning")
            let answer = try client.response()
            #expect(answer.status == 413 && answer.text == "large" && answer.closes)
            #expect(try client.readAll().isEmpty)
        }

        @Test("a body that is malformed further on is refused, and never looks whole to the upstream")
        func malformedBody() throws {
            let cluster = try start()
            let client = try Connection(port: cluster.port)
            try client.send("POST /digest HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
            try eventually("its beginning was read") { try cluster.worker(0).requestsTotal == 1 }
            try client.send("x\r\n")
            #expect(try client.response().status == 400)
            #expect(upstream.count(of: "/digest") == 0)
        }

        @Test("a client that resets cancels its request; one that has only said its last word does not")
        func cancelling() throws {
            let cluster = try start()
            let client = try Connection(port: cluster.port)
            try client.ask("/hang")
            try eventually("the request has come") { upstream.count(of: "/hang") == 1 }
            client.reset()
            try eventually("the upstream was left") { upstream.requests.contains { $0.hasSuffix(" gone") } }
            let half = try Connection(port: cluster.port)
            try half.ask("/slow?0.3")
            half.shutdownWriting()
            #expect(try half.response().text == "slow")
        }

        @Test("a slow reader is waited for with little memory")
        func slowReader() throws {
            let cluster = try start()
            let worker = try cluster.worker(0).process
            let client = try Connection(port: cluster.port, timeout: .seconds(30), receiveBuffer: 64 * 1024)
            try client.ask("/bytes?1600")
            _ = client.hasAnswer(within: .seconds(5))
            let before = worker.residentBytes
            try always(for: .milliseconds(500), "memory stays bounded") { worker.residentBytes - before < 8 << 20 }
            #expect(try client.response().body.count == 1600 << 16)
            #expect(try client.get("/x").status == 200)
        }

        @Test("a server that does not read makes its client wait, with little memory")
        func slowServer() throws {
            let cluster = try start()
            let worker = try cluster.worker(0).process
            let before = worker.residentBytes
            let client = try Connection(port: cluster.port, timeout: .seconds(1))
            try client.send("POST /stuck HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n")
            #expect(throws: ConnectionFailure.late) { try client.send([UInt8](repeating: 0, count: 100_000_000)) }
            #expect(worker.residentBytes - before < 8 << 20)
            client.reset()
            #expect(try get("/x", port: cluster.port).status == 200)
        }

        @Test("an answer that begins while the body is on its way does not stop it")
        func bothWays() throws {
            let client = try Connection(port: try start().port, timeout: .seconds(20))
            let block = (0..<1 << 16).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
            try client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: \(160 << 16)\r\n\r\n")
            // What is written in one piece is more than both sides have room for without reading.
            for _ in 0..<32 { try client.send(block) }
            _ = client.hasAnswer(within: .seconds(5))
            for _ in 32..<160 { try client.send(block) }
            let answer = try client.response()
            #expect(answer.closes && answer.body.count == 160 << 16)
            #expect(answer.body.suffix(1 << 16) == block[...])
        }

        @Test("a body that stops coming is given up, and so is its connection to the server")
        func slowBody() throws {
            let cluster = try start(more: "timeouts: { body: 300ms }")
            let client = try Connection(port: cluster.port)
            try client.send("POST /digest HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
            let answer = try client.response()
            #expect(answer.status == 408 && answer.closes)
            try eventually("the server has heard of the end") {
                upstream.count(of: "/digest") == 1 && upstream.requests.contains { $0.hasSuffix("POST /digest 3") }
            }
        }

        @Test("a worker without a descriptor to spare answers 503, and goes on")
        func shortage() throws {
            let cluster = try Cluster.start(configuration(), launcher: ["prlimit", "--nofile=96:96"])
            for _ in 0..<3 {
                let clients = try (0..<60).map { _ in try Connection(port: cluster.port, timeout: .seconds(20)) }
                for client in clients { try client.ask("/slow?0.3", headers: ["Connection: close"]) }
                let found = statuses(of: clients[...])
                #expect(found["200", default: 0] > 20 && found["200", default: 0] + found["503", default: 0] == 60, "\(found)")
            }
            #expect(try get("/x", port: cluster.port).status == 200)
            #expect(try cluster.status().workers.map(\.restarts) == [0])
        }

        // MARK: - Reload and drain

        @Test("a reload keeps the connections to its servers, and what is under way")
        func reload() throws {
            let cluster = try start()
            let client = try Connection(port: cluster.port)
            #expect(try client.get("/x").text == "1 0")
            try client.ask("/slow?0.5")
            try eventually("the request has come") { upstream.count(of: "/slow?0.5") == 1 }
            let same = "http://127.0.0.1:\(upstream.port)"
            let changed = configuration("['\(same)']", more: "timeouts: { idle: 9s }")
            #expect(try cluster.reload(changed).result == "ok")
            #expect(try client.response().text == "slow")
            #expect(try client.get("/x").text == "1 2")
            // The worker goes when the last exchange is through, and not before.
            try client.ask("/slow?0.5")
            try eventually("the request has come") { upstream.count(of: "/slow?0.5") == 2 }
            cluster.send(SIGTERM)
            let last = try client.response()
            #expect(last.text == "slow" && last.closes)
            client.close()
            #expect(try cluster.command.wait() == .code(0))
        }
    }
}
