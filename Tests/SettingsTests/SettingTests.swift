import Settings
import Testing

private enum Colour: String, CaseIterable { case red, darkBlue = "dark_blue", off }

struct SettingTests {
    @Test(arguments: ["no", "NO", "off", "y", "1:30", "0o17", "017", "1e3", ".inf", "2024-01-01", "8080", "true"])
    func `a text is a text, whatever else it looks like`(text: String) {
        #expect(read(text) { $0.text() }.value == text)
    }

    @Test(arguments: ["", "~", "null", "Null"])
    func `nothing is no text`(text: String) {
        #expect(read(text) { $0.text() }.complaints == ["1:\(text.isEmpty ? 3 : 4): error: \"a\" must be a text, but has no value"])
    }

    @Test(arguments: [("0", 0), ("-20", -20), ("19", 19)])
    func `whole numbers`(text: String, number: Int) {
        #expect(read(text) { $0.number(in: -20...19) }.value == number)
    }

    @Test(arguments: ["20", "-21", "1.0", "1e1", "0x1", "017", "+1", "1_0", "abc", "-x", String(repeating: "9", count: 5000)])
    func `what is no whole number in its range is refused`(text: String) {
        let result = read(text) { $0.number(in: -20...19) }
        #expect(result.value == nil)
        #expect(result.complaints == ["1:4: error: \"a\" must be a whole number from -20 to 19, not \"\(text.shortened)\""])
    }

    @Test func `a number is not a list, and not nothing`() {
        #expect(read("[1]") { $0.number(in: 1...2) }.complaints == ["1:4: error: \"a\" must be a whole number from 1 to 2, not a list"])
        #expect(read("{}") { $0.number(in: 1...2) }.complaints == ["1:4: error: \"a\" must be a whole number from 1 to 2, not a mapping"])
        #expect(read("") { $0.number(in: 1...2) }.complaints == ["1:3: error: \"a\" must be a whole number from 1 to 2, but has no value"])
    }

    @Test func `true and false, and no other words for them`() {
        #expect(read("true") { $0.flag() }.value == true)
        #expect(read("false") { $0.flag() }.value == false)
        for word in ["yes", "on", "True", "1"] {
            #expect(read(word) { $0.flag() }.complaints == ["1:4: error: \"a\" must be true or false, not \"\(word)\""])
        }
        #expect(read("\"true\"") { $0.flag() }.value == nil)
    }

    @Test(arguments: ["${X}", "\"${X}\"", "'${X}'", "\"${Y:-7}\"", "'0${Y:-}' ", ">-\n  ${X}\n"])
    func `what a variable has filled in is a number, whatever quotes are around it`(text: String) {
        #expect(read(text, environment: ["X": "8"]) { $0.number(in: 0...9) }.value != nil)
        #expect(read("\"${X}\"", environment: ["X": "8"]) { $0.number(in: 0...9) }.value == 8)
    }

    @Test func `what a variable has filled in is true or false, whatever quotes are around it`() {
        #expect(read("\"${X}\"", environment: ["X": "true"]) { $0.flag() }.value == true)
        #expect(read("'${X:-false}'") { $0.flag() }.value == false)
        #expect(
            read("\"${X}\"", environment: ["X": "on"]) { $0.flag() }.complaints == ["1:4: error: \"a\" must be true or false, not \"on\""])
    }

    @Test func `quotes around no variable make a text`() {
        #expect(
            read("\"8\"") { $0.number(in: 0...9) }.complaints == ["1:4: error: \"a\" must be a whole number from 0 to 9, without quotes"])
        #expect(read("\"$${X}\"") { $0.number(in: 0...9) }.value == nil)
    }

    @Test func `durations in a range`() {
        let range = Duration.milliseconds(1)...Duration.seconds(3600)
        #expect(read("1.5s") { $0.duration(in: range) }.value == .milliseconds(1500))
        #expect(
            read("2h") { $0.duration(in: range) }.complaints
                == ["1:4: error: \"a\" must be a duration from 1ms to 1h (250ms, 5s, 2m, 1h), not \"2h\""])
        #expect(read("0.1ms") { $0.duration(in: range) }.complaints == ["1:4: error: \"a\" is finer than a millisecond: \"0.1ms\""])
    }

    @Test func `sizes, ratios, decimals and modes in their ranges`() {
        #expect(read("64KiB") { $0.size(in: 1...1 << 20) }.value == 65536)
        #expect(
            read("2MiB") { $0.size(in: 1024...1 << 20) }.complaints
                == ["1:4: error: \"a\" must be a size from 1KiB to 1MiB (512, 64KiB, 10MB), not \"2MiB\""])
        #expect(read("20%") { $0.ratio() }.value == 0.2)
        #expect(read("1.1") { $0.ratio() }.complaints == ["1:4: error: \"a\" must be a ratio from 0 to 1 (0.2 or 20%), not \"1.1\""])
        #expect(read("1.5") { $0.decimal(in: 1...100) }.value == 1.5)
        #expect(read("0.5") { $0.decimal(in: 1...100) }.complaints == ["1:4: error: \"a\" must be a number from 1 to 100, not \"0.5\""])
        #expect(read("0600") { $0.mode() }.value == 0o600)
        #expect(read("\"600\"") { $0.mode() }.value == 0o600)
        #expect(
            read("1777") { $0.mode() }.complaints == ["1:4: error: \"a\" must be permissions in octal, from 0000 to 0777, not \"1777\""])
    }

    @Test func `choices, with - and _ the same, and off as a word`() {
        #expect(read("dark-blue") { $0.choice(Colour.self) }.value == .darkBlue)
        #expect(read("off") { $0.choice(Colour.self) }.value == .off)
        #expect(
            read("rad") { $0.choice(Colour.self) }.complaints
                == ["1:4: error: \"a\" must be red, dark_blue or off, not \"rad\" (did you mean \"red\"?)"])
        #expect(read("[]") { $0.choice(Colour.self) }.complaints == ["1:4: error: \"a\" must be red, dark_blue or off, not a list"])
    }

    @Test func `signals by name, with or without SIG`() {
        #expect(read("TERM") { $0.signal() }.value == .terminate)
        #expect(read("SIGINT") { $0.signal() }.value == .interrupt)
        #expect(
            read("TREM") { $0.signal() }.complaints == [
                "1:4: error: \"a\" must be HUP, INT, QUIT, ABRT, KILL, USR1, USR2, ALRM, TERM or WINCH, not \"TREM\" (did you mean \"TERM\"?)"
            ])
        #expect(SignalName.allCases.allSatisfy { SignalName(number: $0.number) == $0 })
    }

    @Test func `every bad entry of a list is said`() {
        let result = read("[1, x, 3, y]") { $0.list { $0.number(in: 1...9) } }
        #expect(result.value == nil)
        #expect(
            result.complaints == [
                "1:8: error: an entry of \"a\" must be a whole number from 1 to 9, not \"x\"",
                "1:14: error: an entry of \"a\" must be a whole number from 1 to 9, not \"y\"",
            ])
        #expect(read("1") { $0.list { $0.number(in: 1...9) } }.complaints == ["1:4: error: \"a\" must be a list, not \"1\""])
        #expect(read("x") { $0.oneOrMore { $0.text() } }.value == ["x"])
        #expect(
            read("[]") { $0.oneOrMore { $0.text() } }.complaints == ["1:4: error: \"a\" is an empty list; give it an entry, or take it out"]
        )
    }

    @Test func `an error inside a text points into it where the text stands as it is`() {
        func place(_ text: String, _ word: Character = "!") -> [String] {
            read(text) { setting -> String? in
                guard let text = setting.text(), let index = text.firstIndex(of: word) else { return nil }
                return setting.fail("x", at: text.unicodeScalars.distance(from: text.startIndex, to: index), in: text)
            }.complaints.map { String($0.prefix { $0 != "e" }) }
        }
        #expect(place("ab!") == ["1:6: "])
        #expect(place("\"ab!\"") == ["1:7: "])
        #expect(place("'it''s!'") == ["1:4: "])
        #expect(place("\"ab!\\n\"") == ["1:7: "])
        #expect(place("\"\\nab!\"") == ["1:4: "])
        #expect(place("|\n  ab\n\n   cd!\n") == ["4:6: "])
        #expect(place(">\n  ab\n  cd!\n") == ["1:4: "])
        #expect(place("&x\n |1\n     ab!\n") == ["1:4: "])
    }
}
