import HTTP1
import Routing
import Testing

@Suite("A redirect")
struct RedirectTests {
    private func template(_ text: String) throws -> Template {
        let read = routes("- redirect: \"\(text)\"")
        guard case .redirect(let redirect)? = read.routes?.first?.action else { throw NoRequest(text: "\(read.complaints)") }
        return redirect.target
    }

    /// The value of Location.
    private func location(_ target: String, _ request: String = "GET /a?b=c", _ fields: String..., name: String? = nil) throws -> String? {
        let plan = RespondPlan(Redirect(to: try template(target)), constants: .sample, routeName: name)
        let text = ([request + " HTTP/1.1", "Host: Example.com:81"] + fields + ["", ""]).joined(separator: "\r\n")
        let head = answer(plan, to: text)?.head
        return head?.split(separator: "\r\n").first { $0.hasPrefix("Location: ") }.map { String($0.dropFirst(10)) }
    }

    @Test("is an answer with a status, a Location and a small body")
    func whole() throws {
        let plan = RespondPlan(Redirect(to: try template("https://example.com/")), constants: .sample)
        #expect(plan.isStatic)
        let lines = "HTTP/1.1 308 Permanent Redirect\r\nContent-Type: text/plain; charset=utf-8\r\nLocation: https://example.com/\r\n"
        #expect(String(decoding: plan.head, as: UTF8.self) == lines + "Content-Length: 19\r\n")
        #expect(String(decoding: plan.body, as: UTF8.self) == "Permanent Redirect\n")
        var moved = Redirect(to: try template("/{{request.method}}"))
        moved.status = 302
        let written = answer(RespondPlan(moved, constants: .sample), to: "GET / HTTP/1.0\r\n\r\n")
        #expect(
            written?.head == "HTTP/1.1 302 Found\r\nContent-Type: text/plain; charset=utf-8\r\nLocation: /GET\r\nContent-Length: 6\r\n")
        #expect(written?.body == "Found\n")
    }

    @Test(
        "leads to the same place in another scheme",
        arguments: [
            ("GET /a?b=c", "https://Example.com/a?b=c"), ("GET /", "https://Example.com/"),
            ("GET /a/../b%2f?x=../y", "https://Example.com/a/../b%2f?x=../y"),
            ("GET http://other/a?b", "https://other/a?b"), ("GET http://other?b", "https://other/?b"),
            ("GET http://other", "https://other/"),
            ("GET //evil.example/x", "https://Example.com//evil.example/x"),
        ])
    func schemes(request: String, place: String) throws {
        #expect(try location("https://{{request.host}}{{request.target}}", request) == place)
    }

    @Test(
        "has the path in the form that it was matched in",
        arguments: [("GET /a?b", "/new/a"), ("GET //a/./%62/..", "/new/a/"), ("GET http://other", "/new/"), ("GET /%2f%7e", "/new/%2F~")])
    func paths(request: String, place: String) throws {
        #expect(try location("/new{{request.path}}", request) == place)
    }

    @Test("escapes what cannot stand in a URL, and keeps what can")
    func escapes() throws {
        #expect(
            try location("/?{{request.query}}", "GET /?a=\"<>\\^`{|}'&b=%41%zz%4&c=[x]@:!$()*,;")
                == "/?a=%22%3C%3E%5C%5E%60%7B%7C%7D'&b=%41%25zz%254&c=[x]@:!$()*,;")
        #expect(try location("/{{request.header.x}}", "GET /", "X: a\tb \u{e9}#%") == "/a%09b%20%C3%A9#%25")
        #expect(try location("/ä b%20{{request.cookie.c}}", "GET /", "Cookie: c=\u{1f}x") == nil)
        #expect(try location("/ä b%20%zz|{{request.cookie.c}}", "GET /", "Cookie: c=|") == "/%C3%A4%20b%20%25zz%7C%7C")
        #expect(try location("/{{route.name}}/{{worker.slot}}", name: "a b") == "/a%20b/2")
    }

    @Test(
        "never leads to another host by slashes that the client has sent",
        arguments: [
            ("{{request.target}}", "/evil.example/x"), ("{{request.target}}/", "/evil.example/x/"), ("{{request.path}}", "/evil.example/x"),
            ("/{{request.target}}", "/evil.example/x"), ("/{{request.header.x}}{{request.header.x}}/evil", "/evil"),
            ("{{request.header.x}}/{{request.header.y}}", "/evil"),
            ("{{request.header.none}}{{request.header.x}}{{request.target}}", "/evil.example/x"),
            ("{{request.header.z}}", "/%5Cevil"), ("//cdn.example{{request.target}}", "//cdn.example//evil.example/x"),
            ("/{{client.port}}{{request.target}}", "/50123//evil.example/x"),
        ])
    func slashes(target: String, place: String) throws {
        #expect(try location(target, "GET //evil.example/x", "X: //", "Y: //evil", "Z: /\\evil") == place)
    }

    @Test("that names the host of its request needs one")
    func host() throws {
        #expect(RespondPlan(Redirect(to: try template("https://{{request.host}}/")), constants: .sample).needsHost)
        #expect(!RespondPlan(Redirect(to: try template("https://a/{{request.path}}")), constants: .sample).needsHost)
    }

    @Test("too long for an answer is none")
    func length() throws {
        #expect(try location("/{{request.query}}{{request.query}}", "GET /?" + String(repeating: "|", count: 8_000)) != nil)
        #expect(
            try location("/{{request.query}}{{request.query}}{{request.query}}", "GET /?" + String(repeating: "|", count: 8_000)) == nil)
    }

    @Test(arguments: [
        (
            "example.com/x",
            "1:13: error: \"redirect\" must be a URL like https://example.com/, or a path that begins with \"/\", not \"example.com/x\""
        ),
        ("[/a]", "1:13: error: \"redirect\" must be a URL like https://example.com/, or a path that begins with \"/\", not a list"),
        ("{}", "1:13: error: \"redirect\" leads nowhere; add \"to\", a URL or a path"),
        ("{to: /, status: 304}", "1:29: error: \"status\" must be 301, 302, 303, 307 or 308, not \"304\""),
        ("{to: /, status: 200}", "1:29: error: \"status\" must be 301, 302, 303, 307 or 308, not \"200\""),
        ("{to: /, status: \"301\"}", "1:29: error: \"status\" must be 301, 302, 303, 307 or 308, without quotes"),
        ("{to: /, status: moved}", "1:29: error: \"status\" must be 301, 302, 303, 307 or 308, not \"moved\""),
        (
            "https://",
            "1:13: error: \"redirect\" must be a URL like https://example.com/, or a path that begins with \"/\", not \"https://\""
        ),
        (
            "https:///a",
            "1:13: error: \"redirect\" must be a URL like https://example.com/, or a path that begins with \"/\", not \"https:///a\""
        ),
        (
            "https://:80",
            "1:13: error: \"redirect\" must be a URL like https://example.com/, or a path that begins with \"/\", not \"https://:80\""
        ),
        ("{too: /}", "1:14: error: unknown key \"too\" (did you mean \"to\"?)"),
        ("\"/a\\nb\"", "1:13: error: \"redirect\" holds a line break or another control character, which a URL cannot"),
        ("/{{request.hots}}", "1:16: error: unknown name \"{{request.hots}}\" (did you mean \"{{request.host}}\"?)"),
        (
            "https://{{upstream.server}}/",
            "1:13: error: \"{{upstream.server}}\" is not known yet where this is put together; take it out"
        ),
        ("/a\n  respond: x", "1:3: error: a route has one action; take \"respond\" or \"redirect\" out"),
    ])
    func `what is wrong with one is said where it is`(value: String, complaint: String) {
        #expect(routes("- redirect: \(value)").complaints == [complaint])
    }

    @Test(arguments: ["/", "//a/b", "https://a", "HTTPS://a", "{{request.scheme}}://a", "app+x.y-1://a", "http{{request.method}}://a"])
    func `a target is a path or a URL`(text: String) throws { #expect(try template(text).text == text) }

    @Test func `a status may be given`() {
        guard case .redirect(let redirect)? = routes("- redirect: {to: /x, status: 301}").routes?.first?.action else {
            Issue.record("no redirect")
            return
        }
        #expect(redirect.status == 301)
        #expect(redirect.target == Template(literal: "/x"))
    }
}
