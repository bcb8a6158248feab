import Balancing
import ClusterConfiguration
import Supervision
import Testing

struct WorkerSettingsDecodingTests {
    @Test func `the short forms are how many`() {
        #expect(configuration(builtIn("workers: auto"))?.workers.count == 4)
        #expect(configuration(builtIn("workers: 256"))?.workers.count == 256)
        #expect(configuration(builtIn("workers: {count: 3}"))?.workers.count == 3)
        var large = Machine()
        large.cores = 400
        #expect(configuration(builtIn(""), on: large)?.workers.count == 256)
    }

    @Test func `a list is argv and a text is for the shell`() {
        #expect(configuration("port: 1\nworkers: {command: [a, 8, '']}")?.workers.command == .arguments(["a", "8", ""]))
        #expect(configuration("port: 1\nworkers: {command: 'exec a $PORT'}")?.workers.command == .shell("exec a $PORT"))
        #expect(configuration("port: 1\nworkers: {command: 'a $${PORT}'}")?.workers.command == .shell("a ${PORT}"))
    }

    @Test func `every key is taken over`() throws {
        let found = try #require(
            configuration(
                command(
                    """
                      count: 2
                      scheduling: least-connections
                      relays: 3
                      proxy_protocol: v2
                      environment: { A: 1, B: "{{slot}}" }
                      working_directory: /srv/app
                      user: app
                      group: www
                      umask: 027
                      nice: -5
                      open_files: 4096
                      private_ports: 21000-21999
                      bind: ::1
                    """))
        ).workers
        #expect(found.count == 2)
        #expect(found.scheduling == .leastConnections)
        #expect(found.relays == 3)
        #expect(found.proxyProtocol == .v2)
        #expect(
            found.program.environment == [EnvironmentVariable(name: "A", value: "1"), EnvironmentVariable(name: "B", value: "{{slot}}")])
        #expect(found.program.workingDirectory == "/srv/app-7")
        #expect(found.program.account == Account(user: 1000, group: 33, groups: [1001, 27], name: "app", home: "/home/app"))
        #expect(found.program.umask == 0o027)
        #expect(found.program.nice == -5)
        #expect(found.program.openFiles == 4096)
        #expect(found.privatePorts == .range(21000...21999))
        #expect(found.bind == .host("::1"))
    }

    @Test func `auto and none are the defaults, and can be said`() {
        let said = configuration(command("  relays: auto\n  proxy_protocol: none\n  count: auto\n"))
        #expect(said != nil)
        #expect(said == configuration(command("")))
        #expect(configuration(builtIn("workers: {private_ports: auto}")) == configuration(builtIn("")))
        #expect(configuration(builtIn("workers: {private_ports: none}"))?.workers.privatePorts == PrivatePorts.none)
    }

    @Test func `a group without a user leaves the user as it is`() {
        #expect(
            configuration(command("  group: www\n"))?.workers.program.account
                == Account(user: .max, group: 33, groups: [33], name: nil, home: nil))
        #expect(configuration(command("  group: 44\n"))?.workers.program.account?.group == 44)
    }

    @Test(arguments: [
        ("0", "3:10: error: \"workers\" must be a whole number from 1 to 256 or auto, or a mapping, not \"0\""),
        ("257", "3:10: error: \"workers\" must be a whole number from 1 to 256 or auto, or a mapping, not \"257\""),
        ("many", "3:10: error: \"workers\" must be a whole number from 1 to 256 or auto, or a mapping, not \"many\""),
        ("[]", "3:10: error: \"workers\" must be a whole number from 1 to 256 or auto, or a mapping, not a list"),
        ("{count: 0}", "3:18: error: \"count\" must be a whole number from 1 to 256 or auto, not \"0\""),
        ("{scheduling: random}", "3:23: error: \"scheduling\" must be round_robin, least_connections or kernel, not \"random\""),
        ("{relays: 1}", "3:11: error: \"relays\" is for your own program: add \"command\", or take it out"),
        ("{proxy_protocol: v1}", "3:11: error: \"proxy_protocol\" is for your own program: add \"command\", or take it out"),
        ("{bind: unix}", "3:11: error: \"bind\" is for your own program: add \"command\", or take it out"),
        (
            "{private_ports: 1024-2000}",
            "3:26: error: \"private_ports\" must be none or auto for built-in workers (a range is for a \"command\"), not \"1024-2000\""
        ),
        ("{umask: 8}", "3:18: error: \"umask\" must be permissions in octal, from 0000 to 0777, not \"8\""),
        ("{nice: 20}", "3:17: error: \"nice\" must be a whole number from -20 to 19, not \"20\""),
        ("{open_files: 10}", "3:23: error: \"open_files\" must be a whole number from 64 to 1000000000, not \"10\""),
        ("{user: nobodyy}", "3:17: error: there is no user \"nobodyy\""),
        ("{user: 1000}", "3:17: error: there is no user \"1000\"; write its name, not its number"),
        ("{group: wheel}", "3:18: error: there is no group \"wheel\""),
        ("{working_directory: nowhere}", "3:30: error: there is no directory \"/etc/app/nowhere\""),
        ("{environment: [A=1]}", "3:24: error: \"environment\" must be a mapping, not a list"),
        ("{environment: {A: [1]}}", "3:28: error: \"A\" must be a text, not a list"),
        ("{environment: {A=B: 1}}", "3:25: error: \"A=B\" cannot be the name of a variable"),
        ("{environment: {A: ~}}", "3:28: error: \"A\" must be a text, but has no value"),
        ("{environment_file: .env}", "3:29: error: the file \".env\" cannot be read; its path starts at /etc/app"),
        ("{counts: 2}", "3:11: error: unknown key \"counts\" (did you mean \"count\"?)"),
        ("{balance: x}", "3:11: error: unknown key \"balance\""),
    ])
    func `a bad value of built-in workers is refused where it is`(workers: String, complaint: String) {
        let found = complaints(builtIn("workers: \(workers)")).filter { !$0.contains("only root") }
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix(complaint) == true, "\(found)")
    }

    @Test(arguments: [
        ("[]", "1:31: error: \"command\" names no program"),
        ("['', a]", "1:31: error: \"command\" names no program"),
        ("' '", "1:31: error: \"command\" must be a program to run, not \" \""),
        ("{}", "1:31: error: \"command\" must be a list like [node, server.js], or a text for the shell, not a mapping"),
        ("[a, {}]", "1:35: error: an entry of \"command\" must be a text, not a mapping"),
        ("a, relays: 0", "1:42: error: \"relays\" must be a whole number from 1 to 256 or auto, not \"0\""),
        ("a, proxy_protocol: v3", "1:50: error: \"proxy_protocol\" must be v1 or v2, not \"v3\""),
        ("a, bind: localhost", "1:40: error: \"bind\" must be a literal address like 127.0.0.1, or unix, not \"localhost\""),
        ("a, private_ports: none", "1:49: error: \"private_ports\" must be a range like 20000-29999, from 1024 to 65535, not \"none\""),
        ("a, private_ports: 80-90", "1:49: error: \"private_ports\" must be a range like 20000-29999, from 1024 to 65535, not \"80-90\""),
        (
            "a, private_ports: 3000-2000",
            "1:49: error: \"private_ports\" must be a range like 20000-29999, from 1024 to 65535, not \"3000-2000\""
        ),
        ("a, private_ports: 20000-20003", "1:49: error: 20000-20003 is too few for 4 workers and 1 more during a reload"),
    ])
    func `a bad value beside a command is refused where it is`(text: String, complaint: String) {
        #expect(complaints("{port: 80, workers: {command: \(text)}}") == [complaint])
    }
}
