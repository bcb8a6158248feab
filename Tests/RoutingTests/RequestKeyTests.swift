import HTTP1
import Routing
import Testing

struct RequestKeyTests {
    private func value(_ key: HashKey, _ target: String = "/", _ fields: String = "", client: NetworkAddress? = nil) -> UInt64? {
        let bytes = Array("GET \(target) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n".utf8)
        var head = RequestHead()
        guard case .complete = head.read(bytes.rawBytes, limits: HeadLimits()) else { return nil }
        return RequestKey(key).value(head, bytes.rawBytes, path: head.path.of(bytes.rawBytes), client: client)
    }

    @Test func `a header is found by its name in any case; one that is missing or empty is none`() {
        #expect(value(.header("X-User"), "/", "x-user: ann\r\n") == value(.header("x-USER"), "/b", "A: b\r\nX-User: ann\r\n"))
        #expect(value(.header("X-User"), "/", "X-User: ann\r\n") != value(.header("X-User"), "/", "X-User: bob\r\n"))
        #expect(value(.header("X-User")) == nil && value(.header("X-User"), "/", "X-User: \r\n") == nil)
    }

    @Test func `a cookie is found among the others`() {
        #expect(value(.cookie("id"), "/", "Cookie: a=1; id=7\r\n") == value(.cookie("id"), "/", "Cookie: id=7\r\n"))
        #expect(value(.cookie("id"), "/", "Cookie: xid=7\r\n") == nil)
    }

    @Test func `the path is the one that goes on, however it was spelt`() throws {
        let bytes = Array("GET /%61 HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        var head = RequestHead()
        _ = head.read(bytes.rawBytes, limits: HeadLimits())
        let path = Array("/a".utf8)
        #expect(RequestKey(.path).value(head, bytes.rawBytes, path: path.rawBytes, client: nil) == value(.path, "/a"))
    }

    @Test func `a parameter is found by its whole name`() {
        #expect(value(.query("u"), "/?u=1") == value(.query("u"), "/x?uu=2&u=1&u=3"))
        #expect(value(.query("u"), "/?u=1") != value(.query("u"), "/?u=2"))
        for target in ["/", "/?", "/?u", "/?u=", "/?xu=1", "/u=1"] { #expect(value(.query("u"), target) == nil, "\(target)") }
    }

    @Test func `the path counts without its query, and the client by its address`() {
        #expect(value(.path, "/a?b") == value(.path, "/a") && value(.path, "/a") != value(.path, "/b"))
        #expect(value(.client, client: NetworkAddress(high: 1, low: 2)) == value(.client, "/x", client: NetworkAddress(high: 1, low: 2)))
        #expect(value(.client) == nil)
        #expect(value(.client, client: NetworkAddress(high: 1, low: 2)) != value(.client, client: NetworkAddress(high: 2, low: 1)))
    }
}

struct StickyCookieTests {
    private func tag(_ fields: String) -> UInt64 {
        let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n".utf8)
        var head = RequestHead()
        guard case .complete = head.read(bytes.rawBytes, limits: HeadLimits()) else { return 0 }
        return StickyCookie(name: "srv").tag(head, bytes.rawBytes)
    }

    @Test func `what is written is read again`() {
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = unsafe bytes.withUnsafeMutableBytes { room in
            var space = unsafe OutputRawSpan(buffer: room, initializedCount: 0)
            StickyCookie(name: "srv").write(0x0123_4567_89ab_cdef, to: &space)
            return unsafe space.finalize(for: room)
        }
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        #expect(text == "Set-Cookie: srv=0123456789abcdef; Path=/; HttpOnly; SameSite=Lax\r\n")
        #expect(tag("Cookie: srv=0123456789abcdef\r\n") == 0x0123_4567_89ab_cdef)
    }

    @Test func `what is not ours is nothing`() {
        for value in ["", "srv=", "srv=0123456789abcde", "srv=0123456789abcdefa", "srv=0123456789abcdeg", "src=0123456789abcdef"] {
            #expect(tag("Cookie: \(value)\r\n") == 0, "\(value)")
        }
    }
}
