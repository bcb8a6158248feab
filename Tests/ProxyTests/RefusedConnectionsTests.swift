import Kernel
import Testing

@testable import Proxy

struct RefusedConnectionsTests {
    private let peer = SocketAddress(literal: "192.0.2.7", port: 80) ?? SocketAddress()

    @Test func `of many that are refused one is said in ten seconds, with how many there were besides`() {
        var (refused, said) = (RefusedConnections(of: "proxy_protocol"), [String]())
        func say(_ text: String) -> Bool {
            said.append(text)
            return true
        }
        for now in [1000, 1000, 5000, 10_999] { refused.note("it is late", from: peer, now: now, say: say) }
        #expect(said == ["proxy_protocol: a connection from 192.0.2.7:80 is refused: it is late"])
        refused.note("it is another", from: peer, now: 11_000, say: say)
        #expect(said.last == "proxy_protocol: a connection from 192.0.2.7:80 is refused: it is another (3 more were refused before)")
        refused.note("it is late", from: peer, now: 30_000, say: say)
        #expect(said.count == 3 && said.last == said.first)
    }

    @Test func `what nobody takes is counted, and said with the next one`() {
        var (refused, said) = (RefusedConnections(of: "proxy_protocol"), [String]())
        for _ in 0..<2 { refused.note("it is late", from: SocketAddress(), now: 0) { _ in false } }
        refused.note("it is late", from: SocketAddress(), now: 1) { text in
            said.append(text)
            return true
        }
        #expect(said.count == 1 && said.first?.hasSuffix("it is late (2 more were refused before)") == true)
    }
}

struct FailedRequestsTests {
    @Test func `of many that fail one is said in ten seconds, of where and with what, and how many there were besides`() {
        var (failed, said, asked) = (FailedRequests(), [String](), 0)
        func place() -> String {
            asked += 1
            return "api: 192.0.2.7:80"
        }
        func say(_ text: String) -> Bool {
            said.append(text)
            return true
        }
        for now in [1000, 2000, 10_999] { failed.note(.unreachable, at: place, now: now, say: say) }
        #expect(said == ["upstream api: 192.0.2.7:80: no upstream could be reached; the client got 502"] && asked == 1)
        failed.note(.unreachable, because: "its name has no address", at: place, now: 1000) { text in
            #expect(Bool(false), "\(text) is too early")
            return true
        }
        failed.note(.answerLate, at: place, now: 11_000, say: say)
        #expect(
            said.last == "upstream api: 192.0.2.7:80: the upstream did not answer in time; the client got 504 (3 more failed before)")
        failed.note(.unreachable, because: "ECONNREFUSED: Connection refused", at: place, now: 30_000, say: say)
        #expect(
            said.last
                == "upstream api: 192.0.2.7:80: no upstream could be reached (ECONNREFUSED: Connection refused); the client got 502")
    }
}
