import ClusterConfiguration
import Testing

struct SectionsDecodingTests {
    @Test func `timeouts`() throws {
        #expect(configuration(builtIn("timeouts: {}"))?.timeouts == Timeouts())
        let found = try #require(
            configuration(builtIn("timeouts: {header: 1s, body: 2s, idle: 3s, send: 4s, tunnel: 5s}"))?.timeouts)
        #expect([found.header, found.body, found.idle, found.send, found.tunnel] == [1, 2, 3, 4, 5].map { .seconds($0) })
        #expect(configuration(builtIn("timeouts: {request: 6s}"))?.timeouts.request == .seconds(6))
        #expect(configuration(builtIn("timeouts: {request: 0}"))?.timeouts.request == .zero)
        let defaults = Timeouts()
        #expect(
            [defaults.header, defaults.body, defaults.idle, defaults.send, defaults.tunnel] == [10, 30, 60, 30, 3600].map { .seconds($0) })
    }

    @Test(arguments: ["header", "body", "idle", "send", "tunnel"])
    func `a timeout is a duration and never zero`(key: String) {
        #expect(
            complaints(builtIn("timeouts: {\(key): 0}"))
                == ["3:\(14 + key.count): error: \"\(key)\" must be a duration from 1ms to 8760h (250ms, 5s, 2m, 1h), not \"0\""])
    }

    @Test func `limits`() throws {
        #expect(configuration(builtIn("limits: {}"))?.limits == Limits())
        let found = try #require(
            configuration(builtIn("limits: {header_bytes: 60KiB, headers: 256, target_bytes: 64, connections: 5}"))?.limits)
        #expect(found.headerBytes == 61440)
        #expect(found.headers == 256)
        #expect(found.targetBytes == 64)
        #expect(found.connections == 5)
        #expect(found.bodyBytes == 0)
        #expect(configuration(builtIn("limits: {body_bytes: 10MiB}"))?.limits.bodyBytes == 10 << 20)
        let unbounded = try #require(configuration(builtIn("limits: {connections_per_client: 0, requests_per_connection: 0}")))
        #expect(unbounded.limits == Limits())
        let bounded = try #require(configuration(builtIn("limits: {connections_per_client: 20, requests_per_connection: 1000}")))
        #expect(bounded.limits.connectionsPerClient == 20 && bounded.limits.requestsPerConnection == 1000)
        #expect(configuration(builtIn("limits: {connections: auto}"))?.limits.connections == nil)
    }

    @Test func `a head that has less room than a target has by default bounds the target as well`() {
        #expect(configuration(builtIn("limits: {header_bytes: 4KiB}"))?.limits.targetBytes == 4096)
        #expect(configuration(builtIn("limits: {header_bytes: 8KiB}"))?.limits.targetBytes == 8192)
        #expect(configuration(builtIn("limits: {header_bytes: 60KiB}"))?.limits.targetBytes == 8192)
        #expect(configuration(builtIn("limits: {header_bytes: 4KiB, target_bytes: 1KiB}"))?.limits.targetBytes == 1024)
    }

    @Test(arguments: [
        ("header_bytes: 64KiB", "3:24: error: \"header_bytes\" must be a size from 1KiB to 60KiB (512, 64KiB, 10MB), not \"64KiB\""),
        ("headers: 257", "3:19: error: \"headers\" must be a whole number from 1 to 256, not \"257\""),
        ("target_bytes: 63", "3:24: error: \"target_bytes\" must be a size from 64 to 60KiB (512, 64KiB, 10MB), not \"63\""),
        ("connections: 0", "3:23: error: \"connections\" must be a whole number from 1 to 100000000 or auto, not \"0\""),
        (
            "header_bytes: 4KiB, target_bytes: 8KiB",
            "3:30: error: \"target_bytes\" (8KiB) is more than \"header_bytes\" (4KiB) lets in"
        ),
        (
            "target_bytes: 8KiB, header_bytes: 4KiB",
            "3:30: error: \"target_bytes\" (8KiB) is more than \"header_bytes\" (4KiB) lets in"
        ),
        (
            "header_bytes: 4, target_bytes: 40KiB",
            "3:24: error: \"header_bytes\" must be a size from 1KiB to 60KiB (512, 64KiB, 10MB), not \"4\""
        ),
        (
            "header_bytes: 4KiB, target_bytes: 4",
            "3:44: error: \"target_bytes\" must be a size from 64 to 60KiB (512, 64KiB, 10MB), not \"4\""
        ),
        ("target_bytes: 40KiB", "3:10: error: \"target_bytes\" (40KiB) is more than \"header_bytes\" (32KiB) lets in"),
        ("body_bytes: -1", "3:22: error: \"body_bytes\" must be a size from 0 to 1024TiB (512, 64KiB, 10MB), not \"-1\""),
    ])
    func `a bad limit is refused where it is`(text: String, complaint: String) {
        #expect(complaints(builtIn("limits: {\(text)}")) == [complaint])
    }

    @Test func `log`() throws {
        #expect(configuration(builtIn("log: {}"))?.log == LogSettings())
        let found = try #require(configuration(builtIn("log: {level: debug, format: json, to: logs/../a.log}"))?.log)
        #expect(found.level == .debug)
        #expect(found.format == .json)
        #expect(found.destination == .file(path: "/etc/app/a.log"))
        #expect(configuration(builtIn("log: {to: off}"))?.log.destination == .off)
        #expect(configuration(builtIn("log: {to: stdout}"))?.log.destination == .stdout)
        #expect(LogSettings().destination == .stderr)
    }

    @Test(arguments: [
        ("level: warn", "3:14: error: \"level\" must be debug, info, warning or error, not \"warn\""),
        ("format: text", "3:15: error: \"format\" must be auto, human, logfmt or json, not \"text\""),
        ("to: []", "3:11: error: \"to\" must be stderr, stdout, off or a path, not a list"),
        ("acces: off", "3:7: error: unknown key \"acces\" (did you mean \"access\"?)"),
    ])
    func `a bad value of log is refused where it is`(text: String, complaint: String) {
        #expect(complaints(builtIn("log: {\(text)}")) == [complaint])
    }

    @Test(arguments: [
        ("nodir/a.log", "there is no folder \"/etc/app/nodir\" for this file; make it, or write another path"),
        ("/tmp", "\"/tmp\" is a folder; write the path of a file in it, like \"/tmp/cluster.log\""),
        ("/root/a.log", "\"/root/a.log\" cannot be written by who runs this: EACCES: Permission denied"),
    ])
    func `a file that lines cannot be written to is refused where it is`(path: String, complaint: String) {
        let machine = Machine(logFileFaults: [
            "/etc/app/nodir/a.log": .noFolder("/etc/app/nodir"), "/tmp": .isFolder, "/root/a.log": .refused("EACCES: Permission denied"),
        ])
        #expect(complaints(builtIn("log: {to: \(path)}"), on: machine) == ["3:11: error: \(complaint)"])
        #expect(complaints(builtIn("log: {access: \(path)}"), on: machine) == ["3:15: error: \(complaint)"])
        #expect(complaints(builtIn("log: {access: {to: \(path)}}"), on: machine) == ["3:20: error: \(complaint)"])
    }

    @Test func `what a line looks like is no place for it`() {
        func complaint(_ format: String) -> String {
            "3:11: error: \"\(format)\" is how lines look, not where they go; write {to: stderr, format: \(format)}, or \"./\(format)\" for a file of that name"
        }
        for format in ["auto", "human", "logfmt", "json"] { #expect(complaints(builtIn("log: {to: \(format)}")) == [complaint(format)]) }
        #expect(configuration(builtIn("log: {to: ./json}"))?.log.destination == .file(path: "/etc/app/json"))
        for word in ["true", "false", "on", "yes", "no"] {
            #expect(
                complaints(builtIn("log: {to: \(word)}")) == ["3:11: error: \"to\" must be stderr, stdout, off or a path, not \"\(word)\""])
        }
    }

    @Test func `admin`() throws {
        #expect(configuration(builtIn("admin: {}"))?.admin == AdminSettings())
        #expect(configuration(builtIn("admin: {socket: default}"))?.admin.socket == .standard)
        #expect(configuration(builtIn("admin: {socket: off}"))?.admin.socket == .off)
        let found = try #require(configuration(builtIn("admin: {socket: run/a.sock, mode: 0660}"))?.admin)
        #expect(found.socket == .path("/etc/app/run/a.sock"))
        #expect(found.mode == 0o660)
        #expect(AdminSettings().mode == 0o600)
    }

    @Test(arguments: [
        ("socket: {}", "3:17: error: \"socket\" must be default, off or a path, not a mapping"),
        ("socket: ''", "3:17: error: \"socket\" must be default, off or a path, not \"\""),
        ("mode: rw", "3:15: error: \"mode\" must be permissions in octal, from 0000 to 0777, not \"rw\""),
        ("listen: ':1'", "3:9: error: unknown key \"listen\"; what can stand here: socket, mode"),
    ])
    func `a bad value of admin is refused where it is`(text: String, complaint: String) {
        #expect(complaints(builtIn("admin: {\(text)}")) == [complaint])
    }

    @Test(arguments: [
        ("timeouts", "header, body, idle, send, tunnel or request"), ("log", "level, format, to or access"), ("admin", "socket or mode"),
        ("reload", "surge"),
    ])
    func `a section is a mapping, of which the keys are said where they are few`(key: String, keys: String) {
        let mapping = "\"\(key)\" must be a mapping with \(keys)"
        #expect(complaints(builtIn("\(key): 5")) == ["3:\(key.count + 3): error: \(mapping), not \"5\""])
        #expect(complaints(builtIn("\(key):")) == ["3:\(key.count + 2): error: \(mapping), but has no value"])
    }
}
