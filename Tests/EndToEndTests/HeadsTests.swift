import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite("heads") struct HeadsTests {
        @Test("many requests in one piece are answered in order")
        func pipelining() throws {
            let cluster = try Cluster.start(
                """
                port: <port>
                workers: 1
                routes: [{ path: /, respond: "{{request.path}}" }]
                """)
            let client = try Connection(port: cluster.port)
            let requests = (0..<1000).map { "GET /\($0) HTTP/1.1\r\nHost: localhost\r\n\r\n" }
            try client.send(requests.joined())
            for number in 0..<1000 {
                let response = try client.response()
                #expect(response.text == "/\(number)")
            }
        }

        @Test("HEAD has the header of GET and no body, and the connection goes on")
        func head() throws {
            let cluster = try Cluster.start(Samples.builtIn(1, says: "twelve bytes"))
            let client = try Connection(port: cluster.port)
            try client.ask(method: "HEAD", "/")
            let response = try client.response(to: "HEAD")
            #expect(response.status == 200)
            #expect(response["content-length"] == "12")
            #expect(try client.get().text == "twelve bytes")
        }

        @Test("HTTP/1.0 closes unless it asks to be kept")
        func oldVersion() throws {
            let cluster = try Cluster.start(Samples.builtIn(1))
            let short = try Connection(port: cluster.port)
            try short.send("GET / HTTP/1.0\r\n\r\n")
            #expect(try short.response().text == "ok")
            #expect(short.isClosed(within: .seconds(5)))
            let kept = try Connection(port: cluster.port)
            for _ in 0..<3 {
                try kept.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                let response = try kept.response()
                #expect(response.text == "ok")
                #expect(response["connection"]?.lowercased() == "keep-alive")
            }
        }

        @Test("Connection: close is obeyed, and so is a half-close after the request")
        func closing() throws {
            let cluster = try Cluster.start(Samples.builtIn(1))
            let asked = try Connection(port: cluster.port)
            #expect(try asked.get(headers: ["Connection: close"]).closes)
            #expect(asked.isClosed(within: .seconds(5)))
            let half = try Connection(port: cluster.port)
            try half.ask("/")
            half.shutdownWriting()
            #expect(try half.response().text == "ok")
            #expect(half.isClosed(within: .seconds(5)))
        }

        @Test("a head that comes byte by byte is understood")
        func byteByByte() throws {
            let cluster = try Cluster.start(Samples.builtIn(1))
            let client = try Connection(port: cluster.port)
            for byte in "GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: \(String(repeating: "a", count: 200))\r\n\r\n".utf8 {
                try client.send([byte])
            }
            #expect(try client.response().text == "ok")
        }

        @Test("a head that is late is refused with 408, whether it drips or stops, and others do not wait for it")
        func slow() throws {
            let cluster = try Cluster.start(Samples.builtIn(1, "timeouts: { header: 1s }"))
            let clients = try (0..<50).map { _ in try Connection(port: cluster.port) }
            for client in clients { try client.send("GET / HTTP/1.1\r\nHost: loc") }
            let clock = ContinuousClock()
            let start = clock.now
            #expect(try get(port: cluster.port).status == 200)
            // One of them drips: its time is the whole head's.
            var drips = 0
            while drips < 100, !clients[0].hasAnswer(within: .milliseconds(100)) {
                try clients[0].send("a")
                drips += 1
            }
            for client in clients {
                let response = try client.response()
                #expect(response.status == 408)
                #expect(response.closes)
            }
            #expect(clock.now - start >= .milliseconds(900))
            #expect(clock.now - start < .seconds(8))
            #expect(clients[1].isClosed(within: .seconds(5)))
        }

        @Test("an idle connection is closed after its time, without a word")
        func idle() throws {
            let cluster = try Cluster.start(Samples.builtIn(1, "timeouts: { idle: 500ms, header: 500ms }"))
            let used = try Connection(port: cluster.port)
            _ = try used.get()
            #expect(used.isClosed(within: .seconds(5)))
        }

        @Test("what is too large is refused by name: 414 and 431, and the answer is read before the close")
        func tooLarge() throws {
            let cluster = try Cluster.start(Samples.builtIn(1))
            let long = String(repeating: "a", count: 10_000)
            let target = try Connection(port: cluster.port)
            #expect(try target.get("/" + long).status == 414)
            let field = try Connection(port: cluster.port)
            #expect(try field.get(headers: (0..<5).map { "X-\($0): \(long)" }).status == 431)
            let many = try Connection(port: cluster.port)
            #expect(try many.get(headers: (0..<200).map { "X-\($0): 1" }).status == 431)
            // Ten megabytes, of which most come after the refusal: no reset overtakes it.
            let flood = try Connection(port: cluster.port)
            try flood.send("GET / HTTP/1.1\r\nHost: localhost\r\n")
            for _ in 0..<10 where !flood.hasAnswer(within: .zero) {
                try? flood.send("X: " + String(repeating: "b", count: 1 << 20) + "\r\n")
            }
            #expect(try flood.response().status == 431)
            #expect(try cluster.worker(0).restarts == 0)
            let within = try Connection(port: cluster.port)
            #expect(try within.get("/" + String(repeating: "a", count: 7_000)).status == 200)
        }

        @Test("what is no HTTP is refused or closed, and the log stays quiet")
        func garbage() throws {
            let cluster = try Cluster.start(Samples.builtIn(1))
            let lines = cluster.logLines.count
            let inputs: [[UInt8]] = [
                [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03], Array("SSH-2.0-OpenSSH_9.6\r\n\r\n".utf8),
                [UInt8](repeating: 0, count: 1 << 20), Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8), Array("GET /\r\n\r\n".utf8),
                Array("GET / HTTP/1.1\r\n\r\n".utf8), Array("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n".utf8),
                Array("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n".utf8),
                Array("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n".utf8),
            ]
            for input in inputs {
                let client = try Connection(port: cluster.port)
                try? client.send(input)
                client.shutdownWriting()
                let answer = try? client.response()
                #expect(answer == nil || (400..<506).contains(answer?.status ?? 0), "\(input.prefix(20)): \(answer?.status ?? 0)")
            }
            #expect(try get(port: cluster.port).status == 200)
            #expect(cluster.logLines.count - lines <= 2)
        }

        @Test("a body that nobody needs is read past, and the next request is found behind it")
        func bodies() throws {
            let cluster = try Cluster.start(Samples.builtIn(1))
            let client = try Connection(port: cluster.port)
            for size in [1, 10_000, 300_000] {
                try client.ask(method: "POST", "/", body: String(repeating: "b", count: size))
                #expect(try client.response().text == "ok")
            }
            try client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
            #expect(try client.response().text == "ok")
            #expect(try client.get().text == "ok")
        }

        @Test("a body that is too long to be read past is answered all the same, and nobody is reset for it")
        func longBody() throws {
            let cluster = try Cluster.start(Samples.builtIn(1))
            let client = try Connection(port: cluster.port)
            try client.ask(method: "POST", "/", body: String(repeating: "b", count: 3_000_000))
            #expect(try client.response().text == "ok")
            client.shutdownWriting()
            #expect(try client.readAll().isEmpty)
        }

        @Test("a body that goes wrong after its answer ends the connection in order")
        func brokenBody() throws {
            let cluster = try Cluster.start(Samples.builtIn(1))
            let client = try Connection(port: cluster.port)
            try client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
            #expect(try client.response().text == "ok")
            try client.send("zz\r\n")
            #expect(try client.readAll().isEmpty)
        }

        @Test("a line end behind a request is no beginning of another")
        func lineEnd() throws {
            let cluster = try Cluster.start(Samples.builtIn(1, "timeouts: { header: 300ms, idle: 30s }"))
            let client = try Connection(port: cluster.port)
            try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n\r\n")
            #expect(try client.response().text == "ok")
            #expect(!client.hasAnswer(within: .milliseconds(700)))
            #expect(try client.get().text == "ok")
        }

        @Test("line ends without a request keep no connection open")
        func lineEnds() throws {
            let cluster = try Cluster.start(Samples.builtIn(1, "timeouts: { header: 1s, idle: 1s }"))
            let fresh = try Connection(port: cluster.port)
            let used = try Connection(port: cluster.port)
            #expect(try used.get().text == "ok")
            for client in [fresh, used] {
                var sent = 0
                while sent < 50, !client.isClosed(within: .milliseconds(200)) {
                    sent += 1
                    try? client.send("\r\n")
                }
                #expect(sent < 50)
            }
        }

        @Test("an answer to a slow head is nobody else's: whatever another client asked last, it has its body")
        func slowAfterHead() throws {
            let cluster = try Cluster.start(Samples.builtIn(1, "timeouts: { header: 400ms }"))
            let slow = try Connection(port: cluster.port)
            try slow.send("GET / HTTP/1.1\r\n")
            let other = try Connection(port: cluster.port)
            try other.ask(method: "HEAD")
            #expect(try other.response(to: "HEAD").status == 200)
            let answer = try slow.response()
            #expect(answer.status == 408)
            #expect(answer.text.contains("did not arrive in time"))
        }

        @Test("a head that is being read when its limits are lowered is held to the new ones")
        func loweredLimits() throws {
            let cluster = try Cluster.start(Samples.builtIn(1, "limits: { headers: 256 }"))
            let client = try Connection(port: cluster.port)
            let fields = { (count: Int) in String(repeating: "a:\r\n", count: count) }
            try client.send("GET / HTTP/1.1\r\nHost: a\r\n" + fields(150))
            let worker = try cluster.worker(0)
            try cluster.reload(Samples.builtIn(1, "limits: { headers: 100 }"))
            try client.send(fields(110))
            #expect(try client.response().status == 431)
            #expect(try cluster.worker(0).pid == worker.pid)
        }

        @Test("routes are found by path and host, and nothing is 404")
        func routes() throws {
            let cluster = try Cluster.start(
                """
                port: <port>
                workers: 1
                routes:
                  - path: /api
                    respond: api
                  - path: { exact: /only }
                    respond: { status: 202, body: only, headers: { X-Own: "1" } }
                  - host: other.example
                    path: /api
                    respond: other
                """)
            let client = try Connection(port: cluster.port)
            #expect(try client.get("/api/x").text == "api")
            let only = try client.get("/only")
            #expect(only.status == 202)
            #expect(only["x-own"] == "1")
            #expect(try client.get("/only/x").status == 404)
            #expect(try client.get("/apis").status == 404)
            #expect(try client.get("/a/../api").text == "api")
            try client.send("GET /api HTTP/1.1\r\nHost: other.example\r\n\r\n")
            #expect(try client.response().text == "other")
        }
    }
}
