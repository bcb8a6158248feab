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

    @Test func `a configuration that is longer than a file may be is compared as any other`() throws {
        var old = try #require(configuration(command("")))
        old.workers.program.environment = [EnvironmentVariable(name: "A", value: String(repeating: "a", count: 5 << 20))]
        var new = old
        new.timeouts.idle = .seconds(5)
        #expect(FieldChange.all(from: old, to: new).map(\.text) == ["timeouts.idle: 1m -> 5s"])
        new.workers.program.environment[0].value += "b"
        #expect(
            FieldChange.all(from: old, to: new).map(\.text) == ["workers.environment.A: another value", "timeouts.idle: 1m -> 5s"])
    }

    @Test func `an app or an upstream that comes or goes is all of its keys, and a list that becomes a text is both`() throws {
        let file = { (more: String) in "port: 80\napps:\n  a: {command: x}\n\(more)routes: [{app: a}]\n" }
        let added = try changes(file(""), file("  b: {command: [x, y], stop: {grace: 7s}}\n"))
        #expect(added.contains("apps.b.command: none -> [x, y]") && added.contains("apps.b.stop.grace: none -> 7s"))
        #expect(added.allSatisfy { $0.hasPrefix("apps.b.") })
        let removed = try changes(file("  b: {command: [x, y]}\n"), file(""))
        #expect(removed.contains("apps.b.command: [x, y] -> none") && removed.allSatisfy { $0.hasPrefix("apps.b.") })
        #expect(try changes(file(""), file("").replacing("{command: x}", with: "{command: [x]}")) == ["apps.a.command: x -> [x]"])
        let servers = { (urls: String) in "port: 80\nupstreams: {u: {servers: [\(urls)]}}\nroutes: [{upstream: u}]\n" }
        #expect(
            try changes(servers("http://127.0.0.1:1"), servers("http://127.0.0.1:2")).first
                == "upstreams.u.servers.0.url: http://127.0.0.1:1 -> http://127.0.0.1:2")
    }

    @Test func `what is new comes behind what is changed or gone`() throws {
        #expect(
            try changes(command("  nice: 5\n"), command("  environment: {A: b}\n").replacing("8080", with: "8080\ntimeouts: {idle: 5s}"))
                == ["workers.nice: 5 -> none", "timeouts.idle: 1m -> 5s", "workers.environment.A: added"])
    }

    @Test func `of thousands of routes of one label each is found`() throws {
        let numbers = Array(0..<3000)
        let file = { (numbers: [Int]) in
            "port: 80\nroutes:\n" + numbers.map { "- {name: a, path: /a, headers: {X: '\($0)'}, respond: x}\n" }.joined()
        }
        func routes(_ old: [Int], _ new: [Int]) throws -> RouteChanges {
            try RouteChanges(from: #require(configuration(file(old))), to: #require(configuration(file(new))))
        }
        let moved = try routes(numbers, numbers.reversed())
        #expect(moved.areReordered && moved.added.isEmpty && moved.changed.isEmpty && moved.removed.isEmpty)
        let changed = try routes(numbers, numbers.map { $0 == 7 ? 7000 : $0 })
        #expect(changed.changed == ["a"] && changed.added.isEmpty && changed.removed.isEmpty)
        let fewer = try routes(numbers, Array(numbers.dropFirst(10)) + [7000])
        #expect(fewer.changed == ["a"] && fewer.removed.count == 9 && fewer.added.isEmpty)
        let more = try routes(Array(numbers.dropFirst(10)), numbers)
        #expect(more.added.count == 10 && more.changed.isEmpty && more.removed.isEmpty)
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
