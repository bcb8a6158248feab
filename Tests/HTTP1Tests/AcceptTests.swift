import HTTP1
import Testing

@Suite("Accept")
struct AcceptTests {
    private func prefersJSON(_ values: [String]) -> Bool {
        var head = RequestHead()
        let text = "GET / HTTP/1.1\r\nHost: a\r\n" + values.map { "Accept: \($0)\r\n" }.joined() + "\r\n"
        #expect(head.read(text) == .complete(length: text.utf8.count))
        return Accept(head, text.octets.rawBytes).prefersJSON
    }

    @Test(
        "asks for JSON where it names it, and likes nothing better",
        arguments: [
            ("application/json", true), ("APPLICATION/JSON", true), ("application/problem+json", true), ("application/json;q=0.1", true),
            ("application/json, text/plain, */*", true), ("text/html, application/json", true),
            ("application/json ; q=0.9 , */*;q=0.8", true),
            ("application/json;charset=utf-8;q=0.5, text/plain;q=0.4", true), ("*/*;q=0.9, application/json;q=0.9", true),
            ("", false), ("*/*", false), ("application/*", false), ("text/plain", false), ("text/plain, application/json;q=0.9", false),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false), ("application/json;q=0", false),
            ("application/json;q=0.000", false), ("application/json;q=0.8, */*", false), ("application/json;q=0.8, text/*;q=0.801", false),
            ("application/jsonp", false), (",;,;q=,q=1;", false), ("application/json;q=", true), ("application/json;q=0.", false),
        ])
    func preference(value: String, isJSON: Bool) { #expect(prefersJSON([value]) == isJSON, "\(value)") }

    @Test("counts in all its fields, and asks for nothing where there is none")
    func fields() {
        #expect(!prefersJSON([]))
        #expect(prefersJSON(["text/html", "application/json"]))
        #expect(!prefersJSON(["application/json;q=0.5", "text/plain"]))
    }
}
