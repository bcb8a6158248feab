import HTTP1
import Routing
import Testing

@Suite("A respond plan")
struct RespondPlanTests {
    private let request =
        "GET /a/b?c=d HTTP/1.1\r\nHost: Example.com:8080\r\nUser-Agent: tester\r\nCookie: x=1; name=two; y=3\r\nCookie: z=4\r\n\r\n"

    private func template(_ pieces: Template.Piece...) -> Template {
        var template = Template(literal: "")
        template.pieces = pieces
        return template
    }

    @Test("that depends on nothing but the worker is text before the first request")
    func constants() {
        let body = template(
            .text("I am "), .value(.workerSlot), .text("/"), .value(.workerID), .text("/"), .value(.workerPID), .text("/"),
            .value(.clusterGeneration), .text(" "), .value(.routeName))
        let plan = RespondPlan(Respond(body: body), constants: .sample, routeName: "hello")
        #expect(plan.isStatic)
        #expect(String(decoding: plan.body, as: UTF8.self) == "I am 2/17/4711/3 hello")
        #expect(
            String(decoding: plan.head, as: UTF8.self)
                == "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 22\r\n")
        let written = answer(Respond(body: body), to: request, name: "hello")
        #expect(written?.head == String(decoding: plan.head, as: UTF8.self))
        #expect(written?.body == String(decoding: plan.body, as: UTF8.self))
    }

    @Test(
        "fills in what a placeholder names, and nothing where there is nothing",
        arguments: [
            (Placeholder.requestMethod, "GET"), (.requestPath, "/a/b"), (.requestQuery, "c=d"), (.requestTarget, "/a/b?c=d"),
            (.requestHost, "Example.com"),
            (.requestScheme, "http"), (.requestID, "id-1"), (.requestHeader("user-AGENT"), "tester"), (.requestHeader("missing"), ""),
            (.requestCookie("name"), "two"),
            (.requestCookie("x"), "1"), (.requestCookie("z"), "4"), (.requestCookie("nam"), ""), (.requestCookie("two"), ""),
            (.clientAddress, "192.0.2.7"),
            (.clientPort, "50123"), (.upstreamServer, ""), (.time, "1994-11-06T08:49:37Z"), (.routeName, ""),
        ])
    func placeholders(placeholder: Placeholder, value: String) {
        let written = answer(Respond(body: template(.text("<"), .value(placeholder), .text(">"))), to: request)
        #expect(written?.body == "<\(value)>")
        #expect(written?.head.hasSuffix("Content-Length: \(value.utf8.count + 2)\r\n") == true)
    }

    @Test("carries its own status, type and fields")
    func fields() {
        var respond = Respond(body: Template(literal: "{}"))
        respond.status = 418
        respond.contentType = "application/json"
        respond.headers = [
            HeaderSetting(name: "X-Path", value: template(.text("p="), .value(.requestPath))),
            HeaderSetting(name: "X-Two", value: Template(literal: "2")),
        ]
        #expect(
            answer(respond, to: request)?.head
                == "HTTP/1.1 418 \r\nContent-Type: application/json\r\nX-Path: p=/a/b\r\nX-Two: 2\r\nContent-Length: 2\r\n")
        respond.headers = [HeaderSetting(name: "content-type", value: Template(literal: "text/html"))]
        #expect(answer(respond, to: request)?.head == "HTTP/1.1 418 \r\ncontent-type: text/html\r\nContent-Length: 2\r\n")
    }

    @Test("never lets a line end into its head, and leaves framing to us")
    func injection() {
        var respond = Respond(body: Template(literal: "b"))
        respond.contentType = "text/plain\r\nX-Evil: 1"
        respond.headers = [
            HeaderSetting(name: "X-A", value: template(.text("a\r\nX-Evil: 2\u{0}"), .value(.requestHeader("x-tab")))),
            HeaderSetting(name: "X-B\r\nX-Evil", value: Template(literal: "3")),
            HeaderSetting(name: "Content-Length", value: Template(literal: "99")),
            HeaderSetting(name: "transfer-encoding", value: Template(literal: "chunked")),
            HeaderSetting(name: "Connection", value: Template(literal: "close")),
        ]
        let written = answer(respond, to: "GET / HTTP/1.1\r\nHost: a\r\nX-Tab: a\tb\r\n\r\n")
        #expect(
            written?.head == "HTTP/1.1 200 OK\r\nContent-Type: text/plain  X-Evil: 1\r\nX-A: a  X-Evil: 2 a\tb\r\nContent-Length: 1\r\n")
    }

    @Test("has neither content nor length with 204 and 304, and a length of zero with 205")
    func withoutContent() {
        var respond = Respond(body: template(.text("ignored"), .value(.requestPath)))
        for (status, head) in [
            (204, "HTTP/1.1 204 No Content\r\n"), (304, "HTTP/1.1 304 Not Modified\r\n"),
            (205, "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n"),
        ] {
            respond.status = status
            let written = answer(respond, to: request)
            #expect(written?.head == head)
            #expect(written?.body == "")
        }
    }

    @Test("has a path of / for an absolute target without one")
    func emptyPath() {
        let written = answer(Respond(body: template(.value(.requestPath))), to: "GET http://a?b HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(written?.body == "/")
    }

    @Test("is given up when values make it larger than an answer may be")
    func bound() {
        let long = "GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + String(repeating: "x", count: 20_000) + "\r\n\r\n"
        let value = Template.Piece.value(.requestHeader("X-Long"))
        #expect(answer(Respond(body: template(value, value, value)), to: long)?.body.utf8.count == 60_000)
        #expect(answer(Respond(body: template(value, value, value, value)), to: long) == nil)
    }
}
