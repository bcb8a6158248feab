import ClusterConfiguration
import Testing

struct ChangesTests {
    private func changes(_ old: String, _ new: String) throws -> [String] {
        try FieldChange.all(from: #require(configuration(old)), to: #require(configuration(new))).map(\.text)
    }

    @Test func `every key with another value is named, with both of them`() throws {
        #expect(try changes(builtIn(""), builtIn("")).isEmpty)
        #expect(
            try changes(builtIn(""), builtIn("timeouts: {idle: 5s}\nlimits: {headers: 7}\n")) == [
                "timeouts.idle: 1m -> 5s", "limits.headers: 100 -> 7",
            ])
        #expect(try changes(command(""), command("  nice: 5\n")) == ["workers.nice: none -> 5"])
        #expect(
            try changes(command("  command: 1\n".replacing("  command: 1\n", with: "")), "port: 8080\nworkers: {command: [node, b.js]}\n")
                == ["workers.command: [node, server.js] -> [node, b.js]"])
    }

    @Test func `values of variables are not said`() throws {
        let file = { (value: String) in command("  environment: {\(value)}\n") }
        #expect(
            try changes(file("A: secret1, B: x"), file("A: secret2, C: x"))
                == ["workers.environment.A: another value", "workers.environment.B: removed", "workers.environment.C: added"])
    }

    @Test func `a key that only one of them has, and that says none there, is no change; a variable of that value is`() throws {
        #expect(try !changes(builtIn(""), command("")).contains { $0.hasSuffix("none -> none") })
        #expect(try changes(command(""), command("  environment: {A: none}\n")) == ["workers.environment.A: added"])
    }

    @Test func `routes come, go, change and move, each by its name or by what it matches`() throws {
        func routes(_ old: String, _ new: String) throws -> RouteChanges {
            try RouteChanges(
                from: #require(configuration("port: 80\nroutes: [\(old)]\n")), to: #require(configuration("port: 80\nroutes: [\(new)]\n")))
        }
        let (a, b) = ("{name: a, path: /a, respond: x}", "{path: {exact: /b}, methods: GET, host: h.example, respond: x}")
        #expect(try routes("\(a), \(b)", "\(a), \(b)").isEmpty)
        #expect(try routes(a, "\(a), \(b)").added == ["GET h.example=/b"])
        #expect(try routes("\(a), \(b)", b).removed == ["a"])
        #expect(try routes(a, "{name: a, path: /a, respond: y}").changed == ["a"])
        let moved = try routes("\(a), \(b)", "\(b), \(a)")
        #expect(moved.areReordered && moved.added.isEmpty && moved.changed.isEmpty && !moved.isEmpty)
    }

    @Test func `of routes that match the same the one that was changed is named, once`() throws {
        let same = { (answers: [String]) in
            "port: 80\nroutes:\n"
                + answers.enumerated().map { "  - {path: /a, headers: {X: '\($0)'}, respond: \($1)}\n" }.joined()
        }
        func routes(_ old: String, _ new: String) throws -> RouteChanges {
            try RouteChanges(from: #require(configuration(old)), to: #require(configuration(new)))
        }
        let changes = try routes(same(["x", "y", "z"]), same(["x", "n", "z"]))
        #expect(changes.changed == ["/a"] && changes.added.isEmpty && changes.removed.isEmpty)
        let gone = try routes(same(["x", "y", "z"]), same(["x"]))
        #expect(gone.removed == ["/a", "/a"] && gone.changed.isEmpty && gone.added.isEmpty)
    }
}
