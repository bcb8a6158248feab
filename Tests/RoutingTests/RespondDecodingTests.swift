import Routing
import Settings
import Testing

struct RespondDecodingTests {
    private func respond(_ text: String) -> (Respond?, [String]) {
        let result = routes("- respond: \(text)")
        guard case .respond(let respond)? = result.routes?.first?.action else { return (nil, result.complaints) }
        return (respond, result.complaints)
    }

    @Test func `a text is the body of a 200`() {
        let (found, _) = respond("\"Hello! I am worker {{worker.slot}}\\n\"")
        #expect(found?.status == 200)
        #expect(found?.contentType == "text/plain; charset=utf-8")
        #expect(found?.headers == [])
        #expect(found?.body.pieces == [.text("Hello! I am worker "), .value(.workerSlot), .text("\n")])
    }

    @Test func `every key of the long form is taken over`() {
        let (found, complaints) = respond(
            "{status: 404, body: gone, headers: {X-A: 'b {{request.id}}', x-c: 8}, content_type: text/html}")
        #expect(complaints.isEmpty)
        #expect(found?.status == 404)
        #expect(found?.body == Template(literal: "gone"))
        #expect(found?.headers.map(\.name) == ["X-A", "x-c"])
        #expect(found?.headers.first?.value.pieces == [.text("b "), .value(.requestID)])
        #expect(found?.contentType == "text/html")
    }

    @Test(arguments: [
        ("[]", "1:12: error: \"respond\" must be a text, or a mapping with \"status\" and \"body\", not a list"),
        ("", "1:11: error: \"respond\" must be a text, but has no value"),
        ("{status: 101}", "1:21: error: \"status\" must be a whole number from 200 to 599, not \"101\""),
        ("{body: {}}", "1:19: error: \"body\" must be a text, not a mapping"),
        ("{headers: []}", "1:22: error: \"headers\" must be a mapping, not a list"),
        ("{headers: {a b: c}}", "1:23: error: \"a b\" cannot be the name of a header"),
        ("{headers: {Content-Length: 5}}", "1:23: error: the header \"Content-Length\" is written by the worker itself; take it out"),
        ("{headers: {a: \"b\\nc\"}}", "1:26: error: \"a\" holds a line break or another control character, which a header cannot"),
        (
            "{content_type: \"a\\rb\"}",
            "1:27: error: \"content_type\" holds a line break or another control character, which a header cannot"
        ),
        (
            "{headers: {Content-Type: a}, content_type: b}",
            "1:41: error: \"content_type\" is among the \"headers\" already; take one of them out"
        ),
        ("{statsu: 200}", "1:13: error: unknown key \"statsu\" (did you mean \"status\"?)"),
        ("'{{worker.slto}}'", "1:15: error: unknown name \"{{worker.slto}}\" (did you mean \"{{worker.slot}}\"?)"),
        ("'{{request.header.a b}}'", "1:15: error: unknown name \"{{request.header.a b}}\""),
        ("'a {{b'", "1:15: error: this \"{{\" is not closed by \"}}\""),
        ("{status: 204, body: x}", "1:26: warning: an answer with status 204 has no body; this one is never sent"),
    ])
    func `a bad value is refused where it is`(text: String, complaint: String) {
        #expect(respond(text).1.contains { $0.hasPrefix(complaint) }, "\(respond(text).1)")
    }

    @Test func `a status alone is a text, and whoever writes one is told`() {
        #expect(
            respond("404").1 == [
                "1:12: warning: this is a 200 with the text \"404\"; write {status: 404} for the status, or put the text in quotes"
            ])
        for text in ["'404'", "42", "4040", "404 Not Found"] { #expect(respond(text).1 == [], "\(text)") }
    }
}

struct TemplateDecodingTests {
    private static let all: [Placeholder] = [
        .requestMethod, .requestPath, .requestQuery, .requestTarget, .requestHost, .requestScheme, .requestID, .requestHeader("X-A"),
        .requestCookie("sid"), .clientAddress, .clientPort, .workerSlot, .workerID, .workerPID, .clusterGeneration, .routeName,
        .upstreamServer, .time,
    ]

    @Test(arguments: all)
    func `every name is read as what it is written for`(placeholder: Placeholder) {
        guard case .respond(let respond)? = routes("- respond: 'a {{ \(placeholder.text) }}'").routes?.first?.action else {
            return #expect(Bool(false))
        }
        #expect(respond.body.pieces == [.text("a "), .value(placeholder)])
        #expect(respond.body.text == "a {{\(placeholder.text)}}")
    }
}
