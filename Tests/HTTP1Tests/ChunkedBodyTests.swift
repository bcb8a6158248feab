import HTTP1
import Testing

@Suite("A chunked body")
struct ChunkedBodyTests {
    /// The content, or the fault, or nil while more must come; and how many bytes were understood.
    private func decode(_ bytes: [UInt8], pieces size: Int = .max) -> (content: [UInt8], end: ChunkedBody.Step, consumed: Int) {
        var body = ChunkedBody()
        var content: [UInt8] = []
        var consumed = 0
        while consumed < bytes.count {
            let piece = Array(bytes[consumed...].prefix(size))
            var index = 0
            loop: while true {
                let step = body.next(piece.rawBytes, at: &index)
                switch step {
                case .data(let start, let count): content += piece[start..<(start + count)]
                case .incomplete: break loop
                default: return (content, step, consumed + index)
                }
            }
            consumed += index
        }
        return (content, body.isFinished ? .end : .incomplete, consumed)
    }

    @Test("gives its content and leaves what follows it")
    func content() {
        let decoded = decode("5\r\nhello\r\n00006\r\n world\r\n0\r\n\r\nGET /".octets)
        #expect(decoded.content == "hello world".octets)
        #expect(decoded.end == .end)
        #expect(decoded.consumed == 30)
        #expect(decode("0\r\n\r\n".octets).end == .end)
    }

    @Test("may carry extensions and trailers, which are dropped")
    func extensions() {
        for sample in [
            "1;a\r\nx\r\n0\r\n\r\n", "1;a=b;c=\"d;\\\"e\"\r\nx\r\n0;f\r\n\r\n", "1 ; a = b ; c\r\nx\r\n0\r\n\r\n",
            "1;a=\"\"  \t;b\r\nx\r\n0\r\n\r\n",
            "1\r\nx\r\n0\r\nA: b\r\nC:\r\n\r\n", "A\r\n0123456789\r\n0\r\n\r\n", "a\r\n0123456789\r\n0\r\n\r\n",
        ] {
            #expect(decode(sample.octets).end == .end, "\(sample)")
        }
    }

    @Test(
        "is refused for anything the grammar does not have",
        arguments: [
            ("\r\n", Fault.chunkSizeMalformed), ("g\r\n", .chunkSizeMalformed), ("-1\r\n", .chunkSizeMalformed),
            ("0x1\r\n", .chunkSizeMalformed), (" 1\r\n", .chunkSizeMalformed),
            ("1 \r\n", .chunkSizeMalformed), ("1 2\r\n", .chunkSizeMalformed), ("1_0\r\n", .chunkSizeMalformed), ("1\n", .lineEnd),
            ("1\rx", .lineEnd), ("1\r\nxy", .chunkUnterminated),
            ("1\r\nx\n", .chunkUnterminated), ("1\r\nx\rx", .chunkUnterminated), ("800000000000\r\n", .chunkSizeTooLarge),
            ("ffffffffffffffff\r\n", .chunkSizeTooLarge),
            ("00000000000000001\r\n", .chunkSizeTooLarge), ("1;\r\n", .chunkExtensionMalformed), ("1;a=\r\n", .chunkExtensionMalformed),
            ("1;a=\"\n", .chunkExtensionMalformed),
            ("1;a\nx\r\n", .lineEnd), ("1;a\u{0}\r\n", .chunkExtensionMalformed), ("1;a b\r\n", .chunkExtensionMalformed),
            ("1;a=b c\r\n", .chunkExtensionMalformed),
            ("1;a=\"b\"c\r\n", .chunkExtensionMalformed), ("1;a \r\n", .chunkExtensionMalformed), ("1;[\r\n", .chunkExtensionMalformed),
            ("0\r\n\n", .lineEnd), ("0\r\n\rx", .lineEnd),
            ("0\r\nA\r\n", .trailerMalformed), ("0\r\nA : b\r\n", .trailerMalformed), ("0\r\n: b\r\n", .trailerMalformed),
            ("0\r\n A: b\r\n", .trailerMalformed),
            ("0\r\nA: \u{0}\r\n", .trailerMalformed), ("0\r\nA: b\n", .lineEnd), ("0\r\nA: b\rx", .lineEnd),
        ])
    func faults(sample: String, fault: Fault) {
        #expect(decode(sample.octets).end == .malformed(fault))
        #expect(decode(sample.octets, pieces: 1).end == .malformed(fault))
    }

    @Test("may have chunks of up to 128 TiB")
    func largestSize() {
        #expect(decode("00007fffffffffff\r\nx".octets).end == .incomplete)
        #expect(decode("0000000000000000\r\n\r\n".octets).end == .end)
    }

    @Test("gives the same content however it is cut")
    func everySplit() {
        let bytes = "5;a=\"b\\\"\" ;c\r\nhello\r\n1\r\n \r\n05 ;x=y\r\nworld\r\n0\r\nA: b\r\nC: d\r\n\r\nrest".octets
        let whole = decode(bytes)
        #expect(whole.end == .end)
        for size in 1...bytes.count {
            let pieces = decode(bytes, pieces: size)
            #expect(pieces.content == whole.content && pieces.end == whole.end && pieces.consumed == whole.consumed)
        }
    }

    @Test("may come one byte a chunk, but not with 4 KiB of extension for each byte")
    func overhead() {
        let small = Array(repeating: "1\r\nx\r\n".octets, count: 100_000).flatMap { $0 } + "0\r\n\r\n".octets
        #expect(decode(small).end == .end)
        let attack = Array(repeating: ("1;a=" + String(repeating: "b", count: 4_096) + "\r\nx\r\n").octets, count: 10).flatMap { $0 }
        let refused = decode(attack)
        #expect(refused.end == .malformed(.chunkOverhead))
        #expect(refused.content.count < 5)
        #expect(decode(("1;a=" + String(repeating: "b", count: 20_000)).octets).end == .malformed(.chunkOverhead))
        let trailers = "0\r\n" + String(repeating: "A: b\r\n", count: 2_000)
        #expect(decode(trailers.octets).end == .malformed(.trailersTooLarge))
    }

    @Test("is counted down when it has a length")
    func counted() {
        var body = RequestBody(.length(5))
        var index = 2
        #expect(body.next("xxhel", at: &index) == .data(start: 2, count: 3))
        #expect(index == 5)
        #expect(body.next("xxhel", at: &index) == .incomplete)
        index = 0
        #expect(body.discard("loGET", at: &index) == .end)
        #expect(index == 2 && body.isFinished)
        #expect(RequestBody(.none).isFinished)
    }
}
