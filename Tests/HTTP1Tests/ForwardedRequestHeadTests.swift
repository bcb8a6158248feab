import HTTP1
import Testing

@Suite("The head of a request on its way to an upstream")
struct ForwardedRequestHeadTests {
    private func forward(_ text: String, _ forwarding: RequestForwarding = RequestForwarding()) -> WrittenHead {
        WrittenHead(forwarding.forward(text) ?? "refused")
    }

    @Test("is written anew: the line, Host, the client's fields in their order and case, and then ours")
    func whole() throws {
        let text = request(
            "POST http://example.com/a?b HTTP/1.1", "Host: other", "aCCept:*/*", "Cookie: a=b", "X-One:  two words\t", "cookie: c=d",
            "Via: 1.1 before", "Content-Length: 5", "X-\u{e9}: y".replacing("\u{e9}", with: "E"), "Z: \u{e9}")
        let found = RequestForwarding(target: "/api/a?b", authority: "example.com").forward(text)
        let expected = request(
            "POST /api/a?b HTTP/1.1", "Host: example.com", "aCCept: */*", "Cookie: a=b", "X-One: two words", "cookie: c=d",
            "Via: 1.1 before", "X-E: y", "Z: \u{e9}", "Forwarded: for=203.0.113.9;host=\"example.com\";proto=http",
            "X-Forwarded-For: 203.0.113.9", "X-Real-IP: 203.0.113.9", "X-Forwarded-Host: example.com", "X-Forwarded-Proto: http",
            "X-Forwarded-Port: 8080", "Via: 1.1 cluster-proxy", "Content-Length: 5")
        #expect(found == expected)
    }

    @Test(
        "has each field with one space behind its colon and none behind its value, whatever stood there, also between fields that go on as they are"
    )
    func spacing() throws {
        let head =
            "GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB:2\r\nC:\t3 \t\r\nD: 4\r\nE:  5\r\nF: \r\nG:\r\nTE: x\r\nH: 6\r\nI: 7\r\nJ: 8 \r\n\r\n"
        let found = try #require(RequestForwarding().forward(head))
        #expect(found.contains("\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\nF: \r\nG: \r\nH: 6\r\nI: 7\r\nJ: 8\r\nForwarded: "))
    }

    @Test("names its request as we do: the client's own names for it do not go on, in no spelling")
    func requestID() {
        let text = request("GET / HTTP/1.1", "Host: a", "X-Request-Id: theirs", "x-request-id: again", "X_Request_Id: disguised")
        #expect(forward(text, RequestForwarding(requestID: "ours")).values("X-Request-Id") == ["ours"])
        #expect(!forward(text, RequestForwarding(requestID: "ours")).has("X_Request_Id"))
        #expect(!forward(text, RequestForwarding(requestID: "ours", overridden: [.xRequestID])).has("X-Request-Id"))
        #expect(forward(text).values("X-Request-Id") == ["theirs", "again"])
        let long = String(repeating: "i", count: 128)
        #expect(forward(text, RequestForwarding(requestID: long)).values("X-Request-Id") == [long])
    }

    @Test("has no field that belongs to the client's connection, by its own name or named in Connection")
    func hopByHop() {
        let head = forward(
            request(
                "GET / HTTP/1.1", "Host: a", "Connection: X-Hop, keep-alive, upgrade,HTTP2-Settings", "X-Hop: 1", "x-hop: 2",
                "Keep-Alive: 300", "Proxy-Connection: keep-alive", "TE: gzip, trailers", "Trailer: X", "Upgrade: websocket, h2c",
                "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA", "Connection: X-Second", "X-Second: 1", "X-Keep: 1"))
        for name in [
            "Connection", "X-Hop", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Upgrade", "HTTP2-Settings", "X-Second",
            "Transfer-Encoding", "Content-Length", "Expect",
        ] {
            #expect(!head.has(name), "\(name)")
        }
        #expect(head.values("X-Keep") == ["1"])
    }

    @Test("keeps its framing, its Host and what it says of the client, whatever Connection names")
    func namingIsNotRemoving() {
        let named = "Connection: close, Content-Length, Transfer-Encoding, Host, X-Forwarded-For, X-Forwarded-Proto, Forwarded, Via, Cookie"
        let counted = forward(request("POST / HTTP/1.1", "Host: a", named, "Content-Length: 5", "Cookie: a=b"))
        #expect(counted.values("Content-Length") == ["5"])
        #expect(counted.values("Host") == ["upstream:80"])
        #expect(counted.values("X-Forwarded-For") == ["203.0.113.9"])
        #expect(counted.values("X-Forwarded-Proto") == ["http"])
        #expect(counted.values("Cookie") == ["a=b"])
        #expect(counted.values("Via") == ["1.1 cluster-proxy"])
        let chunked = forward(request("POST / HTTP/1.1", "Host: a", named, "Transfer-Encoding: chunked"))
        #expect(chunked.values("Transfer-Encoding") == ["chunked"] && !chunked.has("Content-Length"))
        let trusted = forward(
            request("GET / HTTP/1.1", "Host: a", named, "X-Forwarded-For: 9.9.9.9", "X-Forwarded-Proto: https"),
            RequestForwarding(peer: .trusted))
        #expect(trusted.values("X-Forwarded-For") == ["9.9.9.9, 203.0.113.9"])
        #expect(trusted.values("X-Forwarded-Proto") == ["https"])
    }

    @Test("frames the body as it was understood, not as it was spelled")
    func framing() {
        func framing(_ fields: String...) -> [String] {
            let text = (["PUT / HTTP/1.1", "Host: a"] + fields).map { $0 + "\r\n" }.joined() + "\r\n"
            let head = forward(text)
            return head.values("Content-Length") + head.values("Transfer-Encoding")
        }
        #expect(framing() == [])
        #expect(framing("Content-Length: 0") == ["0"])
        #expect(framing("content-LENGTH: 00012") == ["12"])
        #expect(framing("transfer-encoding: CHUNKED") == ["chunked"])
    }

    @Test("drops names that a program could take for one of ours, and carries others with an underscore")
    func disguises() {
        let names = [
            "X_Forwarded_For", "x-forwarded_for", "X.Forwarded.Proto", "X_FORWARDED_HOST", "X_Forwarded_Port", "X_Real_IP",
            "Content_Length",
            "Transfer_Encoding", "Transfer~Encoding", "Keep_Alive", "Proxy_Connection", "X_Request_ID", "HTTP2_Settings", "PROXY",
        ]
        let fields = names.map { $0 + ": evil" } + ["X_Mine: 1", "Content_Lengths: 2", "ContentXLength: 3", "X-Request-ID: 4"]
        let text = "GET / HTTP/1.1\r\nHost: a\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
        for peer in [ForwardedFields.Peer.stranger, .trusted] {
            let head = forward(text, RequestForwarding(peer: peer))
            #expect(!head.fields.contains { $0.hasSuffix("evil") })
            #expect(head.has("X_Mine") && head.has("Content_Lengths") && head.has("ContentXLength") && head.has("X-Request-ID"))
        }
    }

    @Test("passes an expectation on only when asked, and only the one that is known")
    func expectations() {
        for value in ["100-continue", "100-CONTINUE", "y 100-continue", "100-continue, x"] {
            let text = request("POST / HTTP/1.1", "Host: a", "Expect: " + value, "Content-Length: 1")
            #expect(!forward(text).has("Expect"))
            #expect(forward(text, RequestForwarding(expectsContinue: true)).values("Expect") == ["100-continue"])
        }
    }

    @Test("offers to switch protocols only when asked, and never to HTTP/2")
    func upgrades() {
        let upgrading = RequestForwarding(offersUpgrade: true)
        let text = request(
            "GET / HTTP/1.1", "Host: a", "Upgrade: websocket, h2c", "upgrade: x/1.2, H2C, b d, /", "Connection: Upgrade, X", "X: y")
        let head = forward(text, upgrading)
        #expect(head.values("Upgrade") == ["websocket,x/1.2"])
        #expect(head.values("Connection") == ["upgrade"])
        #expect(!head.has("X"))
        #expect(!forward(text).has("Upgrade") && !forward(text).has("Connection"))
        for refused in [
            request("GET / HTTP/1.1", "Host: a", "Upgrade: h2c", "Connection: Upgrade"),
            request("GET / HTTP/1.1", "Host: a", "Upgrade: websocket"),
            request("GET / HTTP/1.0", "Upgrade: websocket", "Connection: upgrade"),
        ] {
            let head = forward(refused, upgrading)
            #expect(!head.has("Upgrade") && !head.has("Connection"))
        }
    }

    @Test("leaves out what the route takes out or writes itself, in every spelling")
    func edits() {
        let text = request(
            "GET / HTTP/1.1", "Host: a", "X-User: evil", "x_USER: evil", "X-Other: 1", "Cookie: a=b", "Via: 1.0 b", "X-Forwarded-Proto: ftp"
        )
        let head = forward(
            text, RequestForwarding(removed: ["X-User"], overridden: [.cookie, .via, .xForwardedProto, .xForwardedFor, .xRealIP, .other]))
        #expect(!head.fields.contains { $0.hasSuffix("evil") })
        for name in ["Cookie", "Via", "X-Forwarded-Proto", "X-Forwarded-For", "X-Real-IP"] { #expect(!head.has(name), "\(name)") }
        #expect(head.has("X-Other") && head.has("X-Forwarded-Host") && head.has("Forwarded"))
    }

    @Test("has a Host also for a client of HTTP/1.0 that named none")
    func oldClients() {
        let head = forward(request("GET / HTTP/1.0"), RequestForwarding(authority: ""))
        #expect(head.line == "GET / HTTP/1.1")
        #expect(head.fields.first == "Host: ")
        #expect(head.values("Via") == ["1.0 cluster-proxy"])
        #expect(head.values("X-Forwarded-Host") == [""])
    }

    @Test("is read again as what was meant, after any damage that still makes a head")
    func roundTrip() {
        var generator = SeededGenerator(seed: 20_260_201)
        let sources = [
            request(
                "POST /a?b HTTP/1.1", "Host: a:80", "Connection: X-A, upgrade", "X-A: 1", "Content-Length: 5", "Upgrade: websocket,h2c",
                "X-Forwarded-For: 1.1.1.1", "Forwarded: for=1.1.1.1", "X_Forwarded_For: 2.2.2.2", "TE: trailers", "Cookie: a=b"),
            request(
                "PUT / HTTP/1.1", "Host: [::1]", "Transfer-Encoding: chunked", "Expect: 100-continue", "Via: 1.0 x", "X-Forwarded-Port: 1"),
            request("GET / HTTP/1.0", "Connection: keep-alive", "X-Real-IP: 3.3.3.3", "A:b", "C:d", "E:", "Upgrade: a,b,c,d,e,f,g,h"),
        ]
        var survivors = 0
        for round in 0..<30_000 {
            let bytes = damaged(sources[round % sources.count].octets, with: &generator)
            let peer: ForwardedFields.Peer = round % 2 == 0 ? .stranger : .trusted
            let forwarding = RequestForwarding(
                authority: "up", address: round % 3 == 0 ? "2001:db8::1" : "", peer: peer, offersUpgrade: round % 5 != 0,
                expectsContinue: round % 7 == 0)
            guard let text = String(validating: bytes, as: UTF8.self), let found = forwarding.forward(text) else { continue }
            survivors += 1
            var before = RequestHead()
            _ = before.read(bytes)
            var after = RequestHead()
            #expect(after.read(found) == .complete(length: found.utf8.count), "\(found)")
            #expect(after.method == before.method && after.framing == before.framing && after.minorVersion == 1, "\(found)")
            #expect(after.keepsAlive == true && after.expectation == (forwarding.expectsContinue ? .continue : .none))
            #expect(after.wantsUpgrade == (before.wantsUpgrade && forwarding.offersUpgrade))
            #expect(WrittenHead(found).values("X-Forwarded-For").count <= 1)
        }
        #expect(survivors > 3_000)
    }
}
