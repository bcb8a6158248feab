import HTTP1
import Testing

@Suite("A request head")
struct RequestHeadTests {
    @Test("is told apart into method, target, path, query, host and fields")
    func places() {
        let bytes = request("POST /a/b?c=d HTTP/1.1", "Host: Example.com:8080", "X-One:  two words\t", "Content-Length: 3").octets
        var head = RequestHead()
        #expect(head.read(bytes + [1, 2, 3]) == .complete(length: bytes.count))
        #expect(head.length == bytes.count)
        #expect(head.method == .post)
        #expect(text(head.methodPlace, of: bytes) == "POST")
        #expect(text(head.target, of: bytes) == "/a/b?c=d")
        #expect(text(head.path, of: bytes) == "/a/b")
        #expect(text(head.query, of: bytes) == "c=d")
        #expect(text(head.authority, of: bytes) == "Example.com:8080")
        #expect(text(head.host, of: bytes) == "Example.com")
        #expect(head.minorVersion == 1)
        #expect(head.framing == .length(3))
        #expect(head.fieldCount == 3)
        #expect(text(head.field(1).namePlace, of: bytes) == "X-One")
        #expect(text(head.field(1).value, of: bytes) == "two words")
        #expect(head.field(2).name == .contentLength)
        #expect(head.firstField(.host)?.name == .host)
        let found = head.fields.first(named: "x-ONE".octets.rawBytes, in: bytes.rawBytes)
        #expect(found.map { text($0.value, of: bytes) } == "two words")
        #expect(head.firstField(.cookie) == nil)
    }

    @Test("may follow one empty line, not two")
    func emptyLineBefore() {
        #expect(outcome(of: "\r\n" + request("GET / HTTP/1.1", "Host: a")) == .complete(length: 29))
        #expect(outcome(of: "\r\n\r\n" + request("GET / HTTP/1.1", "Host: a")) == .malformed(.methodMalformed))
        #expect(outcome(of: "\n" + request("GET / HTTP/1.1", "Host: a")) == .malformed(.methodMalformed))
        #expect(outcome(of: "\r") == .incomplete)
        #expect(outcome(of: "\r\n") == .incomplete)
        #expect(outcome(of: "\rG") == .malformed(.lineEnd))
    }

    @Test(
        "knows the registered methods in upper case and carries any other token",
        arguments: [
            ("GET", Method.get), ("HEAD", .head), ("PUT", .put), ("POST", .post), ("PATCH", .patch), ("TRACE", .trace), ("DELETE", .delete),
            ("OPTIONS", .options), ("get", .other), ("G3T", .other), ("M-SEARCH", .other), ("!#$%&'*+-.^_`|~", .other),
        ])
    func methods(name: String, method: Method) {
        var head = RequestHead()
        let bytes = request(name + " / HTTP/1.1", "Host: a").octets
        #expect(head.read(bytes) == .complete(length: bytes.count))
        #expect(head.method == method)
    }

    @Test(
        "is refused for a request line that is not exactly method, target and version with single spaces",
        arguments: [
            ("GET\t/ HTTP/1.1", Fault.methodMalformed), (" GET / HTTP/1.1", .methodMalformed), ("G(T / HTTP/1.1", .methodMalformed),
            ("GET  / HTTP/1.1", .targetMalformed), ("GET / ", .lineEnd), ("GET /", .targetMalformed), ("GET", .methodMalformed),
            ("GET /  HTTP/1.1", .versionMalformed), ("GET / HTTP/1.1 ", .versionMalformed), ("GET / http/1.1", .versionMalformed),
            ("GET / HTTP/1", .versionMalformed), ("GET / HTTP/1.1x", .versionMalformed), ("GET / HTTP/1.10", .versionMalformed),
            ("GET / HTTP/a.1", .versionMalformed), ("GET / HTTP/1,1", .versionMalformed), ("GET / HTCP/1.1", .versionMalformed),
            ("GET / HTTP/2.0", .versionUnsupported), ("GET / HTTP/1.2", .versionUnsupported), ("GET / HTTP/0.9", .versionUnsupported),
            ("PRI * HTTP/2.0", .versionUnsupported), ("CONNECT a:1 HTTP/1.1", .connectRefused),
            ("GET /a#b HTTP/1.1", .targetMalformed), ("GET /\u{e9} HTTP/1.1", .targetMalformed), ("GET /\u{7f} HTTP/1.1", .targetMalformed),
            ("GET /\u{0} HTTP/1.1", .targetMalformed), ("GET /\u{1} HTTP/1.1", .targetMalformed), ("GET a HTTP/1.1", .targetMalformed),
            ("GET * HTTP/1.1", .targetMalformed), ("OPTIONS ** HTTP/1.1", .targetMalformed), ("GET a:80 HTTP/1.1", .targetMalformed),
            ("GET ftp://a/ HTTP/1.1", .targetMalformed), ("GET http:/a HTTP/1.1", .targetMalformed),
            ("GET http:// HTTP/1.1", .targetMalformed),
            ("GET http:///a HTTP/1.1", .targetMalformed), ("GET http://:80/ HTTP/1.1", .targetMalformed),
            ("GET http://a@b/ HTTP/1.1", .targetMalformed), ("GET http://a:b/ HTTP/1.1", .targetMalformed),
            ("GET http://a:65536/ HTTP/1.1", .targetMalformed),
        ])
    func requestLines(line: String, fault: Fault) {
        let expected = line == "GET / " ? Fault.versionMalformed : fault
        #expect(outcome(of: request(line, "Host: a")) == .malformed(expected))
    }

    @Test("takes host and path from an absolute target, whatever Host says")
    func absoluteTarget() {
        for (target, host, path, query) in [
            ("http://one.example/x?y", "one.example", "/x", "y"), ("HTTPS://one.example:81", "one.example", "", ""),
            ("http://[::1]:80?q", "[::1]", "", "q"),
        ] {
            let bytes = request("GET \(target) HTTP/1.1", "Host: other.example:9").octets
            var head = RequestHead()
            #expect(head.read(bytes) == .complete(length: bytes.count))
            #expect(text(head.host, of: bytes) == host)
            #expect(text(head.path, of: bytes) == path)
            #expect(text(head.query, of: bytes) == query)
        }
        #expect(outcome(of: request("GET http://a/ HTTP/1.1")) == .malformed(.hostMissing))
        #expect(outcome(of: request("GET http://a/ HTTP/1.1", "Host: a/b")) == .malformed(.hostMalformed))
    }

    @Test("needs exactly one Host in HTTP/1.1, at most one in HTTP/1.0")
    func hostCount() {
        #expect(outcome(of: request("GET / HTTP/1.1")) == .malformed(.hostMissing))
        #expect(outcome(of: request("GET / HTTP/1.0")) == .complete(length: 18))
        #expect(outcome(of: request("GET / HTTP/1.1", "Host: a", "host: a")) == .malformed(.hostRepeated))
        #expect(outcome(of: request("GET / HTTP/1.0", "Host: a", "HOST:")) == .malformed(.hostRepeated))
    }

    @Test(
        "takes a Host that is a name or an address with or without a port",
        arguments: [
            ("", ""), ("a", "a"), ("a.example.com:8080", "a.example.com"), ("a:", "a"), ("127.0.0.1:1", "127.0.0.1"), ("[::1]", "[::1]"),
            ("[::ffff:1.2.3.4]:65535", "[::ffff:1.2.3.4]"), ("[v1.fe80::a+en1]", "[v1.fe80::a+en1]"), ("a%41b", "a%41b"),
            ("a_b!$&'()*+,;=~", "a_b!$&'()*+,;=~"),
        ])
    func hosts(value: String, name: String) {
        var head = RequestHead()
        let bytes = request("GET / HTTP/1.1", "Host: " + value).octets
        #expect(head.read(bytes) == .complete(length: bytes.count))
        #expect(text(head.host, of: bytes) == name)
        #expect(text(head.authority, of: bytes) == value)
    }

    @Test(
        "is refused for any other Host",
        arguments: [
            ":80", "a:b", "a:65536", "a:123456", "a b", "a,b c", "a/b", "a?b", "a#b", "a@b", "user@a", "[::1", "::1]", "[]", "[g]",
            "[::1]a", "[v.a]", "[v1]",
            "[v1.]", "a%4", "a%", "a%zz", "a\"", "http://a", "a\\b", "\u{e9}.example",
        ])
    func badHosts(value: String) {
        #expect(outcome(of: request("GET / HTTP/1.1", "Host: " + value)) == .malformed(.hostMalformed))
    }

    @Test(
        "is refused for a field line that is not name, colon, value",
        arguments: [
            ("X : a", Fault.spaceBeforeColon), ("X\t: a", .spaceBeforeColon), (" X: a", .fieldFolded), ("\tX: a", .fieldFolded),
            (": a", .fieldNameMalformed),
            ("X", .fieldNameMalformed), ("X(: a", .fieldNameMalformed), ("X\u{e9}: a", .fieldNameMalformed),
            ("X\u{0}: a", .fieldNameMalformed),
            ("X: a\u{0}b", .fieldValueMalformed), ("X: a\rb", .lineEnd), ("X: a\nb: c", .lineEnd), ("X: \u{7f}", .fieldValueMalformed),
            ("X: \u{b}", .fieldValueMalformed), ("X: \u{1b}[0m", .fieldValueMalformed), ("\nX: a", .lineEnd), ("\rX: a", .lineEnd),
        ])
    func badFields(line: String, fault: Fault) {
        #expect(outcome(of: request("GET / HTTP/1.1", "Host: a", line)) == .malformed(fault))
    }

    @Test("takes any byte above ASCII and tabs inside a field value")
    func oddValues() {
        var bytes = "GET / HTTP/1.1\r\nHost: a\r\nX: a\tb ".octets
        bytes += Array(0x80...0xff)
        bytes += "\r\n\r\n".octets
        var head = RequestHead()
        #expect(head.read(bytes) == .complete(length: bytes.count))
        #expect(head.field(1).value.length == 132)
    }

    @Test("knows the names it must obey in any case, and no other name for them")
    func fieldNames() {
        for (name, known) in [
            ("cOnNeCtIoN", FieldName.connection), ("KEEP-ALIVE", .keepAlive), ("te", .te), ("X-Forwarded-For", .xForwardedFor),
            ("COOKIE", .cookie),
            ("transfer_encoding", .other), ("x_forwarded_for", .other), ("Keep\u{d}Alive", .other), ("Connectio~", .other), ("VIA", .via),
        ] where !name.contains("\u{d}") {
            let bytes = request("GET / HTTP/1.1", "Host: a", name + ": close").octets
            var head = RequestHead()
            _ = head.read(bytes)
            #expect(head.field(1).name == known, "\(name)")
        }
    }

    @Test("keeps the connection as its version and its Connection fields say")
    func persistence() {
        for (line, connection, keeps) in [
            ("GET / HTTP/1.1", "X: y", true), ("GET / HTTP/1.1", "Connection: close", false),
            ("GET / HTTP/1.1", "Connection: keep-alive, CLOSE", false),
            ("GET / HTTP/1.1", "connection: ,, \t close ,", false), ("GET / HTTP/1.1", "Connection: closed", true),
            ("GET / HTTP/1.0", "X: y", false), ("GET / HTTP/1.0", "Connection: Keep-Alive", true),
            ("GET / HTTP/1.0", "Connection: keep-alive, close", false), ("GET / HTTP/1.0", "Connection: upgrade", false),
        ] {
            var head = RequestHead()
            _ = head.read(request(line, "Host: a", connection))
            #expect(head.keepsAlive == keeps, "\(line) \(connection)")
        }
    }

    @Test("marks the fields that Connection names, but never those that frame the message or tell whom to trust")
    func namedFields() {
        let fields = [
            "Host: a", "X-Named: 1", "Connection: x-named, Content-Length, Host, x-forwarded-for", "Content-Length: 0",
            "X-Forwarded-For: b", "x-NAMED: 2", "X-Kept: 3",
        ]
        let bytes = (["GET / HTTP/1.1"] + fields).map { $0 + "\r\n" }.joined().octets + "\r\n".octets
        var head = RequestHead()
        #expect(head.read(bytes) == .complete(length: bytes.count))
        let hopByHop = (0..<head.fieldCount).map { head.staysHere($0) }
        #expect(hopByHop == [false, true, true, false, false, true, false])
        // The next head starts with a clean table.
        let next = request("GET / HTTP/1.1", "Host: a", "X-Named: 1").octets
        _ = head.read(next)
        #expect(head.staysHere(1) == false)
    }

    @Test("notes expectations and upgrades, and ignores both in HTTP/1.0")
    func expectations() {
        for (version, field, expectation) in [
            ("1.1", "Expect: 100-Continue", RequestHead.Expectation.continue), ("1.1", "Expect: 200-ok", .unknown),
            ("1.1", "Expect: 100-continue, x", .unknown),
            ("1.1", "Expect:", .none), ("1.0", "Expect: 100-continue", .none), ("1.1", "X: y", .none),
        ] {
            var head = RequestHead()
            _ = head.read(request("GET / HTTP/" + version, "Host: a", field))
            #expect(head.expectation == expectation, "\(field)")
        }
        for (version, connection, upgrades) in [
            ("1.1", "keep-alive, Upgrade", true), ("1.1", "keep-alive", false), ("1.0", "upgrade", false),
        ] {
            var head = RequestHead()
            let fields = request("GET / HTTP/" + version, "Host: a", "Upgrade: websocket", "Connection: " + connection)
            _ = head.read(fields)
            #expect(head.wantsUpgrade == upgrades)
        }
    }

    @Test("is refused as soon as it passes a limit, long before it is complete")
    func limits() {
        let limits = HeadLimits(headBytes: 256, fields: 3, targetBytes: 64)
        func path(_ count: Int) -> String { "/" + String(repeating: "a", count: count - 1) }
        #expect(outcome(of: "GET " + path(64), limits: limits) == .incomplete)
        #expect(outcome(of: "GET " + path(65), limits: limits) == .malformed(.targetTooLong))
        #expect(outcome(of: request("GET \(path(64)) HTTP/1.0"), limits: limits) == .complete(length: 81))
        #expect(outcome(of: request("GET \(path(65)) HTTP/1.0"), limits: limits) == .malformed(.targetTooLong))

        #expect(outcome(of: request("GET / HTTP/1.0", "a:", "b:", "c:"), limits: limits) == .complete(length: 30))
        #expect(outcome(of: "GET / HTTP/1.0\r\na:\r\nb:\r\nc:\r\nd", limits: limits) == .malformed(.tooManyFields))

        let start = "GET / HTTP/1.0\r\nX: "
        func padding(_ count: Int) -> String { String(repeating: "x", count: count - start.utf8.count) }
        #expect(outcome(of: start + padding(255), limits: limits) == .incomplete)
        #expect(outcome(of: start + padding(256), limits: limits) == .malformed(.headTooLarge))
        #expect(outcome(of: start + padding(252) + "\r\n\r\n", limits: limits) == .complete(length: 256))
        #expect(outcome(of: start + padding(253) + "\r\n\r\n", limits: limits) == .malformed(.headTooLarge))

        #expect(outcome(of: String(repeating: "M", count: 32)) == .incomplete)
        #expect(outcome(of: String(repeating: "M", count: 33)) == .malformed(.methodTooLong))
        #expect(outcome(of: "GET / HTTP/1.0\r\n" + String(repeating: "n", count: 255)) == .incomplete)
        #expect(outcome(of: "GET / HTTP/1.0\r\n" + String(repeating: "n", count: 256)) == .malformed(.fieldNameTooLong))
    }

    @Test("may have as many fields as the table holds, and may be as large as places reach")
    func largest() {
        let limits = HeadLimits(headBytes: 1 << 20, fields: 1_000, targetBytes: 1 << 20)
        #expect(limits.headBytes == 60 * 1024)
        #expect(limits.fields == 256)
        let fields = (0..<256).map { "X-\($0): \($0)\r\n" }.joined()
        let bytes = ("GET / HTTP/1.0\r\n" + fields + "\r\n").octets
        var head = RequestHead()
        #expect(head.read(bytes, limits: limits) == .complete(length: bytes.count))
        #expect(head.fieldCount == 256)
        #expect(text(head.field(255).value, of: bytes) == "255")
        #expect(outcome(of: "GET / HTTP/1.0\r\n" + fields + "y", limits: limits) == .malformed(.tooManyFields))
        let long = request("GET / HTTP/1.0", "X: " + String(repeating: "x", count: 60 * 1024 - 23))
        #expect(outcome(of: long, limits: limits) == .complete(length: 60 * 1024))
    }

    @Test("that is being read when the limits are lowered is held to the new ones")
    func lowered() {
        var head = RequestHead()
        let begun = "GET / HTTP/1.0\r\n" + String(repeating: "a:\r\n", count: 150)
        #expect(head.read(begun.octets, limits: HeadLimits(headBytes: 32_768, fields: 256, targetBytes: 64)) == .incomplete)
        let more = begun + String(repeating: "a:\r\n", count: 110)
        let limits = HeadLimits(headBytes: 32_768, fields: 100, targetBytes: 64)
        #expect(head.read(more.octets, limits: limits) == .malformed(.tooManyFields))
    }

    @Test("gets the same verdict however it is cut into pieces")
    func everySplit() {
        let samples = [
            request(
                "POST /a?b HTTP/1.1", "Host: example.com:80", "Connection: X-A, close", "X-A: 1", "Content-Length: 0",
                "Expect: 100-continue"),
            "\r\n" + request("OPTIONS * HTTP/1.0", "Connection: keep-alive", "Host: [::1]"),
            request("GET http://a:1/b?c HTTP/1.1", "Host: b"),
            request("GET / HTTP/2.0", "Host: a"), request("GET / HTTP/1.1", "Host: a", "X : b"),
            request("GET / HTTP/1.1", "Host: a", "X: b\u{0}"),
            request("GET / HTTP/1.1"), "GET / HTTP/1.1\nHost: a\n\n",
            request("GET / HTTP/1.1", "Host: a", "Content-Length: 1", "Content-Length: 1"),
        ]
        for sample in samples {
            let bytes = sample.octets
            for end in 0...bytes.count {
                // Whole, and one byte at a time: every prefix must look the same both ways.
                var whole = RequestHead()
                let expected = whole.read(Array(bytes[..<end]))
                var pieces = RequestHead()
                var found = pieces.read([])
                var arrived = 0
                while found == .incomplete, arrived < end {
                    arrived += 1
                    found = pieces.read(Array(bytes[..<arrived]))
                }
                #expect(found == expected, "\(sample) up to \(end)")
                guard case .complete = found else { continue }
                #expect(pieces.path == whole.path && pieces.host == whole.host && pieces.framing == whole.framing)
                #expect(pieces.fieldCount == whole.fieldCount && pieces.keepsAlive == whole.keepsAlive)
            }
        }
    }

    @Test("gets the same verdict in pieces after random damage, and never a wrong place")
    func damage() {
        var generator = SeededGenerator(seed: 20_260_104)
        let samples = [
            request("POST /a/b?c HTTP/1.1", "Host: a.example:80", "Content-Length: 5", "Connection: close, x-a", "X-A: b") + "hello",
            request("PUT http://[::1]/x HTTP/1.1", "Host: b", "Transfer-Encoding: chunked", "Expect: 100-continue")
                + "5;a=b\r\nhello\r\n0\r\nT: u\r\n\r\n",
            request("GET / HTTP/1.0", "Connection: keep-alive") + request("GET /2 HTTP/1.1", "Host: c", "Cookie: a=b; c=d"),
        ]
        for round in 0..<3_000 {
            let bytes = damaged(samples[round % samples.count].octets, with: &generator)
            #expect(
                verdict(on: bytes, pieces: 1) == verdict(on: bytes),
                "round \(round): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
        }
    }

    @Test("that is refused at its first byte looks like HTTP/1.1, whatever came before")
    func afterAnother() {
        var head = RequestHead()
        _ = head.read(request("HEAD / HTTP/1.0"))
        #expect(head.read("\u{16}\u{3}\u{1}") == .malformed(.methodMalformed))
        #expect(head.method == .other && head.minorVersion == 1 && head.fieldCount == 0)
    }

    @Test("starts afresh after the one before, and after being given up")
    func reuse() {
        var head = RequestHead()
        _ = head.read(request("POST /x?y HTTP/1.1", "Host: a", "Content-Length: 3", "Connection: close", "Expect: 100-continue"))
        _ = head.read(request("GET / HTTP/1.0"))
        #expect(head.host.isEmpty && head.authority.isEmpty && head.query.isEmpty)
        #expect(head.framing == .none && head.expectation == .none && head.fieldCount == 0 && !head.options.closes)
        #expect(head.read("GET / HTTP/1.1\r\nHost: a\r\nHo") == .incomplete)
        head.reset()
        #expect(head.read(request("GET / HTTP/1.1", "Host: b")) == .complete(length: 27))
        #expect(head.fieldCount == 1)
    }

    @Test("has a status and a text for every fault")
    func faults() {
        for fault in Fault.allCases {
            #expect([400, 413, 414, 431, 501, 502, 505].contains(fault.status))
            #expect(fault.text.utf8CodeUnitCount > 10)
        }
    }
}
