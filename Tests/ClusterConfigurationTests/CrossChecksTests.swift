import ClusterConfiguration
import Testing

struct CrossChecksTests {
    @Test func `routes and a command exclude each other`() {
        #expect(
            complaints(command("routes: [{respond: hi}]\n")) == [
                "4:1: error: \"routes\" cannot stand beside \"workers.command\": your program gets whole connections; take one of them out"
            ])
    }

    @Test func `a file with nothing to serve is told what to add`() {
        let message = "error: there is nothing to serve: add \"routes\", or your own program as \"workers.command\""
        #expect(complaints("port: 80\n") == ["1:1: \(message)"])
        #expect(complaints("port: 80\nworkers: 2\n") == ["2:1: \(message)"])
        #expect(complaints("port: 80\nworkers: {count: 2}\n") == ["2:1: \(message)"])
        #expect(complaints("port: 80\nroutes: []\n") == ["2:1: warning: \"routes\" is empty: every request is answered with 404"])
    }

    @Test func `a file with nothing to listen on is told what to add`() {
        #expect(
            complaints("routes: [{respond: hi}]\n")
                == ["1:1: error: there is nothing to listen on: add \"port: 8080\", or \"listen\" with a list of addresses"])
    }

    @Test func `a key that is only misspelt is not missed as well`() {
        #expect(complaints("prot: 80\nroutes: [{respond: hi}]\n") == ["1:1: error: unknown key \"prot\" (did you mean \"port\"?)"])
        #expect(complaints("port: 80\nroute: []\n") == ["2:1: error: unknown key \"route\" (did you mean \"routes\"?)"])
        #expect(complaints("port: 80\nworker: {command: a}\n") == ["2:1: error: unknown key \"worker\" (did you mean \"workers\"?)"])
    }

    @Test func `a key that is unknown altogether hides nothing that is missing`() {
        let found = complaints("colour: red\n")
        #expect(found.contains { $0.contains("nothing to listen on") } && found.contains { $0.contains("nothing to serve") }, "\(found)")
        #expect(found.count == 3)
    }

    @Test func `the admin socket is no public one`() {
        #expect(
            complaints("listen: unix:a\nroutes: [{respond: hi}]\nadmin: {socket: a}\n")
                == ["1:9: error: unix:/etc/app/a is the admin socket already, by \"admin\" on line 3"])
    }

    @Test func `private ports keep away from public ones and from the kernel's`() {
        #expect(
            complaints("port: 25000\nworkers: {command: a}")
                == ["1:7: warning: port 25000 is one of \"private_ports\" (20000-29999), which are for your program"])
        #expect(
            complaints("port: 80\nworkers: {command: a, private_ports: 30000-40000}") == [
                "2:38: warning: \"private_ports\" (30000-40000) overlaps the ports that the kernel gives to outgoing connections (32768-60999): one of them may be taken"
            ])
        var odd = Machine()
        odd.ephemeralPorts = 10000...65535
        #expect(complaints("port: 80\nworkers: {command: a}", on: odd).count == 1)
        #expect(complaints("port: 80\nworkers: {command: a, bind: unix}", on: odd).isEmpty)
        odd.ephemeralPorts = nil
        #expect(complaints("port: 80\nworkers: {command: a}", on: odd).isEmpty)
    }

    @Test func `a program that would run as root is warned of`() {
        var root = Machine()
        root.isRoot = true
        #expect(complaints(command(""), on: root) == ["3:3: warning: your program runs as root; give \"workers\" a \"user\""])
        #expect(complaints(command("  user: app\n"), on: root).isEmpty)
        #expect(complaints(builtIn(""), on: root).isEmpty)
    }

    @Test func `another user without being root is warned of`() {
        #expect(
            complaints(command("  user: app\n"))
                == ["4:3: warning: only root can run processes as somebody else: unless the master runs as root, they will not start"])
    }

    @Test func `an app whose socket nobody waits for has the workers' user`() {
        var root = Machine()
        root.isRoot = true
        func found(_ workers: String, _ app: String) -> [String] {
            complaints("port: 80\nworkers: {\(workers)}\napps:\n  a: {command: [a], bind: unix\(app)}\nroutes: [{app: a}]\n", on: root)
                .filter { $0.contains("error") }
        }
        let complaint =
            "4:27: error: nobody would wait for the socket of \"a\", and workers of another \"user\" cannot be let in before it is there: "
            + "take \"probe: none\" out of \"ready\", or give both the same \"user\""
        #expect(found("user: app", ", ready: {probe: none}") == [complaint])
        #expect(found("user: app", ", ready: {probe: tcp}").isEmpty)
        #expect(found("user: app", ", user: app, ready: {probe: none}").isEmpty)
        #expect(found("count: 1", ", user: app, ready: {probe: none}").isEmpty)
        #expect(found("group: www", ", user: app, ready: {probe: none}").isEmpty)
    }

    @Test func `a route names an upstream that there is, and an upstream is for a route`() {
        let file = { (name: String) in
            "port: 80\nupstreams:\n  api: {servers: 'http://127.0.0.1'}\nroutes:\n- upstream: \(name)\n"
        }
        #expect(complaints(file("api")).isEmpty)
        #expect(
            complaints(file("apy")) == [
                "3:3: warning: no route uses the upstream \"api\"", "5:13: error: there is no upstream \"apy\" (did you mean \"api\"?)",
            ])
        #expect(
            complaints(file("example.com")).last
                == "5:13: error: there is no upstream \"example.com\"; add it to \"upstreams\", or write the URL of a server")
        #expect(complaints(file("http://127.0.0.1")) == ["3:3: warning: no route uses the upstream \"api\""])
        #expect(complaints("port: 80\nroutes:\n- upstream: a\n- upstream: a").count == 3)
    }

    @Test(arguments: [
        ("prt: 80\nroutes: []", "1:1: error: unknown key \"prt\" (did you mean \"port\"?)"),
        ("port: 80\nworkers: {comand: x}", "2:11: error: unknown key \"comand\" (did you mean \"command\"?)"),
        ("port: 80\nwork: {command: x}", "2:1: error: unknown key \"work\""),
        ("listen: {addres: \":80\"}\nroutes: [{respond: x}]", "1:10: error: unknown key \"addres\" (did you mean \"address\"?)"),
        ("port: 80\nroutes: [{app: a}]\napps: {a: {comand: x}}", "3:12: error: unknown key \"comand\" (did you mean \"command\"?)"),
        (
            "port: 80\nroutes: [{upstream: u}]\nupstreams: {u: {server: \"http://a\"}}",
            "3:17: error: unknown key \"server\" (did you mean \"servers\"?)"
        ),
    ])
    func `what an unknown key may have been meant for is not missed as well`(text: String, complaint: String) {
        let errors = complaints(text).filter { $0.contains(" error: ") }
        #expect(errors.count == 1 && errors.first?.hasPrefix(complaint) == true, "\(errors)")
    }

    @Test(arguments: [
        "log: {access: }", "log: {to: }", "log: {access: {to: }}", "log: {access: {to: stdout, format: }}", "admin: {socket: }",
        "workers: {private_ports: }",
    ])
    func `a key without a value is one error`(text: String) {
        let complaints = complaints(builtIn(text))
        #expect(complaints.count == 1 && complaints.first?.hasSuffix(", but has no value") == true, "\(complaints)")
    }

    @Test func `an upstream that a misspelt key may name is not said to be unused`() {
        #expect(complaints("port: 80\nroutes: [{upstrem: u}]\nupstreams: {u: {servers: \"http://a\"}}").count == 1)
        #expect(complaints("port: 80\nroute: [{upstream: u}]\nupstreams: {u: {servers: \"http://a\"}}").count == 1)
        #expect(complaints("port: 80\nroutes: [{respond: u}]\nupstreams: {u: {servers: \"http://a\"}}").count == 1)
    }
}
