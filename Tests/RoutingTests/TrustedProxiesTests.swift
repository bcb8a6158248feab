import HTTP1
import Settings
import Testing

@testable import Routing

struct TrustedProxiesTests {
    private static let proxies = read("[10.0.0.0/8, 2001:db8::/32]").value ?? TrustedProxies()

    private static func read(_ text: String) -> (value: TrustedProxies?, complaints: [String]) {
        let reading = Reading(file: "x.yaml") { _ in nil }
        guard case .mapping(let entries)? = NodeParser.parse(Array("a: \(text)".utf8), reading)?.content, let entry = entries.first else {
            return (nil, ["no file"])
        }
        let value = TrustedProxies.read(Setting(entry.value, named: "\"a\"", reading))
        return (value, reading.issues.map { "\($0.severity.rawValue): \($0.message)" })
    }

    /// Of whom a request is, as text.
    private func client(_ fields: [String], from peer: String, _ proxies: TrustedProxies = proxies) -> String {
        let bytes = Array((["GET / HTTP/1.1", "Host: a"] + fields).map { $0 + "\r\n" }.joined().utf8) + Array("\r\n".utf8)
        var head = RequestHead()
        guard case .complete = head.read(bytes.rawBytes, limits: HeadLimits()) else { return "refused" }
        let number = LiteralAddress(peer)?.number
        let address = number.map { NetworkAddress(high: UInt64(truncatingIfNeeded: $0 >> 64), low: UInt64(truncatingIfNeeded: $0)) }
        let found = proxies.client(of: head, bytes.rawBytes, behind: Client(address: address, port: 1))
        let text = found.address.map { LiteralAddress(number: UInt128($0.high) << 64 | UInt128($0.low)).text } ?? "unix"
        return "\(text) \(found.port)" + (found.peer == .trusted ? " trusted" : "") + (found.isSecure ? " secure" : "")
    }

    @Test func `nobody is trusted where nobody is named`() {
        #expect(TrustedProxies().isEmpty && Self.read("[]").value == TrustedProxies())
        let lies = ["X-Forwarded-For: 6.6.6.6", "X-Forwarded-Proto: https", "Forwarded: for=6.6.6.6;proto=https"]
        for peer in ["1.1.1.1", "::1", "unix"] { #expect(client(lies, from: peer, TrustedProxies()) == "\(peer) \(1)") }
        #expect(client(lies, from: "1.1.1.1") == "1.1.1.1 1")
        #expect(client(lies, from: "unix") == "unix 1")
    }

    @Test func `behind a trusted peer the client is the first on the way back that is not`() {
        #expect(client(["X-Forwarded-For: 6.6.6.6, 1.1.1.1, 10.0.0.2, ::ffff:10.0.0.3"], from: "10.0.0.1") == "1.1.1.1 0 trusted")
        #expect(client(["X-Forwarded-For: 1.1.1.1:99", "X-Forwarded-For: 2001:db8::5"], from: "2001:db8::1") == "1.1.1.1 99 trusted")
        #expect(
            client(["Forwarded: for=\"[2001:db9::1]:7\";proto=https, for=10.1.1.1"], from: "10.0.0.1") == "2001:db9::1 7 trusted secure")
    }

    @Test func `the way ends at the last good one`() {
        #expect(client([], from: "10.0.0.1") == "10.0.0.1 1 trusted")
        #expect(client(["X-Forwarded-For: unknown"], from: "10.0.0.1") == "10.0.0.1 1 trusted")
        #expect(client(["X-Forwarded-For: 1.1.1.1, junk, 10.0.0.2"], from: "10.0.0.1") == "10.0.0.2 0 trusted")
        #expect(client(["X-Forwarded-For: 10.0.0.3, 10.0.0.2"], from: "10.0.0.1") == "10.0.0.3 0 trusted")
        #expect(client(["X-Forwarded-For: , ,"], from: "10.0.0.1") == "10.0.0.1 1 trusted")
    }

    @Test func `those who come over a unix socket are trusted where it is said`() throws {
        let proxies = try #require(Self.read("[unix]").value)
        #expect(!proxies.isEmpty && proxies.texts == ["unix"])
        #expect(client(["X-Forwarded-For: 1.1.1.1", "X-Forwarded-Proto: https"], from: "unix", proxies) == "1.1.1.1 0 trusted secure")
        #expect(client(["X-Forwarded-For: 1.1.1.1"], from: "10.0.0.1", proxies) == "10.0.0.1 1")
        #expect(client(["X-Forwarded-For: 1.1.1.1"], from: "10.0.0.1", Self.read("10.0.0.1").value ?? proxies) == "1.1.1.1 0 trusted")
    }

    @Test func `they are written as they are read`() throws {
        let proxies = try #require(Self.read("[unix, 10.0.0.0/8, '::1']").value)
        #expect(proxies.texts == ["10.0.0.0/8", "::1", "unix"])
        #expect(Self.read("[\(proxies.texts.map { "'\($0)'" }.joined(separator: ", "))]").value == proxies)
    }

    @Test func `what is wrong with them is said`() {
        #expect(Self.read("[10.0.0.1/8]").complaints.count == 1)
        #expect(Self.read("[unix, nonsense]").value == nil)
        #expect(Self.read("{}").complaints.count == 1)
        let everybody = "is everybody: any client can say that it is another one"
        #expect(Self.read("[0.0.0.0/0, '::/0']").complaints == ["warning: \"0.0.0.0/0\" \(everybody)", "warning: \"::/0\" \(everybody)"])
    }
}
