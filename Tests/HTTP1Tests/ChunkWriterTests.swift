import HTTP1
import Testing

@Suite("Writing chunks")
struct ChunkWriterTests {
    @Test("puts the size of a chunk in hexadecimal, without a zero before it")
    func sizes() {
        for count in [1, 9, 10, 15, 16, 17, 255, 256, 4_095, 4_096, 65_536, 0x7fff_ffff_ffff, Int.max] {
            let header = written { $0.appendChunkHeader(count) }
            #expect(header == String(count, radix: 16) + "\r\n")
            #expect(header.utf8.count <= OutputRawSpan.largestChunkHeader)
        }
        #expect(written { $0.appendLastChunk() }.utf8.count == OutputRawSpan.lastChunkLength)
    }

    @Test("makes what a chunked body gives back")
    func roundTrip() {
        let bytes = writtenBytes { output in
            for content in ["a", "hello, world", String(repeating: "x", count: 100)] {
                output.appendChunkHeader(content.utf8.count)
                output.append(content.octets)
                output.appendChunkEnd()
            }
            output.appendLastChunk()
        }
        var body = ChunkedBody()
        var index = 0
        var content: [UInt8] = []
        while case .data(let start, let count) = body.next(bytes.rawBytes, at: &index) { content += bytes[start..<(start + count)] }
        #expect(body.isFinished)
        #expect(index == bytes.count)
        #expect(String(decoding: content, as: UTF8.self) == "ahello, world" + String(repeating: "x", count: 100))
    }
}
