import Settings
import Testing

struct YAMLWriterTests {
    @Test(arguments: [
        "", "word", "two words", "no", "off", "null", "~", "8080", "0600", "a: b", "#x", "- x", "{a}", "\"q\"", "it's", "back\\slash",
        "a\nb\n", "\ttab",
        "\u{1}\u{7f}\u{85}\u{2028}\u{feff}", "ä 日本 🎉", "${NAME}", "$${NAME}", "$$", "@x", "%x", "*x", "&x", "!x", "|", ">", " padded ",
        "true", "/path", "http.server",
    ])
    func `any text is read as what was written`(text: String) {
        var writer = YAMLWriter()
        writer.write("a", text: text)
        writer.section("b") { $0.write(text.isEmpty ? "k" : text, texts: [text, text]) }
        let file = File(writer.text)
        #expect(file.setting.text() == text)
        guard case .mapping(let entries) = file.root?.content, case .mapping(let inner) = entries[1].value.content else {
            return #expect(Bool(false))
        }
        #expect(inner[0].key == (text.isEmpty ? "k" : text))
        #expect(Setting(inner[0].value, named: "x", file.reading).list { $0.text() } == [text, text])
        #expect(file.complaints.isEmpty, "\(writer.text)")
    }

    @Test func `sections and lists are indented`() {
        var writer = YAMLWriter()
        writer.section("a") { $0.write("b", 1) }
        writer.list("c", of: [1, 2]) { writer, number in
            writer.write("d", number)
            writer.section("e") { $0.write("f", numbers: [number]) }
        }
        writer.list("g", of: [Int]()) { _, _ in }
        #expect(writer.text == "a:\n  b: 1\nc:\n  - d: 1\n    e:\n      f: [1]\n  - d: 2\n    e:\n      f: [2]\ng: []\n")
    }
}
