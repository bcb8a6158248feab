import HTTP1
import Testing

@Suite("How far OPTIONS goes")
struct MaxForwardsTests {
    private func head(_ line: String, _ fields: String..., body: (borrowing RequestHead, RawSpan) -> Void) {
        let bytes = ([line, "Host: a"] + fields).map { $0 + "\r\n" }.joined().octets + "\r\n".octets
        var head = RequestHead()
        guard case .complete = head.read(bytes) else { return #expect(Bool(false), "\(line)") }
        body(head, bytes.rawBytes)
    }

    @Test(
        "is a number, of the first field that says it",
        arguments: [
            ("0", 0), ("7", 7), ("007", 7), ("999999999", 999_999_999), ("", -1), ("1000000000", -1), ("-1", -1), ("1 ", 1), ("1,2", -1),
            ("x", -1),
        ])
    func numbers(text: String, number: Int) {
        head("OPTIONS / HTTP/1.1", "MAX-forwards: \(text)", "Max-Forwards: 3") { head, bytes in
            #expect(head.maxForwards(in: bytes) == (number < 0 ? nil : number))
        }
        head("GET / HTTP/1.1", "Max-Forwards: 0") { head, bytes in #expect(head.maxForwards(in: bytes) == nil) }
        head("OPTIONS / HTTP/1.1") { head, bytes in #expect(head.maxForwards(in: bytes) == nil) }
    }

    @Test(
        "is no further than here when it is about the server",
        arguments: [
            ("OPTIONS *", true), ("OPTIONS http://a", true), ("OPTIONS http://a:80", true), ("OPTIONS http://a/", false),
            ("OPTIONS /", false),
            ("OPTIONS http://a?b", false), ("GET http://a", false), ("OPTIONS /*", false),
        ])
    func aboutServer(line: String, isAbout: Bool) {
        head("\(line) HTTP/1.1") { head, bytes in #expect(head.isAboutServer(in: bytes) == isAbout) }
    }
}
