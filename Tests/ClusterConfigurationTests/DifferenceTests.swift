import ClusterConfiguration
import Testing

struct DifferenceTests {
    private func difference(_ old: String, _ new: String, from: Machine = Machine(), to: Machine = Machine()) throws -> Difference {
        try Difference(from: #require(configuration(old, on: from)), to: #require(configuration(new, on: to)))
    }

    @Test func `the same file is no difference`() throws {
        #expect(try difference(builtIn(""), builtIn("workers: auto\n# comment")).isEmpty)
    }

    @Test(arguments: [
        ("routes", "port: 8080\nroutes: [{respond: other}]"), ("timeouts", builtIn("timeouts: {idle: 1s}")),
        ("limits", builtIn("limits: {headers: 5}")), ("trusted_proxies", builtIn("trusted_proxies: unix")),
        ("log", builtIn("log: {level: debug}")), ("admin", builtIn("admin: {mode: 0660}")), ("life", builtIn("restart: never")),
        ("reload", builtIn("reload: {surge: 2}")), ("scheduling", builtIn("workers: {scheduling: least_connections}")),
    ])
    func `what is followed in place replaces nobody`(part: String, text: String) throws {
        let difference = try difference(builtIn(""), text)
        #expect(difference.inPlace.map(\.rawValue) == [part])
        #expect(!difference.replacesWorkers)
        #expect(!difference.isEmpty)
    }

    @Test func `upstreams are followed in place`() throws {
        let file = { (port: Int) in "port: 8080\nupstreams: {a: {servers: 'http://127.0.0.1:\(port)'}}\nroutes: [{upstream: a}]" }
        let difference = try difference(file(1), file(2))
        #expect(difference.inPlace == [.upstreams] && !difference.replacesWorkers)
    }

    @Test(arguments: [
        "  environment: {A: b}\n", "  working_directory: /srv/app\n", "  user: app\n", "  group: www\n", "  umask: 022\n", "  nice: 1\n",
        "  open_files: 64\n",
        "  private_ports: 3000-4000\n", "  bind: unix\n", "  proxy_protocol: v1\n",
    ])
    func `what a program is started with replaces its processes`(more: String) throws {
        #expect(try difference(command(""), command(more)).replacesWorkers)
    }

    @Test func `another command, or none, replaces all`() throws {
        #expect(try difference(command(""), "port: 8080\nworkers: {command: [node, other.js]}").replacesWorkers)
        #expect(try difference("port: 8080\nworkers: {command: a}", "port: 8080\nworkers: {command: [a]}").replacesWorkers)
        #expect(try difference(command(""), builtIn("")).replacesWorkers)
    }

    @Test func `relays and a count replace nobody`() throws {
        let changed = try difference(command(""), command("  relays: 5\n  count: 6\n"))
        #expect(!changed.replacesWorkers)
        #expect(changed.inPlace == [.relays])
        #expect(changed.workerCount == 6)
    }

    @Test func `a variable whose value is another is another environment`() throws {
        var other = Machine()
        other.environment = ["X": "2"]
        #expect(
            try difference(command("  environment: {A: '${X:-1}'}\n"), command("  environment: {A: '${X:-1}'}\n"), to: other)
                .replacesWorkers)
    }

    @Test func `a directory that is a link is compared by where it leads`() throws {
        let text = command("  working_directory: /srv/app\n")
        let old = try #require(configuration(text))
        let before = Machine().surroundings
        var after = before
        after.realDirectory = { _ in "/srv/app-8" }
        let new = try #require(Configuration.decode(Array(text.utf8), file: "x", surroundings: after).configuration)
        #expect(Difference(from: old, to: new).replacesWorkers)
    }

    @Test func `listeners are added, removed and changed by their address`() throws {
        let changed = try difference(
            "listen: [':80', ':81', ':82']\nroutes: [{respond: hi}]",
            "listen: [':80', {address: ':81', backlog: 5}, ':83']\nroutes: [{respond: hi}]")
        #expect(changed.addedListeners.map(\.address) == [.everywhere(port: 83)])
        #expect(changed.removedListeners.map(\.address) == [.everywhere(port: 82)])
        #expect(changed.changedListeners.map(\.address) == [.everywhere(port: 81)])
        #expect(changed.changedListeners.first?.backlog == 5)
        #expect(!changed.replacesWorkers)
    }

    @Test func `what begins connections of a listener changes in place`() throws {
        let text = "trusted_proxies: ::1\nroutes: [{respond: hi}]\nlisten: [{address: ':81', proxy_protocol: "
        let changed = try difference(text + "false}]", text + "true}]")
        #expect(changed.changedListeners.map(\.proxyProtocol) == [true] && changed.addedListeners == [] && !changed.replacesWorkers)
    }

    @Test func `built-in workers lose their private doors with the last port`() throws {
        let sockets = "listen: ['unix:/a']\nroutes: [{respond: hi}]"
        #expect(try difference(builtIn(""), sockets).replacesWorkers)
        #expect(try difference(builtIn(""), builtIn("workers: {private_ports: none}")).replacesWorkers)
    }
}
