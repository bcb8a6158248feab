import HTTP1
import Testing

@Suite("The framing of a response")
struct ResponseFramingTests {
    private func framing(_ line: String, _ fields: [String], to method: Method = .get) -> Result<ResponseFraming, Fault> {
        var head = ResponseHead()
        let text = (["HTTP/" + line] + fields).map { $0 + "\r\n" }.joined() + "\r\n"
        switch head.read(text, answering: .init(method)) {
        case .malformed(let fault): return .failure(fault)
        default: return .success(head.framing)
        }
    }

    @Test("is a length where there is one, chunks when they alone are named, and else the end of the connection")
    func good() {
        #expect(framing("1.1 200 OK", ["Content-Length: 0"]) == .success(.length(0)))
        #expect(framing("1.1 200 OK", ["Content-Length: 12"]) == .success(.length(12)))
        #expect(framing("1.0 200 OK", ["Content-Length: 7"]) == .success(.length(7)))
        #expect(framing("1.1 500 No", ["transfer-encoding: CHUNKED"]) == .success(.chunked))
        #expect(framing("1.1 200 OK", []) == .success(.untilClose))
        #expect(framing("1.0 200 OK", ["Connection: keep-alive"]) == .success(.untilClose))
        #expect(framing("1.1 205 Reset Content", ["Content-Length: 0"]) == .success(.length(0)))
    }

    @Test("is none for HEAD, 1xx, 204 and 304, whatever the fields say")
    func withoutBody() {
        for fields in [[], ["Content-Length: 10"], ["Transfer-Encoding: chunked"], ["Transfer-Encoding: gzip"]] {
            #expect(framing("1.1 200 OK", fields, to: .head) == .success(.none))
            #expect(framing("1.1 204 No Content", fields) == .success(.none))
            #expect(framing("1.1 304 Not Modified", fields) == .success(.none))
        }
        #expect(framing("1.1 100 Continue", []) == .success(.none))
        #expect(framing("1.1 103 Early Hints", ["Content-Length: 0"]) == .success(.none))
    }

    @Test("is refused for an interim response that announces a body: that would be read as the next head")
    func interim() {
        #expect(framing("1.1 103 Early Hints", ["Content-Length: 5"]) == .failure(.bodyAfterInterim))
        #expect(framing("1.1 100 Continue", ["Transfer-Encoding: chunked"]) == .failure(.bodyAfterInterim))
        #expect(framing("1.1 100 Continue", ["Content-Length: 5"], to: .head) == .failure(.bodyAfterInterim))
    }

    @Test("is refused for a length that is not one number, once", arguments: ["", "-1", "+1", "1,1", "0x1", "foo", "18446744073709551616"])
    func badLengths(value: String) {
        #expect(framing("1.1 200 OK", ["Content-Length: " + value]) == .failure(.contentLengthMalformed))
        #expect(framing("1.1 200 OK", ["Content-Length: " + value], to: .head) == .failure(.contentLengthMalformed))
    }

    @Test("is refused for a second length, even an equal one")
    func twoLengths() {
        #expect(framing("1.1 200 OK", ["Content-Length: 1", "Content-Length: 1"]) == .failure(.contentLengthRepeated))
        #expect(framing("1.1 200 OK", ["Content-Length: 0", "content-length: 1"]) == .failure(.contentLengthRepeated))
    }

    @Test(
        "is refused for any coding but chunked alone",
        arguments: [
            ("gzip, chunked", Fault.transferCodingUnsupported), ("chunked, chunked", .transferEncodingMalformed),
            ("chunked, identity", .transferEncodingMalformed), ("identity", .transferEncodingMalformed), ("", .transferEncodingMalformed),
            ("xchunked", .transferEncodingMalformed), ("chunked;a=b", .transferEncodingMalformed), (",  \t ,", .transferEncodingMalformed),
        ])
    func badCodings(value: String, fault: Fault) {
        #expect(framing("1.1 200 OK", ["Transfer-Encoding: " + value]) == .failure(fault))
    }

    @Test("is refused where two fields could be read in two ways, also where there is no body")
    func contradictions() {
        for (line, method) in [("200 OK", Method.get), ("200 OK", .head), ("204 No Content", .get), ("304 Not Modified", .get)] {
            let both = ["Content-Length: 0", "Transfer-Encoding: chunked"]
            #expect(framing("1.1 " + line, both, to: method) == .failure(.lengthAndEncoding))
            #expect(framing("1.1 " + line, both.reversed(), to: method) == .failure(.lengthAndEncoding))
            #expect(framing("1.0 " + line, ["Transfer-Encoding: chunked"], to: method) == .failure(.transferEncodingInHTTP10))
        }
        let twice = ["Transfer-Encoding: chunked", "Transfer-Encoding: identity"]
        #expect(framing("1.1 200 OK", twice) == .failure(.transferEncodingRepeated))
    }

    @Test("goes on to HTTP/1.1 in chunks and to HTTP/1.0 until the end where there is no length")
    func forwarded() {
        for framing in [ResponseFraming.none, .length(0), .length(5)] {
            #expect(framing.forwarded(toMinorVersion: 0) == framing)
            #expect(framing.forwarded(toMinorVersion: 1) == framing)
        }
        for framing in [ResponseFraming.chunked, .untilClose] {
            #expect(framing.forwarded(toMinorVersion: 0) == .untilClose)
            #expect(framing.forwarded(toMinorVersion: 1) == .chunked)
        }
    }
}
