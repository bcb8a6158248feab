import Balancing
import ClusterConfiguration
import Routing
import Supervision
import Testing

struct AppSettingsDecodingTests {
    private func web(_ text: String, general: String = "", on machine: Machine = Machine()) -> AppSettings? {
        configuration(file(text, general: general), on: machine)?.apps.first
    }

    private func file(_ text: String, general: String = "") -> String {
        "port: 8080\n\(general)apps:\n  web: {\(text)}\nroutes: [{app: web}]\n"
    }

    @Test func `a command is all that an app needs`() throws {
        let app = try #require(web("command: [node, server.js]"))
        #expect(app.name == "web" && app.command == .arguments(["node", "server.js"]) && app.instances == 4)
        #expect(app.privatePorts == .range(20000...29999) && app.bind == .host("127.0.0.1"))
        #expect(app.balance == .leastRequests && app.maxRequestsEach == 0 && app.retry == RetrySettings())
        #expect(app.queue.length == 1000 && app.queue.timeout == .seconds(10))
    }

    @Test func `every key of an app is obeyed`() throws {
        let app = try #require(
            web(
                "command: run, instances: 0, bind: unix, balance: random_two, max_requests_each: 3, queue: {length: 5, timeout: 2s}, "
                    + "retry: {attempts: 0}, environment: {A: '{{socket}}'}, user: app, umask: 027, nice: 5, open_files: 100"))
        #expect(app.instances == 0 && app.bind == .unix && app.balance == .randomTwo && app.maxRequestsEach == 3)
        #expect(app.queue.length == 5 && app.queue.timeout == .seconds(2) && app.retry.attempts == 0)
        #expect(app.program.environment == [EnvironmentVariable(name: "A", value: "{{socket}}")])
        #expect(app.program.account == Machine.app && app.program.umask == 0o027 && app.program.nice == 5 && app.program.openFiles == 100)
    }

    @Test func `the life of an app is the general one, with what it says itself`() throws {
        let general = "restart: {policy: on-failure}\nstop: {grace: 7s}\nrecycle: {max_requests: 5}\nworkers: {stop: {grace: 9s}}\n"
        let app = try #require(web("command: run, stop: {signal: INT}, health: {probe: http, failures: 2}", general: general))
        #expect(app.life.restart.policy == .onFailure && app.life.stop.grace == .seconds(7) && app.life.stop.signal == 2)
        #expect(app.life.recycle.maxRequests == 5 && app.life.health.probe == .http && app.life.health.failures == 2)
    }

    @Test func `a hash is a balance`() {
        #expect(web("command: run, hash: client")?.balance == .hash)
        #expect(complaints(file("command: run, balance: hash")).first?.contains("needs a \"hash\"") == true)
        #expect(complaints(file("command: run, balance: round_robin, hash: path")).first?.contains("take one of them out") == true)
    }

    @Test func `the general signal is for apps, and built-in workers keep theirs without a word`() {
        let text = file("command: run", general: "stop: {signal: INT}\n")
        #expect(configuration(text)?.workers.life.stop.signal == 15 && configuration(text)?.apps.first?.life.stop.signal == 2)
        #expect(complaints(text).isEmpty)
    }

    @Test(arguments: [
        ("instances: 2", "3:8: error: the app \"web\" has no \"command\"; add one, like [node, server.js]"),
        ("command: []", "3:18: error: \"command\" names no program"),
        ("command: a, instances: 1025", "3:32: error: \"instances\" must be a whole number from 0 to 1024 or auto, not \"1025\""),
        (
            "command: a, private_ports: 20000-20001",
            "3:36: error: 20000-20001 is too few for 4 instances of \"web\" and 1 more during a reload"
        ),
        ("command: a, scheduling: kernel", "3:21: error: unknown key \"scheduling\""),
    ])
    func `a bad value is refused where it is`(text: String, complaint: String) {
        let found = complaints(file(text))
        #expect(found.contains { $0.hasPrefix(complaint) }, "\(found)")
    }

    @Test func `names are checked, and have to be there`() {
        let two = "port: 80\napps: {workers: {command: a}, web: {command: a}}\nroutes: [{app: wbe}]\n"
        let found = complaints(two)
        #expect(found.contains { $0.hasPrefix("2:8: error: \"workers\" cannot be the name of an app") }, "\(found)")
        #expect(found.contains("3:16: error: there is no app \"wbe\" (did you mean \"web\"?)"), "\(found)")
        #expect(complaints(builtIn("apps: {web: {command: a}}\n")) == ["3:8: warning: no route uses the app \"web\""])
        #expect(complaints("port: 80\nroutes: [{app: nobody}]\n").contains("2:16: error: there is no app \"nobody\"; add it to \"apps\""))
        #expect(complaints("port: 80\nroutes: [{app: [a]}]\n").contains { $0.hasPrefix("2:16: error: \"app\" must be the name of an app") })
    }

    @Test func `all apps together have a bound`() {
        let many =
            "port: 80\napps: {a: {command: a, instances: 1000}, b: {command: a, instances: 25}}\nroutes: [{app: a}, {path: /b, app: b}]\n"
        #expect(complaints(many) == ["2:1: error: all apps together have 1025 instances; at most 1024 can run"])
    }

    @Test func `an app that would run as root is warned of`() {
        var root = Machine()
        root.isRoot = true
        #expect(complaints(file("command: a"), on: root) == ["3:9: warning: your program runs as root; give \"web\" a \"user\""])
    }

    @Test func `an app is another difference than its routes`() throws {
        func difference(_ old: String, _ new: String) throws -> Difference {
            try Difference(from: #require(configuration(file(old))), to: #require(configuration(file(new))))
        }
        #expect(try difference("command: a", "command: a").isEmpty)
        #expect(try difference("command: a", "command: b").replacedApps == ["web"])
        #expect(try difference("command: a", "command: a, environment: {A: b}").replacedApps == ["web"])
        let inPlace = try difference("command: a", "command: a, queue: {length: 1}, stop: {grace: 1s}")
        #expect(inPlace.replacedApps.isEmpty && inPlace.inPlace == [.apps])
        let added = try Difference(from: #require(configuration(builtIn(""))), to: #require(configuration(file("command: a"))))
        #expect(added.replacedApps == ["web"] && added.removedApps.isEmpty && added.replaces(.app("web")) && !added.replaces(.workers))
        let removed = try Difference(from: #require(configuration(file("command: a"))), to: #require(configuration(builtIn(""))))
        #expect(removed.replacedApps.isEmpty && removed.removedApps == ["web"])
    }
}
