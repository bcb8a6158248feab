import HTTP1
import Testing

@Suite("The framing of a request")
struct FramingTests {
    private func framing(_ version: String, _ fields: [String]) -> Result<Framing, Fault> {
        var head = RequestHead()
        let text = (["POST / HTTP/\(version)", "Host: a"] + fields).map { $0 + "\r\n" }.joined() + "\r\n"
        switch head.read(text) {
        case .malformed(let fault): return .failure(fault)
        default: return .success(head.framing)
        }
    }

    @Test("is none without a field, a length with one, chunks when they alone are named")
    func good() {
        #expect(framing("1.1", []) == .success(.none))
        #expect(framing("1.1", ["Content-Length: 0"]) == .success(.none))
        #expect(framing("1.1", ["Content-Length: 12"]) == .success(.length(12)))
        #expect(framing("1.1", ["Content-Length: 000012"]) == .success(.length(12)))
        #expect(framing("1.1", ["Content-Length: 999999999999999999"]) == .success(.length(999_999_999_999_999_999)))
        #expect(framing("1.1", ["transfer-encoding: CHUNKED"]) == .success(.chunked))
        #expect(framing("1.0", ["Content-Length: 7"]) == .success(.length(7)))
    }

    @Test(
        "is refused for a length that is not one number, once",
        arguments: [
            "", "-1", "+1", "1,1", "1, 1", "1 1", "0x1", "1.0", "1e3", "9999999999999999999", "18446744073709551617", "1;", "\u{661}",
        ])
    func badLengths(value: String) {
        #expect(framing("1.1", ["Content-Length: " + value]) == .failure(.contentLengthMalformed))
    }

    @Test("is refused for a second length, even an equal one")
    func twoLengths() {
        #expect(framing("1.1", ["Content-Length: 1", "Content-Length: 1"]) == .failure(.contentLengthRepeated))
        #expect(framing("1.1", ["Content-Length: 0", "content-length: 1"]) == .failure(.contentLengthRepeated))
    }

    @Test(
        "is refused for any coding but chunked alone",
        arguments: [
            ("gzip, chunked", Fault.transferCodingUnsupported), ("identity,chunked", .transferCodingUnsupported),
            ("chunked, chunked", .transferEncodingMalformed),
            ("chunked, gzip", .transferEncodingMalformed), ("gzip", .transferEncodingMalformed), ("identity", .transferEncodingMalformed),
            ("xchunked", .transferEncodingMalformed), ("chunkedx", .transferEncodingMalformed), ("", .transferEncodingMalformed),
            ("chunked;a=b", .transferEncodingMalformed), ("\"chunked\"", .transferEncodingMalformed),
            ("chun ked", .transferEncodingMalformed),
        ])
    func badCodings(value: String, fault: Fault) {
        #expect(framing("1.1", ["Transfer-Encoding: " + value]) == .failure(fault))
    }

    @Test("is refused where two fields could be read in two ways")
    func contradictions() {
        #expect(framing("1.1", ["Transfer-Encoding: chunked", "Content-Length: 1"]) == .failure(.lengthAndEncoding))
        #expect(framing("1.1", ["Content-Length: 0", "Transfer-Encoding: chunked"]) == .failure(.lengthAndEncoding))
        #expect(framing("1.1", ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"]) == .failure(.transferEncodingRepeated))
        #expect(framing("1.1", ["Transfer-Encoding: identity", "Transfer-Encoding: chunked"]) == .failure(.transferEncodingRepeated))
        #expect(framing("1.0", ["Transfer-Encoding: chunked"]) == .failure(.transferEncodingInHTTP10))
        #expect(framing("1.0", ["Transfer-Encoding: chunked", "Content-Length: 1"]) == .failure(.lengthAndEncoding))
    }
}
