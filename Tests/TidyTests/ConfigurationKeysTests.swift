import ClusterConfiguration
import Settings
import Testing

/// The decoder's list of keys is the one list: what is written for people has to follow it.
struct ConfigurationKeysTests {
    /// The life of processes is the same section inside `workers` and `apps`, what apps have of upstreams as well, and not written down twice.
    private static let repeated =
        ["workers", "apps"].flatMap { owner in ["restart", "ready", "health", "stop", "recycle"].map { "\(owner).\($0)." } }
        + ["apps.hash.", "apps.retry."]
    private static let keys = Set(Configuration.Key.paths.filter { path in !repeated.contains { path.hasPrefix($0) } })

    @Test func `every key is in the manual, in the table of its section, and no other`() throws {
        var documented: Set<String> = []
        var section: String?
        for line in try Repository.text("Docs/Configuration.md").split(separator: "\n") {
            if line.hasPrefix("#") {
                let title = String(line.drop { $0 == "#" || $0 == " " })
                section = title == "The whole file" ? "" : title.hasPrefix("`") ? title.filter { $0 != "`" } + "." : nil
            } else if let section, line.hasPrefix("| `"), let key = line.dropFirst(3).split(separator: "`").first {
                documented.insert(section + key)
            }
        }
        #expect(Self.keys.subtracting(documented).sorted() == [], "not in Docs/Configuration.md")
        #expect(documented.subtracting(Self.keys).sorted() == [], "in Docs/Configuration.md, but no key")
    }

    @Test func `every key is in an example`() throws {
        var shown: Set<String> = []
        for path in ExampleFile.paths where path.hasPrefix("config/example") { shown.formUnion(try ExampleFile(path).keys) }
        #expect(Self.keys.subtracting(shown).sorted() == [], "not in config/example*.yaml")
    }

    @Test func `every key is in the schema, and no other`() throws {
        let schema = try JSONSchema(Repository.text("config/cluster.schema.json"))
        let keys = Set(Configuration.Key.paths)
        #expect(keys.subtracting(schema.properties).sorted() == [], "not in config/cluster.schema.json")
        // What a header, a parameter or a cookie has to be stands below a name of the user's.
        let strange = schema.properties.subtracting(keys).filter { $0.firstMatch(of: /^routes\.(headers|query|cookies)\./) == nil }
        #expect(strange.sorted() == [], "in config/cluster.schema.json, but no key")
    }
}

struct ExamplesTests {
    @Test func `there are examples`() { #expect(ExampleFile.paths.contains("config/example.yaml")) }

    @Test(arguments: ExampleFile.paths)
    func `every example loads without a warning`(path: String) throws {
        let file = try ExampleFile(path)
        let decoded = file.decoded
        #expect(decoded.configuration != nil)
        #expect(decoded.issues.map { $0.rendered(source: file.bytes) } == [])
    }

    @Test(arguments: ExampleFile.paths)
    func `every example is what the schema says`(path: String) throws {
        let schema = try JSONSchema(Repository.text("config/cluster.schema.json"))
        let root = try #require(try ExampleFile(path).root)
        #expect(schema.complaints(about: JSONValue(root)) == [])
    }
}
