import HTTP1
import Testing

@Suite("The body of a response")
struct ResponseBodyTests {
    /// What came of a body whose connection ends behind `text`: its content, and the answer to the end.
    private func read(_ framing: ResponseFraming, _ text: String, pieces size: Int = .max) -> (
        content: String, step: ChunkedBody.Step, rest: Int
    ) {
        var body = ResponseBody(framing)
        var content: [UInt8] = []
        var rest = text.octets[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(size))
            var index = 0
            loop: while true {
                switch body.next(piece.rawBytes, at: &index) {
                case .data(let start, let count): content += piece[start..<(start + count)]
                case .incomplete: break loop
                case let step: return (String(decoding: content, as: UTF8.self), step, rest.count - index)
                }
            }
            rest = rest.dropFirst(index)
        }
        return (String(decoding: content, as: UTF8.self), body.close(), 0)
    }

    @Test("is whole when all that was announced has come, and leaves what follows")
    func whole() {
        for size in [1, 2, 3, Int.max] {
            let counted = read(.length(5), "helloHTTP", pieces: size)
            #expect(counted.content == "hello" && counted.step == .end)
            let chunked = read(.chunked, "5\r\nhello\r\n0\r\nA: b\r\n\r\nHTTP", pieces: size)
            #expect(chunked.content == "hello" && chunked.step == .end)
            let open = read(.untilClose, "hello", pieces: size)
            #expect(open.content == "hello" && open.step == .end)
        }
        #expect(read(.length(5), "helloHTTP").rest == 4)
        #expect(read(.chunked, "0\r\n\r\nHTTP").rest == 4)
        #expect(read(.none, "HTTP").step == .end)
        #expect(read(.none, "HTTP").rest == 4)
        #expect(read(.none, "").step == .end)
        #expect(read(.length(0), "").step == .end)
        #expect(read(.untilClose, "").step == .end)
    }

    @Test("never looks whole when the connection ends before it")
    func cut() {
        #expect(read(.length(5), "").step == .malformed(.bodyTruncated))
        #expect(read(.length(5), "hell").step == .malformed(.bodyTruncated))
        let chunks = "5\r\nhello\r\n0\r\nA: b\r\n\r\n"
        for end in 0..<chunks.utf8.count {
            #expect(read(.chunked, String(decoding: chunks.octets[..<end], as: UTF8.self)).step == .malformed(.bodyTruncated), "\(end)")
        }
        #expect(read(.chunked, chunks).step == .end)
    }

    @Test("is refused for chunks that are malformed, whatever comes behind them")
    func malformed() {
        #expect(read(.chunked, "2\r\nokXX\r\n0\r\n\r\n").step == .malformed(.chunkUnterminated))
        #expect(read(.chunked, "0x2\r\nok\r\n").step == .malformed(.chunkSizeMalformed))
    }

    @Test("is not over before its connection when only that ends it")
    func untilClose() {
        var body = ResponseBody(.untilClose)
        var index = 2
        #expect(body.next("xxabc", at: &index) == .data(start: 2, count: 3))
        #expect(body.next("xxabc", at: &index) == .incomplete)
        #expect(!body.isFinished)
        #expect(body.close() == .end)
        #expect(body.isFinished)
        index = 0
        #expect(body.next("more", at: &index) == .end)
        #expect(index == 0)
    }
}
