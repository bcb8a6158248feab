import HTTP1
import Testing

@Suite("A response head")
struct ResponseHeadTests {
    @Test("is told apart into status, reason and fields")
    func places() {
        let bytes = response("HTTP/1.1 404 Not  Found ", "Content-Type: text/plain", "X-One:  two words\t", "Content-Length: 3").octets
        var head = ResponseHead()
        #expect(head.read(bytes + [1, 2, 3]) == .complete(length: bytes.count))
        #expect(head.length == bytes.count)
        #expect(head.status == 404)
        #expect(text(head.reason, of: bytes) == "Not  Found ")
        #expect(head.minorVersion == 1)
        #expect(head.framing == .length(3))
        #expect(head.statedLength == 3)
        #expect(head.fieldCount == 3)
        #expect(text(head.field(1).namePlace, of: bytes) == "X-One")
        #expect(text(head.field(1).value, of: bytes) == "two words")
        #expect(head.isInterim == false)
    }

    @Test(
        "may have any final status of three digits, and any phrase or none",
        arguments: [
            ("HTTP/1.1 200 ", 200, ""), ("HTTP/1.1 200", 200, ""), ("HTTP/1.0 302 d\u{e9}plac\u{e9}", 302, "d\u{e9}plac\u{e9}"),
            ("HTTP/1.1 599 \t x", 599, "\t x"), ("HTTP/1.1 600 Later", 600, "Later"), ("HTTP/1.1 999 No", 999, "No"),
            ("HTTP/1.1 299 200 OK", 299, "200 OK"),
        ])
    func statusLines(line: String, status: Int, reason: String) {
        let bytes = response(line).octets
        var head = ResponseHead()
        #expect(head.read(bytes) == .complete(length: bytes.count))
        #expect(head.status == status)
        #expect(text(head.reason, of: bytes) == reason)
    }

    @Test(
        "is refused for a status line that is not version, three digits and a phrase with single spaces",
        arguments: [
            ("HTTP/1.1  200 OK", Fault.statusMalformed), ("HTTP/1.1 99 Low", .statusMalformed), ("HTTP/1.1 099 Low", .statusMalformed),
            ("HTTP/1.1 000 Zero", .statusMalformed), ("HTTP/1.1 1000 Big", .statusMalformed), ("HTTP/1.1 2x0 OK", .statusMalformed),
            ("HTTP/1.1 200X", .statusMalformed), ("HTTP/1.1 200\tOK", .statusMalformed), ("HTTP/1.1 -20 OK", .statusMalformed),
            ("HTTP/1.1 OK", .statusMalformed), ("HTTP/1.1 ", .statusMalformed), ("HTTP/1.1", .versionMalformed),
            ("HTTP/1.1\t200 OK", .versionMalformed), ("HTTP/1.10 200 OK", .versionMalformed), ("http/1.1 200 OK", .versionMalformed),
            ("HTTP/01.1 200 OK", .versionMalformed), ("HTTP/11.1 200 OK", .versionMalformed), ("HTTP/1. 200 OK", .versionMalformed),
            ("ICY 200 OK", .versionMalformed), ("<html>", .versionMalformed), (" HTTP/1.1 200 OK", .versionMalformed),
            ("\r\nHTTP/1.1 200 OK", .versionMalformed), ("\u{16}\u{3}\u{1}", .versionMalformed),
            ("HTTP/2.0 200 OK", .versionUnsupported), ("HTTP/1.2 200 OK", .versionUnsupported), ("HTTP/0.9 200 OK", .versionUnsupported),
            ("HTTP/1.1 200 O\rK", .lineEnd), ("HTTP/1.1 200 O\nK", .lineEnd), ("HTTP/1.1 200\nX: y", .lineEnd),
            ("HTTP/1.1 200\rX: y", .lineEnd), ("HTTP/1.1 200 O\u{0}K", .reasonMalformed), ("HTTP/1.1 200 \u{7f}", .reasonMalformed),
            ("HTTP/1.1 200 \u{1b}[0m", .reasonMalformed),
        ])
    func badStatusLines(line: String, fault: Fault) {
        #expect(outcome(ofResponse: response(line)) == .malformed(fault))
    }

    @Test(
        "is refused for a field line that is not name, colon, value, exactly as that of a request is",
        arguments: [
            ("X : a", Fault.spaceBeforeColon), (" X: a", .fieldFolded), ("\tX: a", .fieldFolded), (": a", .fieldNameMalformed),
            ("X", .fieldNameMalformed), ("X(: a", .fieldNameMalformed), ("en-US Content-Type: text/xml", .spaceBeforeColon),
            ("X: a\u{0}b", .fieldValueMalformed), ("X: a\rb", .lineEnd), ("Location: /a\nSet-Cookie: evil=1", .lineEnd),
            ("X: \u{7f}", .fieldValueMalformed), ("X: \u{1b}[0m", .fieldValueMalformed), ("\nX: a", .lineEnd), ("X: a\r\n b", .fieldFolded),
            ("Content-Length : 2", .spaceBeforeColon),
        ])
    func badFields(line: String, fault: Fault) {
        #expect(outcome(ofResponse: response("HTTP/1.1 200 OK", "Server: x", line)) == .malformed(fault))
    }

    @Test("lets the connection go on only where everybody agrees that nothing more comes")
    func persistence() {
        for (line, field, keeps) in [
            ("HTTP/1.1 200 OK", "Content-Length: 0", true), ("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", true),
            ("HTTP/1.1 200 OK", "X: until close", false), ("HTTP/1.1 200 OK", "Content-Length: 0\r\nConnection: x, CLOSE", false),
            ("HTTP/1.0 200 OK", "Content-Length: 0", false), ("HTTP/1.0 200 OK", "Content-Length: 0\r\nConnection: keep-alive", true),
            ("HTTP/1.0 200 OK", "Connection: keep-alive", false), ("HTTP/1.1 304 Not Modified", "Content-Length: 10", true),
            ("HTTP/1.1 204 No Content", "X: y", true), ("HTTP/1.1 204 No Content", "Content-Length: 0", true),
            ("HTTP/1.1 204 No Content", "Content-Length: 6", false), ("HTTP/1.1 204 No Content", "Transfer-Encoding: chunked", false),
        ] {
            var head = ResponseHead()
            _ = head.read(response(line, field))
            #expect(head.keepsAlive == keeps, "\(line) \(field)")
        }
        var head = ResponseHead()
        _ = head.read(response("HTTP/1.1 200 OK", "Content-Length: 44"), answering: .init(.head))
        #expect(head.keepsAlive == true)
        #expect(head.framing == .none && head.statedLength == 44)
    }

    @Test("switches protocols only when asked, from HTTP/1.1, to a protocol that has a name and is not HTTP/2")
    func switching() {
        let asked = ResponseHead.Question(.get, offersUpgrade: true)
        let good = response("HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: upgrade")
        #expect(outcome(ofResponse: good, to: asked) == .complete(length: good.utf8.count))
        #expect(outcome(ofResponse: good) == .malformed(.upgradeNotAsked))
        for (line, fields, fault) in [
            ("HTTP/1.0 101 x", ["Upgrade: websocket", "Connection: upgrade"], Fault.upgradeNotAsked),
            ("HTTP/1.1 101 x", ["Upgrade: websocket"], .upgradeUnnamed), ("HTTP/1.1 101 x", ["Connection: upgrade"], .upgradeUnnamed),
            ("HTTP/1.1 101 x", ["Upgrade: h2c", "Connection: upgrade"], .upgradeUnnamed),
            ("HTTP/1.1 101 x", ["Upgrade: , ", "Connection: upgrade"], .upgradeUnnamed),
            ("HTTP/1.1 101 x", ["Upgrade: websocket", "Connection: upgrade", "Content-Length: 4"], .bodyAfterInterim),
            ("HTTP/1.1 101 x", ["Upgrade: websocket", "Connection: upgrade", "Transfer-Encoding: chunked"], .bodyAfterInterim),
        ] {
            let text = ([line] + fields).map { $0 + "\r\n" }.joined() + "\r\n"
            #expect(outcome(ofResponse: text, to: asked) == .malformed(fault), "\(fields)")
        }
        var head = ResponseHead()
        _ = head.read(good, answering: asked)
        #expect(head.isInterim == false && head.keepsAlive == false && head.framing == .none)
        _ = head.read(response("HTTP/1.1 103 Early Hints", "Link: </a>"), answering: asked)
        #expect(head.isInterim == true)
    }

    @Test("marks the fields that Connection names, but never those that frame the message")
    func namedFields() {
        let bytes = response(
            "HTTP/1.1 200 OK", "X-Named: 1", "Connection: x-named, Content-Length, date", "Content-Length: 0", "Date: now", "x-NAMED: 2"
        ).octets
        var head = ResponseHead()
        #expect(head.read(bytes) == .complete(length: bytes.count))
        #expect((0..<head.fieldCount).map { head.staysHere($0) } == [true, true, false, false, true])
        let next = response("HTTP/1.1 200 OK", "X-Named: 1").octets
        _ = head.read(next)
        #expect(head.staysHere(0) == false)
    }

    @Test("is refused as soon as it passes a limit, long before it is complete")
    func limits() {
        let limits = HeadLimits(headBytes: 256, fields: 3)
        func outcome(_ text: String) -> RequestHead.Outcome { HTTP1Tests.outcome(ofResponse: text, limits: limits) }
        let start = "HTTP/1.1 200 "
        #expect(outcome(start + String(repeating: "x", count: 255 - start.utf8.count)) == .incomplete)
        #expect(outcome(start + String(repeating: "x", count: 256 - start.utf8.count)) == .malformed(.headTooLarge))
        #expect(outcome(response(start, "a:", "b:", "c:")) == .complete(length: 29))
        #expect(outcome(start + "\r\na:\r\nb:\r\nc:\r\nd") == .malformed(.tooManyFields))
        #expect(outcome(start + "\r\n" + String(repeating: "n", count: 255)) == .malformed(.headTooLarge))
        let large = response("HTTP/1.1 200 OK", "X: " + String(repeating: "x", count: 70_000))
        #expect(HTTP1Tests.outcome(ofResponse: large, limits: HeadLimits(headBytes: 1 << 20)) == .malformed(.headTooLarge))
    }

    @Test("gets the same verdict however it is cut into pieces")
    func everySplit() {
        let samples = [
            response("HTTP/1.1 200 OK", "Date: now", "Connection: X-A, close", "X-A: 1", "Content-Length: 10", "Set-Cookie: a=b"),
            response("HTTP/1.0 301"), response("HTTP/1.1 204 ", "Transfer-Encoding: chunked"),
            response("HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: upgrade"),
            response("HTTP/2.0 200 OK"), response("HTTP/1.1 2000 OK"), response("HTTP/1.1 200 OK", "X : b"),
            response("HTTP/1.1 200 O\u{0}K"), "HTTP/1.1 200 OK\nX: y\n\n", "HTTP/1.1 200 OK\r\n X: y\r\n\r\n",
            response("HTTP/1.1 200 OK", "Content-Length: 1", "Content-Length: 1"),
            response("HTTP/1.1 200 OK", "Content-Length: 1", "Transfer-Encoding: chunked"),
        ]
        let question = ResponseHead.Question(.get, offersUpgrade: true)
        for sample in samples {
            let bytes = sample.octets
            for end in 0...bytes.count {
                // Whole, and one byte at a time: every prefix must look the same both ways.
                var whole = ResponseHead()
                let expected = whole.read(Array(bytes[..<end]), answering: question)
                var pieces = ResponseHead()
                var found = pieces.read([], answering: question)
                var arrived = 0
                while found == .incomplete, arrived < end {
                    arrived += 1
                    found = pieces.read(Array(bytes[..<arrived]), answering: question)
                }
                #expect(found == expected, "\(sample) up to \(end)")
                guard case .complete = found else { continue }
                #expect(pieces.status == whole.status && pieces.reason == whole.reason && pieces.framing == whole.framing)
                #expect(pieces.fieldCount == whole.fieldCount && pieces.keepsAlive == whole.keepsAlive)
            }
        }
    }

    @Test("starts afresh after the one before, and after being given up")
    func reuse() {
        var head = ResponseHead()
        _ = head.read(response("HTTP/1.0 503 Busy", "Content-Length: 3", "Connection: close", "Upgrade: a"))
        _ = head.read(response("HTTP/1.1 200", "Transfer-Encoding: chunked"))
        #expect(head.status == 200 && head.reason == Place(start: 12) && head.statedLength == nil)
        #expect(head.fieldCount == 1 && head.keepsAlive == true)
        #expect(head.read("HTTP/1.1 200 OK\r\nX: y\r\nZ") == .incomplete)
        head.reset()
        #expect(head.read(response("HTTP/1.1 200 OK")) == .complete(length: 19))
        #expect(head.fieldCount == 0)
    }
}
