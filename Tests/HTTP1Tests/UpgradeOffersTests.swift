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
}
