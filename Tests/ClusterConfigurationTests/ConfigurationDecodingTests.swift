import Balancing
import ClusterConfiguration
import Routing
import Settings
import Supervision
import Testing

struct ConfigurationDecodingTests {
    @Test func `relative paths start at the file's folder, whose own dots behind a link are left as they are`() throws {
        func places(_ folder: String) throws -> [String] {
            var surroundings = Machine().surroundings
            surroundings.folder = folder
            let text = "listen: ['unix:./a/../b', 'unix:../b', 'unix:/x/../c']\nroutes: [{respond: x}]\n"
            let decoded = Configuration.decode(Array(text.utf8), file: "cluster.yaml", surroundings: surroundings)
            return try #require(decoded.configuration).listeners.map(\.address.text)
        }
        #expect(try places("/etc/app") == ["unix:/etc/app/b", "unix:/etc/b", "unix:/c"])
        #expect(try places("/l/current/..") == ["unix:/l/current/../b", "unix:/l/current/../../b", "unix:/c"])
        #expect(try places("/etc").last == "unix:/c")
    }

    @Test func `the smallest file has every default`() throws {
        let found = try #require(configuration("port: 8080\nroutes:\n  - path: /\n    respond: hi\n"))
        var expected = Configuration()
        var listener = ListenerSettings(address: .everywhere(port: 8080))
        listener.deferAccept = .seconds(1)
        expected.listeners = [listener]
        expected.workers.count = 4
        expected.routes = [Route(action: .respond(Respond(body: Template(literal: "hi"))))]
        #expect(found == expected)
        #expect(found.limits.headerBytes == 32 * 1024)
        #expect(found.timeouts.tunnel == .seconds(3600))
    }

    @Test func `the smallest file with a command has every default`() throws {
        let found = try #require(configuration("port: 8080\nworkers: {command: [node, server.js]}\n"))
        #expect(found.workers.command == .arguments(["node", "server.js"]))
        #expect(found.workers.count == 4)
        #expect(found.workers.relays == 2)
        #expect(found.workers.privatePorts == .range(20000...29999))
        #expect(found.workers.bind == .host("127.0.0.1"))
        #expect(found.workers.proxyProtocol == nil)
        #expect(found.listeners.first?.deferAccept == .zero)
        #expect(found.routes.isEmpty)
    }

    @Test func `the life of processes has defaults that workers can change`() throws {
        let found = try #require(
            configuration(
                """
                port: 8080
                restart: { policy: never, fatal_codes: [7] }
                stop: { grace: 5s }
                ready: { timeout: 2s }
                health: { heartbeat_timeout: 9s }
                reload: { surge: 3 }
                workers:
                  command: x
                  restart: on-failure
                  stop: { signal: INT }
                  ready: { probe: http }
                  health: { heartbeat_timeout: 8s }
                """))
        #expect(found.workers.life.restart.policy == .onFailure)
        #expect(found.workers.life.restart.fatalCodes == [7])
        #expect(found.workers.life.stop.signal == 2)
        #expect(found.workers.life.stop.grace == .seconds(5))
        #expect(found.workers.life.ready.probe == .http)
        #expect(found.workers.life.ready.timeout == .seconds(2))
        #expect(found.workers.life.health.heartbeatTimeout == .seconds(8))
        #expect(found.reload.surge == 3)
    }

    @Test func `a file with an error is no configuration, and every error is said, in order`() {
        let text = """
            port: 70000
            worker: 2
            limits: { headers: 0 }
            routes:
              - path: api
                respond: hi
            """
        #expect(configuration(text) == nil)
        #expect(
            complaints(text) == [
                "1:7: error: \"port\" must be a whole number from 1 to 65535, not \"70000\"",
                "2:1: error: unknown key \"worker\" (did you mean \"workers\"?)",
                "3:20: error: \"headers\" must be a whole number from 1 to 256, not \"0\"",
                "5:11: error: \"path\" must be a path that begins with \"/\", not \"api\"",
            ])
    }

    @Test func `a warning is no error`() {
        let text = builtIn("stop: {signal: INT}")
        #expect(configuration(text)?.workers.life.stop.signal == 15)
        #expect(complaints(text) == ["3:1: warning: built-in workers are stopped with TERM, whatever \"signal\" says"])
    }

    @Test(arguments: [
        "dashboard", "plugins",
    ])
    func `a key that is not built yet is refused like any unknown key`(key: String) {
        #expect(complaints(builtIn("\(key): {}")).first?.hasPrefix("3:1: error: unknown key \"\(key)\"") == true)
    }

    @Test func `variables are replaced, and what they were is remembered`() {
        var machine = Machine()
        machine.environment = ["PUBLIC_PORT": "9000", "WHO": "you"]
        let decoded = machine.decode("port: ${PUBLIC_PORT}\nworkers: ${COUNT:-3}\nroutes: [{respond: 'hi ${WHO}'}]")
        #expect(decoded.configuration?.listeners.first?.address == .everywhere(port: 9000))
        #expect(decoded.configuration?.workers.count == 3)
        #expect(decoded.answers.environment == ["PUBLIC_PORT": "9000", "WHO": "you", "COUNT": nil])
    }

    @Test func `a word may come from a variable as well`() {
        var machine = Machine()
        machine.environment = ["N": "auto", "P": "none"]
        #expect(configuration(builtIn("workers: '${N}'"), on: machine)?.workers.count == 4)
        #expect(configuration(command("  relays: ${N}\n  proxy_protocol: ${P}\n"), on: machine)?.workers.relays == 2)
        #expect(complaints(builtIn("workers: ${NONE}")).count == 1)
    }

    /// A key that no decoder looks at would take any value.
    @Test(arguments: Configuration.Key.paths)
    func `every key is looked at: a value of the wrong kind is an error`(path: String) {
        let keys = path.split(separator: ".").map(String.init)
        let wrong = "{no_such_key: [{}]}"
        var flow = "{\(keys[keys.count - 1]): \(wrong)}"
        for key in keys.dropLast().reversed() {
            switch key {
            case "listen", "routes", "servers": flow = "{\(key): [\(flow)]}"
            case "upstreams", "apps": flow = "{\(key): {name: \(flow)}}"
            default: flow = "{\(key): \(flow)}"
            }
        }
        let found = complaints(flow)
        // A free mapping (environment, headers) takes any key, and says that the value is wrong; `path` of `ready` and of a route are told apart by place.
        #expect(
            found.contains { ($0.contains("\"\(keys[keys.count - 1])\"") || $0.contains("no_such_key")) && $0.contains(": error: ") },
            "\(found)")
    }
}
