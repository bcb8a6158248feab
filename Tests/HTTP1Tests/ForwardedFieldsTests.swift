import HTTP1
import Testing

@Suite("What an upstream is told of the client")
struct ForwardedFieldsTests {
    private static let names = [
        "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Proto", "X-Real-IP",
    ]

    private func said(by fields: [String], _ forwarding: RequestForwarding = RequestForwarding()) -> [String: [String]] {
        let text = (["GET / HTTP/1.1", "Host: example.com:81"] + fields).map { $0 + "\r\n" }.joined() + "\r\n"
        let head = WrittenHead(forwarding.forward(text) ?? "refused")
        return Dictionary(uniqueKeysWithValues: Self.names.map { ($0, head.values($0)) }.filter { !$0.1.isEmpty })
    }

    private static let lies = [
        "X-Forwarded-For: 6.6.6.6", "x-forwarded-FOR: 7.7.7.7", "X-Forwarded-Host: evil", "X-Forwarded-Port: 1", "X-Forwarded-Proto: https",
        "X-Real-IP: 6.6.6.6", "Forwarded: for=6.6.6.6;host=evil", "X_Forwarded_For: 6.6.6.6",
    ]

    @Test("is what we see, whatever a stranger says")
    func strangers() {
        let truth = [
            "Forwarded": ["for=203.0.113.9;host=\"example.com:81\";proto=http"], "X-Forwarded-For": ["203.0.113.9"],
            "X-Forwarded-Host": ["example.com:81"], "X-Forwarded-Port": ["8080"], "X-Forwarded-Proto": ["http"],
            "X-Real-IP": ["203.0.113.9"],
        ]
        #expect(said(by: []) == truth)
        #expect(said(by: Self.lies) == truth)
    }

    @Test("is what a trusted peer says, with that peer added to the way, and the client that was found on it")
    func trusted() {
        #expect(
            said(by: Self.lies, RequestForwarding(clientAddress: "7.7.7.7", peer: .trusted)) == [
                "X-Forwarded-For": ["6.6.6.6, 7.7.7.7, 203.0.113.9"], "X-Forwarded-Host": ["evil"], "X-Forwarded-Port": ["1"],
                "X-Forwarded-Proto": ["https"], "X-Real-IP": ["7.7.7.7"],
            ])
    }

    @Test("has nothing of the family X-Forwarded that a stranger made up, in any spelling")
    func family() {
        for name in ["X-Forwarded-Prefix", "x-forwarded-ssl", "X_Forwarded_Scheme", "X-Forwarded-"] {
            let text = request("GET / HTTP/1.1", "Host: a", name + ": evil", "X-Forwarded: 1", "X-Forward-X: 2")
            let stranger = WrittenHead(RequestForwarding().forward(text) ?? "refused")
            #expect(!stranger.has(name) && stranger.has("X-Forwarded") && stranger.has("X-Forward-X"), "\(name)")
            #expect(WrittenHead(RequestForwarding(peer: .trusted).forward(text) ?? "refused").has(name), "\(name)")
        }
    }

    @Test("goes on with the list that a trusted peer began, and begins one only where there is none")
    func lists() {
        let forwarding = RequestForwarding(peer: .trusted)
        let none = said(by: [], forwarding)
        #expect(none["X-Forwarded-For"] == ["203.0.113.9"] && none["X-Real-IP"] == ["203.0.113.9"])
        #expect(none["Forwarded"] == ["for=203.0.113.9;host=\"example.com:81\";proto=http"])
        let standard = said(by: ["Forwarded: for=\"[2001:db8::1]\""], forwarding)
        // Who reads that one alone shall not lose the client.
        #expect(standard["X-Forwarded-For"] == ["203.0.113.9"])
        #expect(standard["Forwarded"] == ["for=\"[2001:db8::1]\", for=203.0.113.9;host=\"example.com:81\";proto=http"])
        #expect(said(by: ["Forwarded: for=1.1.1.1", "X-Forwarded-Proto: https"], forwarding)["Forwarded"] == nil)
        let usual = said(by: ["X-Forwarded-For: 1.1.1.1", "X-Forwarded-For:"], forwarding)
        #expect(usual["X-Forwarded-For"] == ["1.1.1.1, 203.0.113.9"] && usual["Forwarded"] == nil)
    }

    @Test("names no port of ours beside a scheme or a host of theirs")
    func ports() {
        let forwarding = RequestForwarding(peer: .trusted)
        #expect(said(by: ["X-Forwarded-Proto: https"], forwarding)["X-Forwarded-Port"] == nil)
        #expect(said(by: ["X-Forwarded-Host: a"], forwarding)["X-Forwarded-Port"] == nil)
        #expect(said(by: ["X-Forwarded-For: 1.1.1.1"], forwarding)["X-Forwarded-Port"] == ["8080"])
    }

    @Test("says the scheme that the client used, where its peer says it with Forwarded")
    func schemes() {
        let said = said(by: ["Forwarded: for=1.1.1.1;proto=https"], RequestForwarding(peer: .trusted, clientIsSecure: true))
        #expect(said["X-Forwarded-Proto"] == ["https"] && said["X-Forwarded-Port"] == nil)
        #expect(said["Forwarded"] == ["for=1.1.1.1;proto=https, for=203.0.113.9;host=\"example.com:81\";proto=http"])
    }

    @Test("has a host also of a client that named none: it is empty")
    func hosts() {
        let head = WrittenHead(RequestForwarding().forward("GET / HTTP/1.0\r\n\r\n") ?? "refused")
        #expect(head.fields.contains("X-Forwarded-Host: "))
    }

    @Test("has IPv6 addresses in brackets only where RFC 7239 wants them, and says when there is none")
    func addresses() {
        let six = said(by: [], RequestForwarding(address: "2001:db8::1", clientAddress: "2001:db8::1", isSecure: true))
        #expect(six["X-Forwarded-For"] == ["2001:db8::1"] && six["X-Real-IP"] == ["2001:db8::1"] && six["X-Forwarded-Proto"] == ["https"])
        #expect(six["Forwarded"] == ["for=\"[2001:db8::1]\";host=\"example.com:81\";proto=https"])
        let unix = said(by: [], RequestForwarding(address: "", clientAddress: ""))
        #expect(unix["X-Forwarded-For"] == ["unknown"])
        #expect(unix["Forwarded"] == ["for=unknown;host=\"example.com:81\";proto=http"])
    }
}
