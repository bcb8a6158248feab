import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite("tunnels") struct TunnelTests {
        private static let upgrade = ["Connection: Upgrade", "Upgrade: echo"]
        private let upstream: Upstream

        init() throws { upstream = try Upstream() }

        private func start(more: String = "", workers: Int = 1) throws -> Cluster {
            try Cluster.start(configuration(more: more, workers: workers))
        }

        private func configuration(more: String = "", workers: Int = 1) -> String {
            """
            port: <port>
            workers: \(workers)
            \(more)
            routes:
              - path: /own
                respond: own
              - upstream: http://127.0.0.1:\(upstream.port)
            """
        }

        /// Upgraded, and the greeting that came with the 101 read.
        private func tunnel(_ cluster: Cluster, behind: String = "") throws -> Connection {
            let client = try Connection(port: cluster.port)
            try client.send("GET /tunnel HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n" + behind)
            let answer = try client.response()
            #expect(answer.status == 101 && answer["upgrade"] == "echo" && answer["connection"]?.lowercased() == "upgrade")
            #expect(try client.read(6) == Array("hello ".utf8))
            return client
        }

        private func pattern(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) } }

        // MARK: - Bytes

        @Test("after 101 bytes go both ways as they come, and the end of one side is passed on while the other goes on")
        func echo() throws {
            let client = try tunnel(start())
            try client.send("abc")
            #expect(try client.read(3) == Array("abc".utf8))
            client.shutdownWriting()
            #expect(String(decoding: try client.readAll(), as: UTF8.self) == " 3 bytes")
        }

        @Test("what the client sends behind its request, before the 101, reaches the upstream first")
        func early() throws {
            let client = try tunnel(start(), behind: "early")
            try client.send(" late")
            client.shutdownWriting()
            #expect(String(decoding: try client.readAll(), as: UTF8.self) == "early late 10 bytes")
        }

        @Test("four megabytes go through in both directions while neither side waits for the other")
        func large() throws {
            let client = try tunnel(start())
            let bytes = pattern(4 << 20)
            var sent = 0
            var received: [UInt8] = []
            while received.count < bytes.count {
                if sent < bytes.count {
                    let end = min(sent + 64 * 1024, bytes.count)
                    try client.send(Array(bytes[sent..<end]))
                    sent = end
                }
                if sent == bytes.count || client.hasAnswer(within: .zero) { received += try client.readSome() }
            }
            #expect(received == bytes)
        }

        @Test("what the upstream says last reaches the client, and then the end does")
        func lastWords() throws {
            let client = try Connection(port: try start().port)
            try client.ask("/drop", headers: Self.upgrade)
            #expect(try client.response().status == 101)
            #expect(String(decoding: try client.readAll(), as: UTF8.self) == "last words")
        }

        @Test(
            "what the upstream says last reaches a client that it does not listen to any more, however much is on its way",
            arguments: [64, 1024, 8192])
        func refused(kibibytes: Int) throws {
            let cluster = try start()
            let block = pattern(kibibytes << 10)
            for _ in 0..<10 {
                let client = try Connection(port: cluster.port)
                try client.send("GET /refuse HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
                #expect(try client.response().status == 101)
                // Whether all of it can be sent is nobody's promise.
                try? client.send(block)
                #expect(try client.read(15) == Array("hello too large".utf8))
                #expect(client.isClosed(within: .seconds(5)))
            }
        }

        @Test("a client's reset ends the upstream's side")
        func reset() throws {
            let client = try tunnel(start())
            try client.send("abc")
            _ = try client.read(3)
            client.reset()
            try eventually("the upstream is told") { upstream.requests.contains { $0.contains(" tunnel ") } }
        }

        @Test("a client that ends its side has left: the tunnel ends soon, however much its server still has to say")
        func left() throws {
            let client = try Connection(port: try start().port)
            try client.ask("/talk", headers: Self.upgrade)
            #expect(try client.response().status == 101)
            _ = try client.read(10)
            client.shutdownWriting()
            _ = try client.readAll()
            try eventually("the server is told") { upstream.requests.contains { $0.hasSuffix("talk gone") } }
        }

        // MARK: - Only when it was asked for and given

        @Test("an upgrade that the upstream does not take up is an ordinary request, and what follows it the next")
        func declined() throws {
            let client = try Connection(port: try start().port)
            try client.send(
                "GET /head HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nGET /own HTTP/1.1\r\nHost: a\r\n\r\n")
            let head = try client.response()
            #expect(head.status == 200 && head.text.contains("Upgrade: echo") && head.text.lowercased().contains("connection: upgrade"))
            #expect(try client.response().text == "own")
        }

        @Test("a 101 that nobody asked for is 502, and the upstream's connection is not used again")
        func unasked() throws {
            let cluster = try start()
            let client = try Connection(port: cluster.port)
            #expect(try client.get("/switch").status == 502)
            #expect(try client.get("/x").status == 200)
        }

        @Test("a 101 to a protocol that the client has not offered is 502; letters of either case are the same")
        func other() throws {
            let client = try Connection(port: try start().port)
            #expect(try client.get("/switch", headers: Self.upgrade).status == 502)
            #expect(try client.get("/own").status == 200)
            #expect(try client.get("/switch", headers: ["Connection: Upgrade", "Upgrade: echo, X/2"]).status == 101)
        }

        @Test("HTTP/2 in clear text is never offered to an upstream")
        func h2c() throws {
            let client = try Connection(port: try start().port)
            let head = try client.get("/head", headers: ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMA"])
            #expect(!head.text.lowercased().contains("h2c") && !head.text.lowercased().contains("http2-settings"))
        }

        // MARK: - Time

        @Test("a tunnel on which nothing moves is closed after timeouts.tunnel, one on which something does is not")
        func idle() throws {
            let client = try tunnel(start(more: "timeouts: {tunnel: 500ms, idle: 1s}"))
            for _ in 0..<4 {
                pause(.milliseconds(200))
                try client.send("x")
                #expect(try client.read(1) == Array("x".utf8))
            }
            #expect(client.isClosed(within: .seconds(5)))
        }

        @Test("a route has its own timeouts.tunnel")
        func idleOfRoute() throws {
            let text = configuration(more: "timeouts: {tunnel: 1h}").replacing(
                "  - upstream:", with: "  - timeouts: {tunnel: 300ms}\n    upstream:")
            #expect(try tunnel(Cluster.start(text)).isClosed(within: .seconds(5)))
        }

        @Test("a tunnel lives on through a reload")
        func reload() throws {
            let cluster = try start()
            let client = try tunnel(cluster)
            try cluster.reload(configuration(more: "timeouts: {idle: 7s}"))
            try client.send("abc")
            #expect(try client.read(3) == Array("abc".utf8))
        }

        @Test("at a stop tunnels have upgraded_grace, and are closed then")
        func stop() throws {
            let cluster = try start(more: "stop: {grace: 10s, upgraded_grace: 1s}")
            let client = try tunnel(cluster)
            cluster.send(SIGTERM)
            try client.send("abc")
            #expect(try client.read(3) == Array("abc".utf8))
            #expect(client.isClosed(within: .seconds(5)))
            try cluster.waitForLog("stopped status=0")
        }

        @Test("a longer upgraded_grace outlives grace, and only tunnels do")
        func longerGrace() throws {
            let cluster = try start(more: "stop: {grace: 1s, upgraded_grace: 3s}")
            let client = try tunnel(cluster)
            let other = try Connection(port: cluster.port)
            try other.ask("/slow?20")
            try eventually("the request is under way") { try cluster.worker(0).connectionsActive == 2 }
            cluster.send(SIGTERM)
            #expect(try other.response().status == 504 && other.isClosed(within: .seconds(4)))
            try client.send("abc")
            #expect(try client.read(3) == Array("abc".utf8))
            #expect(client.isClosed(within: .seconds(8)))
            try cluster.waitForLog("stopped status=0")
        }

        // MARK: - Events

        @Test("events come as they are sent, and the end of the client's side ends an event stream")
        func events() throws {
            let client = try Connection(port: try start().port)
            try client.ask("/events")
            var text = ""
            while !text.contains("data: 4") { text += String(decoding: try client.readSome(), as: UTF8.self) }
            client.shutdownWriting()
            try eventually("the upstream is told") { upstream.requests.contains { $0.hasSuffix("events gone") } }
        }
    }
}
