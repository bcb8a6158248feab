import TestSupport
import Testing

extension EndToEnd {
    @Suite("methods") struct MethodsTests {
        private let upstream: Upstream

        init() throws { upstream = try Upstream() }

        private func start() throws -> Cluster {
            try Cluster.start(
                """
                port: <port>
                workers: 1
                routes:
                  - { path: /own, respond: own }
                  - upstream: http://127.0.0.1:\(upstream.port)
                """)
        }

        @Test("TRACE is refused, whatever the route, and says what is not")
        func trace() throws {
            let client = try Connection(port: try start().port)
            for path in ["/own", "/head"] {
                try client.ask(method: "TRACE", path, headers: ["Cookie: secret=1", "Max-Forwards: 0"])
                let response = try client.response()
                #expect(response.status == 405 && response["allow"]?.contains("GET") == true && !response.text.contains("secret"))
            }
            #expect(try client.get("/own").text == "own")
            #expect(upstream.requests.isEmpty)
        }

        @Test("CONNECT is refused and never a tunnel", arguments: ["a.example:443", "127.0.0.1:80", "/own"])
        func connect(target: String) throws {
            let client = try Connection(port: try start().port)
            try client.send("CONNECT \(target) HTTP/1.1\r\nHost: a.example:443\r\n\r\nGET /head HTTP/1.1\r\nHost: a\r\n\r\n")
            let response = try client.response()
            #expect(response.status == 501 && response.closes)
            #expect(client.isClosed(within: .seconds(5)))
            #expect(upstream.requests.isEmpty)
        }

        @Test("OPTIONS about the server is answered by it, and about anything else by whoever serves that")
        func options() throws {
            let cluster = try start()
            for target in ["*", "http://a.example"] {
                let client = try Connection(port: cluster.port)
                try client.ask(method: "OPTIONS", target)
                let response = try client.response(to: "OPTIONS")
                #expect(response.status == 204 && response["allow"] == "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS", "\(target)")
                #expect(try client.get("/own").text == "own")
            }
            let client = try Connection(port: cluster.port)
            try client.ask(method: "OPTIONS", "/head", headers: ["Access-Control-Request-Method: PUT"])
            #expect(try client.response().text.hasPrefix("OPTIONS /head HTTP/1.1"))
            // The asterisk is nobody else's.
            try client.send("GET * HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.response().status == 400)
        }

        @Test("OPTIONS goes as far as Max-Forwards lets it, and not one further")
        func maxForwards() throws {
            let client = try Connection(port: try start().port)
            func sent(_ value: String) throws -> [Substring] {
                try client.ask(method: "OPTIONS", "/head", headers: ["Max-Forwards: \(value)"])
                return try client.response().text.split(separator: "\r\n").filter { $0.lowercased().hasPrefix("max-forwards") }
            }
            #expect(try sent("10") == ["Max-Forwards: 9"] && sent("1") == ["Max-Forwards: 0"])
            #expect(try sent("many") == ["Max-Forwards: many"])
            try client.ask(method: "OPTIONS", "/head", headers: ["max-forwards: 0"])
            #expect(try client.response().status == 204)
            // For other methods it means nothing.
            #expect(try client.get("/head", headers: ["Max-Forwards: 0"]).text.contains("Max-Forwards: 0"))
        }

        @Test("a method that nobody knows goes on as it is", arguments: ["PURGE", "get", "M-SEARCH", "X"])
        func unknown(method: String) throws {
            let client = try Connection(port: try start().port)
            try client.ask(method: method, "/head")
            #expect(try client.response().text.hasPrefix("\(method) /head HTTP/1.1"))
        }

        @Test("HTTP/1.0 is kept only when asked, and its request has a Host, a length or no body")
        func oldClients() throws {
            let cluster = try start()
            let short = try Connection(port: cluster.port)
            try short.send("GET /head HTTP/1.0\r\n\r\n")
            let got = try short.response().text.split(separator: "\r\n")
            #expect(
                got.first == "GET /head HTTP/1.1" && got.contains("Host: 127.0.0.1:\(upstream.port)")
                    && got.contains("Via: 1.0 cluster-proxy"))
            #expect(short.isClosed(within: .seconds(5)))
            let kept = try Connection(port: cluster.port)
            for _ in 0..<2 {
                try kept.send("POST /digest HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                let response = try kept.response()
                #expect(response.text.hasPrefix("0 ") && response["connection"]?.lowercased() == "keep-alive")
            }
        }

        @Test("what belongs to one connection goes no further, and nobody can have anything else removed by naming it")
        func hopByHop() throws {
            let client = try Connection(port: try start().port)
            let response = try client.get(
                "/head",
                headers: [
                    "Connection: X-Secret, Host, Content-Length, X-Forwarded-For, Transfer-Encoding, Cookie, close-not", "X-Secret: 1",
                    "Keep-Alive: 5",
                    "Proxy-Connection: keep-alive", "TE: trailers", "Trailer: X", "Upgrade: h2c", "HTTP2-Settings: a", "Cookie: a=b",
                    "X-Open: 2",
                ])
            let names = response.text.split(separator: "\r\n").dropFirst().map { $0.prefix { $0 != ":" }.lowercased() }
            for name in ["connection", "x-secret", "keep-alive", "proxy-connection", "te", "trailer", "upgrade", "http2-settings"] {
                #expect(!names.contains(name), "\(name)")
            }
            for name in ["host", "x-forwarded-for", "cookie", "x-open", "via"] { #expect(names.count { $0 == name } == 1, "\(name)") }
            let answer = try client.get("/hop")
            #expect(
                answer["x-secret"] == nil && answer["keep-alive"] == nil && answer["x-open"] == "2" && answer["via"] == "1.1 cluster-proxy")
        }
    }
}
