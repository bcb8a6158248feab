import Testing

@Suite struct LexiconTests {
    @Test func `every type that the lexicon names exists`() throws {
        let sources = try Repository.files(in: "Sources", endingIn: ".swift").map { try Repository.text($0) }.joined(separator: "\n")
        let names = try Repository.text("Docs/Lexicon.md").matches(of: /`([A-Z][A-Za-z0-9]+)`/).map { String($0.1) }
        #expect(names.count > 20)
        for name in names {
            #expect(sources.contains("struct \(name)") || sources.contains("class \(name)") || sources.contains("enum \(name)"), "\(name)")
        }
    }
}
