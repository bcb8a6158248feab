import Settings
import Testing

struct IssueTests {
    private func rendered(_ source: String, line: Int = 1, column: Int) -> [String] {
        Issue(.error, "is wrong", file: "cluster.yaml", at: Mark(line: line, column: column)).rendered(source: Array(source.utf8))
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    @Test func `an issue is its place and message, the line, and a caret`() {
        let issue = Issue(.error, "unknown key \"worker\" (did you mean \"workers\"?)", file: "cluster.yaml", at: Mark(line: 2, column: 1))
        #expect(
            issue.rendered(source: Array("port: 1\nworker: 2\n".utf8))
                == "cluster.yaml:2:1: error: unknown key \"worker\" (did you mean \"workers\"?)\nworker: 2\n^")
        let warning = Issue(.warning, "x", file: "f", at: Mark(line: 1, column: 3))
        #expect(warning.rendered(source: Array("ab: c".utf8)) == "f:1:3: warning: x\nab: c\n  ^")
    }

    @Test func `neither the message nor the place is looked for of what is not shown`() {
        let reading = Reading(file: "f") { _ in nil }
        var made = 0
        func message(_ number: Int) -> String {
            made += 1
            return "is wrong \(number)"
        }
        func mark(_ line: Int) -> Mark {
            made += 1
            return Mark(line: line, column: 1)
        }
        for line in 1...1000 { reading.error(message(line), at: mark(line)) }
        let setting = Setting(Node(.mapping([]), at: .start), named: "this", reading)
        for number in 0..<1000 { setting.error(message(number)) }
        for number in 0..<1000 {
            let nothing: Int? = setting.fail(message(number))
            #expect(nothing == nil)
        }
        #expect(made == 200 && reading.errorCount == 3000)
        #expect(reading.issues.count == 101 && reading.issues.last?.message == "2900 more are not shown")
    }

    @Test func `the caret stands below its character whatever is before it`() {
        #expect(rendered("\tä: x", column: 5)[1...] == [" ä: x", "    ^"])
        #expect(rendered("日本: x", column: 5)[1...] == ["日本: x", "      ^"])
        #expect(rendered("e\u{301}: x", column: 5)[1...] == ["e\u{301}: x", "   ^"])
        #expect(rendered("a: \u{1b}[31mx", column: 4)[1...] == ["a:  [31mx", "   ^"])
    }

    @Test func `a long line is cut around the place`() {
        let line = String(repeating: "a", count: 300) + "b" + String(repeating: "c", count: 300)
        let lines = rendered(line, column: 301)
        #expect(lines[1] == "…" + String(repeating: "a", count: 60) + "b" + String(repeating: "c", count: 59) + "…")
        #expect(lines[2] == String(repeating: " ", count: 61) + "^")
        #expect(rendered(line, column: 1)[1].count == 121)
        #expect(rendered(line, column: 602)[2].count == 62)
    }

    @Test func `a place that the file does not have is named without a line`() {
        #expect(rendered("a: b\n", line: 9, column: 1) == ["cluster.yaml:9:1: error: is wrong"])
        #expect(rendered("", column: 1) == ["cluster.yaml:1:1: error: is wrong"])
        #expect(rendered("a: b\n", column: 99)[2] == "    ^")
    }

    @Test func `lines end where libyaml says they do`() {
        #expect(rendered("a\r\nb\rc\u{2028}d\u{85}e", line: 5, column: 1)[1] == "e")
        #expect(rendered("a\r\nb\rc\u{2028}d\u{85}e", line: 2, column: 1)[1] == "b")
    }

    @Test func `a hundred are shown, and how many more there are`() {
        let file = File("a: 1\n")
        for line in 1...150 { file.reading.error("e\(line)", at: Mark(line: line, column: 1)) }
        #expect(file.reading.issues.count == 101)
        #expect(file.reading.issues.last?.message == "50 more are not shown")
        #expect(file.reading.issues.last?.severity == .error)
    }

    @Test func `many warnings are no error, and an error after them is one`() {
        let file = File("a: 1\n")
        for line in 1...150 { file.reading.warning("w\(line)", at: Mark(line: line, column: 1)) }
        #expect(!file.reading.hasErrors)
        #expect(file.reading.issues.allSatisfy { $0.severity == .warning })
        file.reading.error("e", at: .start)
        #expect(file.reading.hasErrors)
        #expect(file.reading.issues.last?.severity == .error)
    }

    @Test func `issues are in the order of the file, and the same thing is said once`() {
        let file = File("a: 1\n")
        file.reading.error("later", at: Mark(line: 3, column: 1))
        file.reading.warning("earlier", at: Mark(line: 1, column: 2))
        file.reading.error("later", at: Mark(line: 3, column: 1))
        #expect(file.complaints == ["1:2: warning: earlier", "3:1: error: later"])
        #expect(file.reading.hasErrors)
    }
}
