import Cluster
import Testing

struct JSONWriterTests {
    private func written(_ text: String) -> String {
        var writer = JSONWriter()
        writer.value(text)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test(arguments: [
        ("", "\"\""), ("plain", "\"plain\""), ("é 日本 🎉", "\"é 日本 🎉\""), ("a\"b\\c", #""a\"b\\c""#), ("é\n日\t🎉\r", #""é\n日\t🎉\r""#),
        ("\0\u{1b}\u{7f}", #""\u0000\u001b\u007f""#), ("a\u{85}\u{2028}\u{2029}b", #""a\u0085\u2028\u2029b""#),
    ])
    func `a text is written as it is, but for what JSON or a terminal would take for something else`(text: String, json: String) {
        #expect(written(text) == json)
    }
}
