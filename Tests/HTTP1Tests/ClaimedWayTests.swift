import HTTP1
import Testing

@Suite("The way that a request has come")
struct ClaimedWayTests {
    /// Everything that is said, from the last hop to the first.
    private struct Walk: Equatable {
        var hops: [String] = []
        var isSecure: Bool?
        var authority: String?
        var host: String?
    }

    /// `limit`: stops behind so many hops.
    private func walk(_ fields: [String], limit: Int = .max) -> Walk {
        let bytes = (["GET / HTTP/1.1", "Host: a"] + fields).map { $0 + "\r\n" }.joined().octets + "\r\n".octets
        var head = RequestHead()
        guard case .complete = head.read(bytes, limits: HeadLimits(headBytes: 60 * 1024, fields: 256)) else {
            return Walk(hops: ["refused"])
        }
        var way = ClaimedWay(head.fields)
        var walk = Walk()
        while walk.hops.count < limit, let hop = way.next(head.fields, bytes.rawBytes) {
            walk.hops.append(written(64) { $0.append(hop.address) } + (hop.port > 0 ? " \(hop.port)" : ""))
        }
        walk.isSecure = way.isSecure(head.fields, bytes.rawBytes)
        let asked = way.asked(head.fields, bytes.rawBytes)
        walk.authority = asked.map { String(decoding: bytes[Int($0.authority.start)..<$0.authority.end], as: UTF8.self) }
        walk.host = asked.map { String(decoding: bytes[Int($0.host.start)..<$0.host.end], as: UTF8.self) }
        return walk
    }

    @Test("is all fields of the name as one list, from the right")
    func lists() {
        #expect(walk([]) == Walk())
        #expect(walk(["X-Forwarded-For: 1.1.1.1"]).hops == ["1.1.1.1"])
        #expect(
            walk(["X-Forwarded-For: 1.1.1.1 ,2.2.2.2:80", "Accept: 9.9.9.9", "x-forwarded-for:", "X-FORWARDED-FOR: [::1]:8,\t3.3.3.3,, ,"])
                .hops == [
                    "3.3.3.3", "::1 8", "2.2.2.2 80", "1.1.1.1",
                ])
    }

    @Test(
        "ends at what is no address", arguments: ["unknown", "_x", "evil", "1.1.1.1 2.2.2.2", "\"", "1.1.1", "::1%1", "a,b=\"", "1.1.1.1;"])
    func ends(element: String) {
        #expect(walk(["X-Forwarded-For: 1.1.1.1, \(element), 3.3.3.3"]).hops == ["3.3.3.3"])
        #expect(walk(["X-Forwarded-For: 1.1.1.1, \(element)", "X-Forwarded-For: 3.3.3.3"]).hops == ["3.3.3.3"])
    }

    @Test("has 64 hops at most, however long the list is")
    func bounds() {
        let list = Array(repeating: "1.1.1.1", count: 4000).joined(separator: ",")
        #expect(walk(["X-Forwarded-For: \(list)"]).hops.count == 64)
        #expect(walk(["Forwarded: " + Array(repeating: "for=1.1.1.1", count: 3000).joined(separator: ",")]).hops.count == 64)
        #expect(walk(["X-Forwarded-For: " + String(repeating: ",", count: 30_000)]).hops.isEmpty)
    }

    @Test("is told by Forwarded where there is nothing of X-Forwarded")
    func standard() {
        let field =
            "Forwarded: for=1.1.1.1;host=a, For=\"[2001:db8::1]:80\"; PROTO=https;by=x;host=\"b.example:8443\" , for=3.3.3.3;proto=http"
        #expect(walk([field]).hops == ["3.3.3.3", "2001:db8::1 80", "1.1.1.1"])
        #expect(
            walk([field], limit: 2)
                == Walk(hops: ["3.3.3.3", "2001:db8::1 80"], isSecure: true, authority: "b.example:8443", host: "b.example"))
        #expect(walk([field], limit: 1) == Walk(hops: ["3.3.3.3"], isSecure: false))
        #expect(walk([field, "X-Forwarded-For: 4.4.4.4"]) == Walk(hops: ["4.4.4.4"]))
        #expect(walk([field, "X-Forwarded-Proto: https"]) == Walk(isSecure: true))
        #expect(walk([field, "X-Forwarded-Host: c"]) == Walk(authority: "c", host: "c"))
        #expect(walk([field, "X-Forwarded-Port: 1"]).hops.count == 3)
    }

    @Test("of Forwarded ends at an element that says nothing of it, which may still say the scheme")
    func silentElements() {
        for element in ["for=unknown", "for=\"_x\"", "by=1.1.1.1", "for=\"\"", "for=", "for=\"2.2.2.\\2\""] {
            #expect(walk(["Forwarded: for=1.1.1.1, \(element);proto=https"]) == Walk(isSecure: true), "\(element)")
        }
        for element in [
            "for=2.2.2.2;for=3.3.3.3", "for", "=2.2.2.2", "for=\"2.2.2.2", "for=2.2.2.2\"", "for 2.2.2.2",
            "for=2.2.2.2 proto=https",
            "for=2.2.2.2;;proto=https",
        ] {
            #expect(walk(["Forwarded: for=1.1.1.1, \(element);proto=https"]) == Walk(), "\(element)")
        }
    }

    @Test(
        "cannot be hidden by what stands before it, an open quote say",
        arguments: ["for=\"", "for=1.1.1.1;x=\"\\", "\"\\\\\\\"", "for=\"a\\\"", ",\",\""])
    func hidden(lie: String) {
        #expect(walk(["Forwarded: \(lie), for=3.3.3.3;proto=https"], limit: 1) == Walk(hops: ["3.3.3.3"], isSecure: true))
        #expect(walk(["Forwarded: \(lie), for=\"[::1]\";x=\"a,\\\"b\""], limit: 1).hops == ["::1"])
        #expect(walk(["X-Forwarded-For: \(lie), 3.3.3.3"], limit: 1).hops == ["3.3.3.3"])
    }

    @Test("says scheme and host by the element that belongs to the last hop, and never by one that a stranger put before it")
    func beside() {
        let ways = ["X-Forwarded-For: 1.1.1.1, 2.2.2.2, 3.3.3.3"]
        #expect(walk(ways + ["X-Forwarded-Proto: ftp, https, http"], limit: 1).isSecure == false)
        #expect(walk(ways + ["X-Forwarded-Proto: ftp, HTTPS, http"], limit: 2).isSecure == true)
        #expect(walk(ways + ["X-Forwarded-Proto: ftp, https, http"], limit: 3).isSecure == nil)
        #expect(walk(ways + ["X-Forwarded-Proto: https"], limit: 3).isSecure == true)
        #expect(walk(["X-Forwarded-Proto: http, https"]).isSecure == true)
        #expect(
            walk(ways + ["X-Forwarded-Host: a:1, b:2, c:3"], limit: 2) == Walk(hops: ["3.3.3.3", "2.2.2.2"], authority: "b:2", host: "b"))
    }

    @Test("has no host that is none", arguments: ["a b", "a/b", "a:99999", "user@a", "[::1", "a\"", "é"])
    func hosts(host: String) {
        #expect(walk(["X-Forwarded-Host: \(host)"]).authority == nil)
        #expect(walk(["Forwarded: host=\"\(host)\""]).authority == nil)
    }
}
