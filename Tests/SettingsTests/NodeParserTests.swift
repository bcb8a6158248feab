import Settings
import Testing

struct NodeParserTests {
    @Test func `every part knows its line and column`() throws {
        let file = File("port: 80\nroutes:\n  - path: /\n    respond: \"ä b\"\n")
        guard case .mapping(let entries) = try #require(file.root).content else { return #expect(Bool(false)) }
        #expect(entries.map(\.key) == ["port", "routes"])
        #expect(entries.map(\.keyMark) == [Mark(line: 1, column: 1), Mark(line: 2, column: 1)])
        #expect(entries[0].value.mark == Mark(line: 1, column: 7))
        guard case .sequence(let routes) = entries[1].value.content, case .mapping(let route) = routes[0].content else {
            return #expect(Bool(false))
        }
        #expect(route[1].value.mark == Mark(line: 4, column: 14))
    }

    @Test func `a quoted number is a text and an unquoted one is a number`() {
        #expect(read("8080") { $0.number(in: 1...65535) }.value == 8080)
        #expect(
            read("\"8080\"") { $0.number(in: 1...65535) }.complaints
                == ["1:4: error: \"a\" must be a whole number from 1 to 65535, without quotes"])
    }

    @Test func `an alias is what it names`() {
        let file = File("a: &x [1, 2]\nb: *x\n")
        guard case .mapping(let entries) = file.root?.content, case .sequence(let nodes) = entries[1].value.content else {
            return #expect(Bool(false))
        }
        #expect(nodes.count == 2)
        #expect(nodes[0].mark == Mark(line: 1, column: 8))
        #expect(file.complaints.isEmpty)
    }

    @Test func `a byte order mark and CR LF are nothing to speak of`() {
        #expect(File(bytes: [0xef, 0xbb, 0xbf] + Array("a: 1\r\nb: x\r\n".utf8)).complaints.isEmpty)
        #expect(File("a: 1\r\na: 2\r\n").complaints == ["2:1: error: \"a\" is given twice; it is on line 1 already"])
    }

    @Test(arguments: [
        ("", "1:1: error: the file is empty: write at least \"port\" and \"routes\", or \"port\" and \"workers\""),
        ("# nothing\n", "1:1: error: the file is empty: write at least \"port\" and \"routes\", or \"port\" and \"workers\""),
        ("a: 1\n---\nb: 2\n", "2:1: error: a second document begins here: a configuration is one document, take the \"---\" out"),
        ("a: 1\nb: 2\na: 3\n", "3:1: error: \"a\" is given twice; it is on line 1 already"),
        ("a: *nope\n", "1:4: error: there is no anchor \"&nope\" before this alias"),
        ("a: &name 1\nb: *nam\n", "2:4: error: there is no anchor \"&nam\" before this alias (did you mean \"*name\"?)"),
        ("a: &a [*a]\n", "1:8: error: the alias \"*a\" stands inside what it names"),
        ("a: !!str 1\n", "1:4: error: tags (\"!!str\") are not understood; take it out"),
        ("a: !x 1\n", "1:4: error: tags (\"!x\") are not understood; take it out"),
        (
            "a: &x {b: 1}\nc:\n  <<: *x\n",
            "3:3: error: merge keys (\"<<\") are not understood; write the keys out, or use an alias for a whole value"
        ),
        ("? [a]\n: b\n", "1:3: error: a key must be a text, not a list"),
        ("a:\n\t- b\n", "2:1: error: a tab cannot stand here; indent with spaces"),
        ("a: @b\n", "1:4: error: a text that begins with \"@\" needs quotes"),
        ("a: %b\n", "1:4: error: a text that begins with \"%\" needs quotes"),
        ("a: \"b\nc: d\n", "1:4: error: this quote is never closed"),
        ("a: [b, c\n", "1:4: error: this \"[\" is not closed, or a comma is missing"),
        ("a: {b: c\n", "1:4: error: this \"{\" is not closed, or a comma is missing"),
        ("a: {b: ${C}}\n", "1:8: error: a text that holds \"${…}\" needs quotes inside \"{ }\" and \"[ ]\""),
        ("a:\n  [b,\n   x-${C:-d}]\n", "3:6: error: a text that holds \"${…}\" needs quotes inside \"{ }\" and \"[ ]\""),
        ("a: b: c\n", "1:5: error: \":\" cannot stand here: put a text that holds \": \" in quotes, or check the indentation"),
        ("a: b\nc\n", "2:1: error: a \":\" is missing after this key, or the indentation is wrong"),
        ("%YAML 9.9\n---\na: 1\n", "1:1: error: only YAML 1.1 and 1.2 are understood; take the %YAML line out"),
        ("a: x\0y\n", "1:5: error: a NUL byte cannot stand in a YAML file; take it out"),
        (
            "a: x\u{1}y\n",
            "1:5: error: the control character U+0001 cannot stand in a YAML file; write it as an escape in double quotes, or take it out"
        ),
    ])
    func `what is wrong is said with its place and a way out`(text: String, complaint: String) {
        #expect(File(text).complaints == [complaint])
    }

    @Test(arguments: [[0xc3, 0x28], [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]] as [[UInt8]])
    func `bytes that are not UTF-8 are refused where they are`(bytes: [UInt8]) {
        let file = File(bytes: Array("a: 1\nb: ".utf8) + bytes)
        #expect(file.complaints == ["2:4: error: the byte 0x\(String(bytes[0], radix: 16)) is not UTF-8; save the file as UTF-8"])
    }

    @Test func `UTF-16 is told from garbage`() {
        #expect(File(bytes: [0xff, 0xfe, 0x61, 0]).complaints == ["1:1: error: the file is in UTF-16; save it as UTF-8"])
    }

    @Test func `size, depth and what aliases bring are bounded`() {
        #expect(File(bytes: [UInt8](repeating: 0x23, count: 4 << 20 + 1)).complaints == ["1:1: error: the file is larger than 4 MiB"])
        let deep = String(repeating: "[", count: 65) + String(repeating: "]", count: 65)
        #expect(File("a: " + deep).complaints == ["1:67: error: is nested more than 64 levels deep"])
        var laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 { laughs += "a\(level): &a\(level) [\((0..<10).map { _ in "*a\(level - 1)" }.joined(separator: ","))]\n" }
        #expect(
            File(laughs).complaints.first?.hasSuffix("aliases bring more than 20000 parts or 1 MiB of text; write the values out") == true)
        let long = String(repeating: "x", count: 10_000)
        let copies = (0..<200).map { _ in "*a" }.joined(separator: ", ")
        #expect(File("a: &a \(long)\nb: [\(copies)]\n").complaints.count == 1)
        #expect(
            File("a: [\(String(repeating: "x,", count: 600_000))]").complaints.first?.hasSuffix("the file has more than 500000 parts")
                == true)
    }

    @Test func `more than a hundred directives of tags are refused where the next one stands`() {
        let file = { (count: Int) in
            File("# comment\n" + (0..<count).map { "%TAG !t\($0)! tag:a,2000:\n" }.joined() + "---\na: ' %TAG'\n")
        }
        #expect(file(100).complaints.isEmpty)
        #expect(
            file(101).complaints
                == ["102:1: error: there are more than 100 \"%TAG\" lines; tags are not understood, take them out"])
        #expect(file(100_000).complaints == file(101).complaints)
    }

    /// Whatever is cut off, what is left is read or refused, and says where.
    @Test func `a file cut at any byte ends with a tree or with an error`() {
        let text = Array("# ü\nport: &p 8080\nroutes: [{path: '/a', respond: \"x\\n\"}, *p]\ntext: |\n  a\n  b\n? c\n: {d: e}\n".utf8)
        for end in text.indices {
            let file = File(bytes: Array(text[..<end]))
            #expect(file.root != nil || !file.complaints.isEmpty, "\(end)")
        }
    }

    @Test func `a file with any one byte changed ends with a tree or with an error`() {
        let text = Array("port: &p 8080\nroutes: [{path: '/a', r: \"x\\n\"}, *p]\nt: |\n  a\n".utf8)
        for index in text.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = text
                changed[index] = byte
                let file = File(bytes: changed)
                #expect(file.root != nil || !file.complaints.isEmpty)
            }
        }
    }
}
