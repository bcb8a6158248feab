import Testing

/// What Docs/Architecture.md says of the modules, held against the sources.
@Suite struct ArrowsTests {
    private struct Source {
        let path: String
        let text: String
        var module: String { String(path.split(separator: "/")[1]) }

        var imports: [String] {
            text.split(separator: "\n").compactMap { line in
                let words = line.split(separator: " ")
                guard let at = words.firstIndex(of: "import"), at <= 1, at + 1 < words.count else { return nil }
                return String(words[at + 1])
            }
        }
    }

    private static func sources() throws -> [Source] {
        try Repository.files(in: "Sources", endingIn: ".swift").map { Source(path: $0, text: try Repository.text($0)) }
    }

    /// Of our own modules.
    private static let allowed: [String: Set<String>] = [
        "Settings": ["CYAML"],
        "HTTP1": [],
        "Patterns": ["CPCRE2"],
        "Kernel": ["CLinux"],
        "Balancing": ["Settings"],
        "Routing": ["HTTP1", "Patterns", "Balancing", "Settings"],
        "Supervision": ["Settings"],
        "ClusterConfiguration": ["Settings", "Patterns", "Routing", "Balancing", "Supervision"],
        "Control": ["Kernel"],
        "Engine": ["Kernel", "CCares"],
        "Proxy": ["Engine", "Kernel", "HTTP1", "Patterns", "Routing", "Balancing", "Control", "ClusterConfiguration", "Settings"],
        "Cluster": ["Engine", "Kernel", "Supervision", "Balancing", "Control", "ClusterConfiguration", "Settings"],
    ]

    @Test func `modules import only what lies below them`() throws {
        let ours = Set(Self.allowed.keys).union(["CYAML", "CPCRE2", "CCares", "CLinux", "ClusterProxy"])
        for source in try Self.sources() where source.module != "ClusterProxy" {
            let allowed = try #require(Self.allowed[source.module], "\(source.path)")
            for name in source.imports where ours.contains(name) { #expect(allowed.contains(name), "\(source.path) imports \(name)") }
        }
    }

    @Test func `Foundation stays off the path of a request`() throws {
        for source in try Self.sources() {
            #expect(!source.imports.contains("Foundation"), "\(source.path)")
            #expect(!source.imports.contains("Dispatch"), "\(source.path)")
            if !["Cluster", "ClusterProxy"].contains(source.module) {
                #expect(!source.imports.contains("FoundationEssentials"), "\(source.path)")
            }
        }
    }

    @Test func `only Kernel, Engine, the scanner, the reader of YAML and the patterns are unsafe`() throws {
        let exempt = ["Sources/HTTP1/Scanner.swift", "Sources/Settings/YAML/", "Sources/Patterns/"]
        for source in try Self.sources() where !["Kernel", "Engine"].contains(source.module) {
            if exempt.contains(where: { source.path.hasPrefix($0) }) { continue }
            let lines = source.text.split(separator: "\n").filter { !$0.contains("//") && $0.contains(/\bunsafe\b/) }
            #expect(lines.isEmpty, "\(source.path): \(lines.first ?? "")")
        }
    }

    @Test func `nothing is forced and nothing is left to be done`() throws {
        for source in try Self.sources() {
            for word in ["try!", "as!", "TODO", "FIXME", "XXX"] { #expect(!source.text.contains(word), "\(source.path): \(word)") }
        }
    }

    /// A file has one noun; past some screens there are two. A table is made by a program, and read by one.
    @Test func `a file is a few screens long`() throws {
        for source in try Self.sources() where !source.path.hasSuffix("+Table.swift") {
            let lines = source.text.split(separator: "\n", omittingEmptySubsequences: false).count
            #expect(lines <= 300, "\(source.path) has \(lines) lines")
        }
    }
}
