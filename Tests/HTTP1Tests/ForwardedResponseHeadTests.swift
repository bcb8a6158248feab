import HTTP1
import Testing

@Suite("The head of a response on its way to the client")
struct ForwardedResponseHeadTests {
    private func forward(_ text: String, _ forwarding: ResponseForwarding = ResponseForwarding()) -> WrittenHead {
        WrittenHead(forwarding.forward(text) ?? "refused")
    }

    @Test("is written anew: the line, the upstream's fields in their order and case, and then ours")
    func whole() {
        let text = response(
            "HTTP/1.0 404 Not Here", "SERVER: x", "Set-Cookie: a=1", "set-cookie:b=2 ", "Content-Length: 007", "Set-Cookie: c=3",
            "Connection: keep-alive")
        #expect(
            ResponseForwarding().forward(text)
                == response(
                    "HTTP/1.1 404 Not Here", "SERVER: x", "Set-Cookie: a=1", "set-cookie: b=2", "Set-Cookie: c=3",
                    "Date: Sun, 06 Nov 1994 08:49:37 GMT", "Via: 1.0 cluster-proxy", "Content-Length: 7"))
    }

    @Test("always has a space behind the status, and the upstream's phrase or none")
    func statusLines() {
        #expect(forward(response("HTTP/1.1 200")).line == "HTTP/1.1 200 ")
        #expect(forward(response("HTTP/1.1 200 Fine")).line == "HTTP/1.1 200 Fine")
        #expect(forward(response("HTTP/1.0 999 No")).line == "HTTP/1.1 999 No")
    }

    @Test("keeps the upstream's date, and adds one only where there is none")
    func dates() {
        #expect(forward(response("HTTP/1.1 200 OK", "date: then", "Connection: Date")).values("Date") == ["then"])
        #expect(forward(response("HTTP/1.1 200 OK")).values("Date") == ["Sun, 06 Nov 1994 08:49:37 GMT"])
    }

    @Test("has no field that belongs to the upstream's connection, by its own name or named in Connection")
    func hopByHop() {
        let head = forward(
            response(
                "HTTP/1.1 200 OK", "Connection: X-Hop, Content-Length, close", "X-Hop: 1", "Keep-Alive: timeout=3", "Proxy-Connection: x",
                "Trailer: X", "Upgrade: h2,h2c", "Content-Length: 2", "X-End: 1"))
        for name in ["X-Hop", "Keep-Alive", "Proxy-Connection", "Trailer", "Upgrade", "Connection", "Transfer-Encoding"] {
            #expect(!head.has(name), "\(name)")
        }
        #expect(head.values("Content-Length") == ["2"] && head.has("X-End"))
    }

    @Test("frames the body for the client: counted as it is, anything else in chunks or, for HTTP/1.0, until the end")
    func framing() {
        for (fields, new, old) in [
            (["Content-Length: 05"], ["Content-Length: 5"], ["Content-Length: 5", "Connection: keep-alive"]),
            (["Content-Length: 0"], ["Content-Length: 0"], ["Content-Length: 0", "Connection: keep-alive"]),
            (["Transfer-Encoding: chunked"], ["Transfer-Encoding: chunked"], ["Connection: close"]),
            (["X: y"], ["X: y", "Transfer-Encoding: chunked"], ["X: y", "Connection: close"]),
        ] {
            let text = response("HTTP/1.1 200 OK", fields[0])
            func found(_ minorVersion: UInt8) -> [String] {
                forward(text, ResponseForwarding(minorVersion: minorVersion)).fields.filter {
                    !$0.hasPrefix("Date") && !$0.hasPrefix("Via")
                }
            }
            #expect(found(1) == new)
            #expect(found(0) == old)
        }
        #expect(forward(response("HTTP/1.1 200 OK"), ResponseForwarding(keepsAlive: false)).values("Connection") == ["close"])
    }

    @Test("says how long a body would have been where it may, and never frames one that does not come")
    func withoutBody() {
        let toHead = ResponseForwarding(question: .init(.head))
        #expect(forward(response("HTTP/1.1 200 OK", "Content-Length: 44"), toHead).values("Content-Length") == ["44"])
        #expect(forward(response("HTTP/1.1 304 Not Modified", "Content-Length: 44")).values("Content-Length") == ["44"])
        #expect(!forward(response("HTTP/1.1 204 No Content", "Content-Length: 44")).has("Content-Length"))
        #expect(!forward(response("HTTP/1.1 204 No Content", "Content-Length: 44"), toHead).has("Content-Length"))
        for head in [
            forward(response("HTTP/1.1 200 OK"), toHead), forward(response("HTTP/1.1 200 OK", "Transfer-Encoding: chunked"), toHead),
            forward(response("HTTP/1.1 304 Not Modified", "Transfer-Encoding: chunked")), forward(response("HTTP/1.1 204 No Content")),
        ] {
            #expect(!head.has("Content-Length") && !head.has("Transfer-Encoding") && !head.has("Connection"))
        }
    }

    @Test("has nothing but the upstream's own fields when it comes before the answer")
    func interim() {
        #expect(
            ResponseForwarding(keepsAlive: false).forward(
                response("HTTP/1.1 103 Early Hints", "Link: </a>", "Connection: X", "X: y", "Content-Length: 0"))
                == response("HTTP/1.1 103 Early Hints", "Link: </a>"))
        #expect(ResponseForwarding().forward(response("HTTP/1.1 100")) == response("HTTP/1.1 100 "))
    }

    @Test("names the protocol it switches to, or wants, and no protocol otherwise")
    func upgrades() {
        let asked = ResponseForwarding(question: .init(.get, offersUpgrade: true))
        let fields = ["Upgrade: websocket", "Connection: upgrade, X", "X: y", "Sec-WebSocket-Accept: z"]
        func answer(_ line: String) -> WrittenHead { forward(([line] + fields).map { $0 + "\r\n" }.joined() + "\r\n", asked) }
        let switched = answer("HTTP/1.1 101 Switching Protocols")
        #expect(switched.values("Upgrade") == ["websocket"] && switched.values("Connection") == ["upgrade"])
        #expect(switched.has("Sec-WebSocket-Accept") && !switched.has("X"))
        #expect(!switched.has("Transfer-Encoding") && !switched.has("Content-Length"))
        let wanted = answer("HTTP/1.1 426 Upgrade Required")
        #expect(wanted.values("Upgrade") == ["websocket"] && wanted.values("Connection") == ["upgrade"])
        #expect(!answer("HTTP/1.1 200 OK").has("Upgrade"))
    }

    @Test("leaves out what the route takes out or writes itself")
    func edits() {
        let text = response("HTTP/1.1 200 OK", "X-Powered-By: y", "Server: z", "Date: then", "X-Other: 1")
        let head = forward(text, ResponseForwarding(removed: ["x-powered-by"], overridden: [.server, .date, .via]))
        for name in ["X-Powered-By", "Server", "Date", "Via"] { #expect(!head.has(name), "\(name)") }
        #expect(head.has("X-Other"))
    }

    @Test("is read again as what was meant, after any damage that still makes a head")
    func roundTrip() {
        var generator = SeededGenerator(seed: 20_260_202)
        let sources = [
            response("HTTP/1.1 200 OK", "Connection: X-A", "X-A: 1", "Content-Length: 5", "Set-Cookie: a=b", "Upgrade: websocket,h2c"),
            response("HTTP/1.1 101 Switching", "Upgrade: a,b,c,d,e,f", "Connection: upgrade"), response("HTTP/1.0 204", "A:b", "C:d", "E:"),
            response("HTTP/1.1 426 No", "Transfer-Encoding: chunked", "Upgrade: x", "Connection: upgrade", "Date: then"),
            response("HTTP/1.1 103 Hints", "Link: </a>", "Content-Length: 0"),
        ]
        var survivors = 0
        for round in 0..<30_000 {
            let bytes = damaged(sources[round % sources.count].octets, with: &generator)
            let question = ResponseHead.Question(round % 3 == 0 ? .head : .get, offersUpgrade: round % 4 != 0)
            let forwarding = ResponseForwarding(question: question, minorVersion: round % 7 == 0 ? 0 : 1, keepsAlive: round % 2 == 0)
            guard let text = String(validating: bytes, as: UTF8.self), let found = forwarding.forward(text) else { continue }
            survivors += 1
            var before = ResponseHead()
            _ = before.read(bytes, answering: question)
            var after = ResponseHead()
            #expect(after.read(found.octets, answering: question) == .complete(length: found.utf8.count), "\(found)")
            #expect(after.status == before.status && after.minorVersion == 1)
            #expect(after.framing == before.framing.forwarded(toMinorVersion: forwarding.minorVersion), "\(found)")
            if after.framing == .untilClose { #expect(after.options.closes == true) }
        }
        #expect(survivors > 3_000)
    }
}
