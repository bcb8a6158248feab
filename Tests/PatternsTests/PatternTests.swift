import Patterns
import Testing

@Suite("A pattern")
struct PatternTests {
    private func search(_ pattern: String, _ text: String) throws -> PatternSearch { try search(pattern, Array(text.utf8)) }

    private func search(_ pattern: String, _ bytes: [UInt8]) throws -> PatternSearch {
        var workspace = PatternWorkspace()
        return try Pattern(pattern).search(bytes.rawBytes, &workspace)
    }

    @Test(
        "is searched for, and says itself where it is anchored",
        arguments: [
            ("b", "abc", true), ("^b", "abc", false), ("^/v[0-9]+/", "/v12/x", true), ("^/v[0-9]+/", "/a/v1/", false), ("", "", true),
            ("^$", "", true), ("x", "", false), ("(?i)ABC", "abc", true), ("(?<=a)b(?!c)", "abd", true), ("(?<=a)b(?!c)", "abc", false),
            ("^(a|b)\\1$", "aa", true), ("^(a|b)\\1$", "ab", false), ("^\\x2f\\Qa.b\\E$", "/a.b", true),
        ])
    func searching(pattern: String, text: String, isFound: Bool) throws {
        #expect(try search(pattern, text) == (isFound ? .found : .notFound))
    }

    @Test("takes a text for one line, whatever is in it")
    func lines() throws {
        #expect(try search("^admin$", "admin\n") == .notFound)
        #expect(try search("^a.b$", "a\nb") == .found)
        #expect(try search("^a$", "a\na") == .notFound)
        #expect(try search("^a.b$", [0x61, 0, 0x62]) == .found)
    }

    @Test("counts bytes, and characters where it has letters beyond ASCII")
    func letters() throws {
        #expect(try search("^.$", "é") == .notFound)
        #expect(try search("^[éà]$", "é") == .found)
        #expect(try search("^é?$", "") == .found)
        #expect(try search("^.$", [0xff]) == .found)
        #expect(try search("é", [0xff, 0xc3, 0xa9, 0xc3]) == .found)
        #expect(try search("^.é", [0xff, 0xc3, 0xa9]) == .notFound)
    }

    @Test("gives the places of its first nine groups")
    func groups() throws {
        let pattern = try Pattern("/(a)(x)?(b(c))")
        let bytes = Array("--/abc".utf8)
        var workspace = PatternWorkspace()
        var captures = Captures()
        #expect(pattern.groupCount == 4)
        #expect(pattern.search(bytes.rawBytes, &workspace, captures: &captures) == .found)
        #expect((0...5).map { captures[$0] } == [2..<6, 3..<4, nil, 4..<6, 5..<6, nil])
        #expect(captures[-1] == nil && captures[10] == nil)
        #expect(captures.of(bytes.rawBytes, group: 3).byteCount == 2)
        #expect(captures.of(bytes.rawBytes, group: 2).byteCount == 0)
    }

    @Test("may have more groups than are remembered")
    func manyGroups() throws {
        let pattern = try Pattern(String(repeating: "(a)", count: 30))
        let bytes = Array(repeating: UInt8(ascii: "a"), count: 30)
        var workspace = PatternWorkspace()
        var captures = Captures()
        #expect(pattern.search(bytes.rawBytes, &workspace, captures: &captures) == .found)
        #expect(captures[0] == 0..<30)
        #expect(captures[9] == 8..<9)
    }

    @Test("leaves the captures alone when it is not found, and forgets those of the search before")
    func stale() throws {
        var workspace = PatternWorkspace()
        var captures = Captures()
        #expect(try Pattern("(a)(b)").search(Array("ab".utf8).rawBytes, &workspace, captures: &captures) == .found)
        #expect(try Pattern("(x)").search(Array("ab".utf8).rawBytes, &workspace, captures: &captures) == .notFound)
        #expect(captures[2] == 1..<2)
        #expect(try Pattern("(b)").search(Array("ab".utf8).rawBytes, &workspace, captures: &captures) == .found)
        #expect(captures[1] == 1..<2 && captures[2] == nil)
    }

    @Test("that is none says what is wrong, and where")
    func faults() {
        #expect(throws: PatternFault(message: "missing closing parenthesis", offset: 3)) { try Pattern("(ab") }
        #expect(throws: PatternFault(message: "quantifier does not follow a repeatable item", offset: 0)) { try Pattern("*a") }
        #expect(throws: PatternFault(message: "missing terminating ] for character class", offset: 4)) { try Pattern("a[bc") }
        #expect(throws: PatternFault.self) { try Pattern("(*UTF)a") }
        #expect(throws: PatternFault.self) { try Pattern("a\\Cé") }
        #expect(throws: PatternFault.self) { try Pattern(String(repeating: "(", count: 5_000)) }
        #expect(throws: PatternFault.self) { try Pattern("(?:(?:a{60000}){60000}){60000}") }
        #expect(throws: PatternFault.self) { try Pattern(String(repeating: "a", count: 8_193)) }
    }

    /// Every one of them would take years without a bound, or memory without end.
    @Test(
        "gives up on a text that takes too long",
        arguments: [
            ("^(a+)+$", "b"), ("^(a|aa)+$", "b"), ("(?:a?){60}a{60}$", "b"), (".*.*.*.*.*x\\d", "x"), ("^(?:(?=(a+))a)+\\1$", "b"),
            ("(a+)+\\b\\B", ""), ("(?R)?a(?R)?b\\d", "b"), ("(?=a*c)a(?=a*c)a(?=a*c)a(?=a*c)a(?=a*d)", "c"), ("(?<=a)[^b]*c\\d", "c"),
            ("(a*)(a*)\\1\\2\\1\\2c\\d", "c"), ("^((?:a|(?1))+)+$", "b"), ("a{1,60000}c\\d", "c"),
        ])
    func bounds(pattern: String, end: String) throws {
        var workspace = PatternWorkspace()
        for text in [pattern, "(*NO_JIT)" + pattern] {
            let compiled = try Pattern(text)
            let bytes = Array((String(repeating: "a", count: 60_000) + end).utf8)
            var outcome = PatternSearch.found
            let time = ContinuousClock().measure { outcome = compiled.search(bytes.rawBytes, &workspace) }
            #expect(outcome == .limitReached)
            // Hours, in some cases, without the bound; some 20 ms with it, where nobody else wants the machine.
            #expect(time < .seconds(5))
        }
    }

    @Test("that needs little is found in a long text, with and without machine code")
    func longTexts() throws {
        for prefix in ["", "(*NO_JIT)"] {
            #expect(try search(prefix + "^(?:/[a-z]+)*/end$", String(repeating: "/abc", count: 2_000) + "/end") == .found)
            #expect(try search(prefix + "foo.*bar", String(repeating: "fo", count: 4_000) + "foo and bar") == .found)
            #expect(try search(prefix + "^(?:ab)*$", String(repeating: "ab", count: 4_000)) == .found)
        }
    }
}

extension [UInt8] {
    /// The bytes, lent.
    fileprivate var rawBytes: RawSpan {
        // Safe: a byte has no padding.
        @_lifetime(borrow self)
        get { unsafe _overrideLifetime(span.bytes, borrowing: self) }
    }
}
