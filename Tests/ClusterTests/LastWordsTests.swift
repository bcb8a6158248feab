import Testing

@testable import Cluster

struct LastWordsTests {
    @Test(
        "the line that names the error is told, not the trace or the version below it",
        arguments: [
            (
                ["app.js:1", "throw new Error('x')", "^", "", "Error: no database", "    at a (b.js:1)", "", "Node.js v20.1.0"],
                "Error: no database"
            ),
            (["Traceback (most recent call last):", "  File \"a.py\", line 1", "RuntimeError: no database"], "RuntimeError: no database"),
            (["java.lang.IllegalStateException: no database", "\tat a.b(C.java:1)"], "java.lang.IllegalStateException: no database"),
            (["Error: first", "TypeError [ERR_X]: second"], "TypeError [ERR_X]: second"),
        ])
    func errors(lines: [String], line: String) { #expect(LastWords.telling(lines) == line) }

    @Test("without one it is the last that is not empty")
    func others() {
        #expect(LastWords.telling(["starting", "no database", "", "  "]) == "no database")
        #expect(LastWords.telling(["", " "]) == nil)
        #expect(LastWords.telling([]) == nil)
        #expect(LastWords.telling([String(repeating: "x", count: 500)])?.count == 200)
    }
}
