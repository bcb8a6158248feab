import Settings
import Testing

struct SpellingTests {
    @Test(arguments: [
        ("worker", "workers"), ("wrokers", "workers"), ("Routes", "routes"), ("time-outs", "timeouts"), ("lissten", "listen"),
        ("prot", "port"),
    ])
    func `the nearest word is found`(word: String, nearest: String) {
        #expect(Spelling.nearest(to: word, of: ["port", "listen", "workers", "routes", "timeouts"]) == nearest)
    }

    @Test(arguments: ["apps", "xy", "", "upstreams", String(repeating: "workers", count: 100)])
    func `what is near nothing gets no suggestion`(word: String) {
        #expect(Spelling.nearest(to: word, of: ["port", "listen", "workers", "routes", "timeouts"]) == nil)
    }

    @Test func `long and broken texts are shown as one short line`() {
        #expect("abc".shortened == "abc")
        #expect("a\nb".shortened == "a…")
        #expect(String(repeating: "x", count: 5000).shortened.count == 60)
    }
}
