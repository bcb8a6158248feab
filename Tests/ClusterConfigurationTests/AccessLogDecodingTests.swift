import ClusterConfiguration
import Routing
import Testing

struct AccessLogDecodingTests {
    private func access(_ text: String) -> AccessLogSettings? { configuration(builtIn("log: {access: \(text)}"))?.log.access }

    @Test func `it is off, and combined where only its place is given`() {
        #expect(configuration(builtIn(""))?.log.access == AccessLogSettings())
        #expect(AccessLogSettings().destination == .off)
        #expect(access("off")?.destination == .off)
        #expect(access("stdout")?.destination == .stdout)
        #expect(access("stderr")?.format == .combined)
        #expect(access("logs/access.log")?.destination == .file(path: "/etc/app/logs/access.log"))
    }

    @Test func `a mapping has a place and a format`() throws {
        #expect(access("{to: a.log}")?.format == .combined)
        #expect(access("{to: a.log, format: json}")?.format == .json)
        let own = try #require(access("{to: stdout, format: '{{response.status}} {{request.header.X-A}} {{time.total}}'}"))
        #expect(own.destination == .stdout)
        #expect(own.format.text == "{{response.status}} {{request.header.X-A}} {{time.total}}")
    }

    @Test(arguments: [
        ("[]", "3:15: error: \"access\" must be stderr, stdout, off, a path, or a mapping with \"to\" and \"format\", not a list"),
        (
            "json",
            "3:15: error: \"json\" is how lines look, not where they go; write {to: stderr, format: json}, or \"./json\" for a file of that name"
        ),
        (
            "{to: combined}",
            "3:20: error: \"combined\" is how lines look, not where they go; write {to: stderr, format: combined}, or \"./combined\" for a file of that name"
        ),
        ("true", "3:15: error: \"access\" must be stderr, stdout, off or a path, not \"true\""),
        ("on", "3:15: error: \"access\" must be stderr, stdout, off or a path, not \"on\""),
        ("{format: json}", "3:15: error: \"access\" goes nowhere; add \"to\": stderr, stdout, off or a path"),
        ("{to: a, fromat: json}", "3:23: error: unknown key \"fromat\" (did you mean \"format\"?)"),
        ("{to: a, format: common}", "3:31: error: \"format\" must be combined, json, or a text with {{…}}, not \"common\""),
        (
            "{to: a, format: '{{response.statuss}}'}",
            "3:34: error: unknown name \"{{response.statuss}}\" (did you mean \"{{response.status}}\"?)"
        ),
        ("{to: a, format: []}", "3:31: error: \"format\" must be combined, json, or a text with {{…}}, not a list"),
        (
            "{to: a, format: \"a\\n{{time}}\"}",
            "3:31: error: \"format\" holds a line break or another control character; a request has one line"
        ),
        (
            "{to: a, format: '\(String(repeating: "x", count: 1020)){{time}}'}",
            "3:31: error: \"format\" has at most 1024 bytes; this one has 1028"
        ),
    ])
    func `a bad one is refused where it is`(text: String, complaint: String) {
        #expect(complaints(builtIn("log: {access: \(text)}")) == [complaint])
    }

    @Test func `what only a log can know is refused elsewhere`() {
        let file = "port: 80\nworkers: 1\nroutes:\n  - respond: 'x {{response.status}}'\n"
        #expect(
            complaints(file) == [
                "4:14: error: \"{{response.status}}\" is for lines of the access log alone: most of it is known only when an answer has ended"
            ])
    }

    @Test func `beside a program of the user's it is a warning`() {
        let file = "port: 80\nworkers: {command: x, user: nobody}\nlog: {access: stdout}\n"
        #expect(
            complaints(file).contains(
                "3:1: warning: \"access\" has nothing to write beside \"workers.command\": your program gets whole connections"))
    }

    @Test(arguments: [
        "off", "stderr", "/var/log/a b.log", "{to: off, format: json}", "{to: /a, format: '\"{{request.line}}\" ${X:-y} \t{{time}}'}",
    ])
    func `what is printed is read as the same`(text: String) throws {
        let first = try #require(configuration(builtIn("log: {access: \(text)}")))
        #expect(configuration(first.yaml)?.log == first.log)
    }
}
