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

    @Test func `among thousands of names the first of the nearest is the one`() {
        let names = (0..<5000).map { "backend-\($0)" }
        #expect(Spelling.nearest(to: "bakend-4999", of: names) == "backend-4999")
        // One letter away from ten of them.
        #expect(Spelling.nearest(to: "backend-12x", of: names) == "backend-12")
        #expect(Spelling.nearest(to: "Backend_77", of: names) == "backend-77")
    }

    @Test func `a comparison that is given up early has not passed over the nearest`() {
        let letters = ["a", "b", "c"]
        var words = [""]
        for _ in 0..<4 { words = words.flatMap { word in letters.map { word + $0 } } }
        for word in ["abca", "cabb", "bbbb", "acbcab", "ab"] {
            let distances = words.map { distance(Array(word), Array($0)) }
            let least = distances.min() ?? 0
            let isNear = least <= max(1, max(word.count, 4) / 3) && word.count > 2
            #expect(Spelling.nearest(to: word, of: words) == (isNear ? words[distances.firstIndex(of: least) ?? 0] : nil))
        }
    }

    /// Optimal string alignment as it is defined, for short words.
    private func distance(_ left: [Character], _ right: [Character]) -> Int {
        if left.isEmpty || right.isEmpty { return left.count + right.count }
        var least = distance(left.dropLast(), right.dropLast()) + (left.last == right.last ? 0 : 1)
        least = min(least, distance(left.dropLast(), right) + 1, distance(left, right.dropLast()) + 1)
        guard left.count > 1, right.count > 1, left.last == right[right.count - 2], right.last == left[left.count - 2] else { return least }
        return min(least, distance(left.dropLast(2), right.dropLast(2)) + 1)
    }

    private func distance(_ left: ArraySlice<Character>, _ right: [Character]) -> Int { distance(Array(left), right) }
    private func distance(_ left: [Character], _ right: ArraySlice<Character>) -> Int { distance(left, Array(right)) }
    private func distance(_ left: ArraySlice<Character>, _ right: ArraySlice<Character>) -> Int { distance(Array(left), Array(right)) }

    @Test func `long and broken texts are shown as one short line`() {
        #expect("abc".shortened == "abc")
        #expect("a\nb".shortened == "a…")
        #expect(String(repeating: "x", count: 5000).shortened.count == 60)
    }
}
