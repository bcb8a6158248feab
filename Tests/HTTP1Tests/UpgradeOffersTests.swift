import HTTP1
import Testing

@Suite("Offers to switch protocols")
struct UpgradeOffersTests {
    @Test(
        "count when they name a protocol other than h2c",
        arguments: [
            ("websocket", true), ("WebSocket", true), ("HTTP/2.0, SHTTP/1.3, IRC/6.9", true), (", ,x", true), ("h2c, websocket", true),
            ("", false), (",", false), ("h2c", false), ("H2C", false), ("h2c/1", false), ("h2c , h2C", false), ("/1", false), ("x/", false),
            ("x/1/2", false), ("a b", false), ("\"x\"", false), ("x/\u{e9}", false),
        ])
    func offers(value: String, counts: Bool) {
        var head = RequestHead()
        let text = request("GET / HTTP/1.1", "Host: a", "Upgrade: " + value, "Connection: upgrade")
        #expect(head.read(text) == .complete(length: text.utf8.count))
        #expect(head.wantsUpgrade == counts)
    }

    @Test(
        "an answer switches to one of them, whatever its version and its letters",
        arguments: [
            ("websocket", "websocket", true), ("websocket", "WebSocket", true), ("a, b/1", "B", true), ("b", "b/2", true),
            ("a, b", "b, a", true),
            ("websocket", "foo", false), ("a, b", "a, c", false), ("ab", "a", false), ("a", "ab", false),
        ])
    func switches(offered: String, chosen: String, isOffered: Bool) {
        var head = RequestHead()
        let asked = request("GET / HTTP/1.1", "Host: a", "Upgrade: " + offered, "Connection: upgrade")
        #expect(head.read(asked) == .complete(length: asked.utf8.count))
        var answer = ResponseHead()
        let text = Array("HTTP/1.1 101 \r\nUpgrade: \(chosen)\r\nConnection: upgrade\r\n\r\n".utf8)
        let question = ResponseHead.Question(.get, offersUpgrade: true)
        #expect(answer.read(text.rawBytes, answering: question, limits: HeadLimits()) == .complete(length: text.count))
        let names = head.upgradeNames(in: Array(asked.utf8).rawBytes)
        #expect(answer.switches(toOneOf: names.rawBytes, in: text.rawBytes) == isOffered)
    }
}
