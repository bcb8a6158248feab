import Foundation
import HTTP1
import Routing
import Testing

@Suite("A line of the access log")
struct LineFormatTests {
    private let request =
        "GET /a?b=c HTTP/1.1\r\nHost: Example.com:80\r\nUser-Agent: Tester/1 (x)\r\nReferer: http://r/\r\nAuthorization: secret\r\nCookie: a=1\r\n\r\n"

    private var outcome: RequestOutcome {
        var outcome = RequestOutcome()
        outcome.status = 200
        outcome.bytes = 150
        outcome.bodyBytes = 12
        outcome.requestBytes = 99
        outcome.route = 1
        outcome.date = CalendarDate(unixSeconds: 784_111_777)
        outcome.milliseconds = 42
        return outcome
    }

    private func line(
        _ format: AccessFormat, _ request: [UInt8], _ outcome: RequestOutcome, id: String = "id-1", server: String = ""
    ) -> [UInt8] {
        var named = Route()
        named.name = "second \"route\""
        let compiled = LineFormat(format, routes: [Route(.prefix("/first")), named], constants: .sample)
        var head = RequestHead()
        _ = head.read(request.rawBytes, limits: HeadLimits(headBytes: 61_440, fields: 256, targetBytes: 61_440))
        let (address, identity, name) = ("192.0.2.7".octets, id.octets, server.octets)
        let context = RequestContext(
            clientAddress: address.rawBytes, clientPort: 50_123, requestID: identity.rawBytes, unixSeconds: 0)
        let note = bytes(atMost: compiled.longestNote) { compiled.note(head, request.rawBytes, context, to: &$0) }
        return bytes(atMost: compiled.longestLine) { compiled.write(note.rawBytes, outcome, server: name.rawBytes, to: &$0) }
    }

    /// More than that would trap.
    private func bytes(atMost room: Int, _ write: (inout OutputRawSpan) -> Void) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            let buffer = unsafe UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: room)
            var output = unsafe OutputRawSpan(buffer: buffer, initializedCount: 0)
            write(&output)
            count = unsafe output.finalize(for: buffer)
        }
    }

    private func text(_ format: AccessFormat, _ request: String? = nil, _ outcome: RequestOutcome? = nil, server: String = "") -> String {
        String(decoding: line(format, (request ?? self.request).octets, outcome ?? self.outcome, server: server), as: UTF8.self)
    }

    private func own(_ names: Placeholder...) -> AccessFormat {
        var template = Template(literal: "")
        template.pieces = names.enumerated().flatMap { [.text($0.offset == 0 ? "" : " "), .value($0.element)] }
        return .text(template)
    }

    private func object(_ line: [UInt8]) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
    }

    @Test("in the combined format is what Apache and nginx write")
    func combined() {
        #expect(
            text(.combined)
                == "192.0.2.7 - - [06/Nov/1994:08:49:37 +0000] \"GET /a?b=c HTTP/1.1\" 200 12 \"http://r/\" \"Tester/1 (x)\"\n")
        #expect(
            text(.combined, "GET / HTTP/1.0\r\n\r\n")
                == "192.0.2.7 - - [06/Nov/1994:08:49:37 +0000] \"GET / HTTP/1.0\" 200 12 \"-\" \"-\"\n")
    }

    @Test("in JSON is one object, with null for what there is not, and without secrets")
    func json() throws {
        let found = try object(line(.json, request.octets, outcome))
        #expect(found["time"] as? String == "1994-11-06T08:49:37.042Z")
        #expect(found["method"] as? String == "GET" && found["target"] as? String == "/a?b=c" && found["host"] as? String == "Example.com")
        #expect(found["client"] as? String == "192.0.2.7" && found["client_port"] as? Int == 50_123)
        #expect(found["status"] as? Int == 200 && found["bytes"] as? Int == 150 && found["body_bytes"] as? Int == 12)
        #expect(found["request_bytes"] as? Int == 99 && found["request_id"] as? String == "id-1" && found["worker"] as? Int == 2)
        #expect(found["route"] as? String == "second \"route\"" && found["end"] as? String == "complete")
        for name in ["upstream", "retries", "time_connect", "time_total", "error"] { #expect(found[name] is NSNull, "\(name)") }
        #expect(!text(.json).contains("secret") && !text(.combined).contains("secret"))
    }

    @Test("says of a forwarded request where it went, how often, and how long it took")
    func forwarded() throws {
        var outcome = outcome
        outcome.retries = 2
        outcome.connect = 1_000
        outcome.firstByte = 1_234_567
        outcome.total = 61_000_001
        outcome.end = .upstreamBroke
        outcome.error = "it broke"
        outcome.route = 0
        let found = try object(line(.json, request.octets, outcome, server: "127.0.0.1:9000"))
        #expect(found["upstream"] as? String == "127.0.0.1:9000" && found["retries"] as? Int == 2 && found["route"] as? String == "/first")
        #expect(found["time_connect"] as? Double == 0.001 && found["time_first_byte"] as? Double == 1.234567)
        #expect(found["time_total"] as? Double == 61.000001 && found["end"] as? String == "upstream_broke")
        #expect(found["error"] as? String == "it broke")
        let names = own(.upstreamServer, .outcome(.upstreamRetries), .outcome(.timeTotal), .outcome(.timeWait), .routeName, .workerSlot)
        #expect(text(names, nil, outcome, server: "[::1]:9") == "[::1]:9 2 61.000001 - /first 2\n")
    }

    @Test("of a head that was not understood holds what was: the line as it came, or all fields up to the bad one")
    func malformed() throws {
        #expect(text(.combined, "\u{16}\u{3}\u{1} x\r\nrest").contains("] \"\\x16\\x03\\x01 x\" 200"))
        #expect(text(.combined, "\r\nGET /\\ HTTP/1.1\r\nBad : x\r\n\r\n").contains("] \"GET /\\x5C HTTP/1.1\" 200"))
        let found = try object(line(.json, "GET /a HTTP/1.1\r\nHost: h\r\nUser-Agent: u\r\nBad : x\r\n\r\n".octets, outcome, id: ""))
        #expect(found["target"] as? String == "/a" && found["host"] as? String == "h" && found["user_agent"] as? String == "u")
        #expect(found["request_id"] is NSNull)
        let none = try object(line(.json, "G\"T\u{0} / HTTP/1.1\r\n".octets, outcome))
        #expect(none["method"] is NSNull && none["target"] is NSNull && none["line"] as? String == "G\"T\u{0} / HTTP/1.1")
    }

    @Test("is one line whatever a client sends, and can be read back")
    func hostile() throws {
        var random = SeededGenerator(seed: 7)
        let quoted = #""((?:[^"\\]|\\x[0-9A-F]{2})*)""#
        let pattern = try NSRegularExpression(
            pattern: #"^\S+ - - \[[^\]]+\] \#(quoted) \d{3} \d+ \#(quoted) \#(quoted)\n$"#)
        for _ in 0..<2_000 {
            let noise = (0..<Int.random(in: 0..<60, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            let value = noise.filter { $0 >= 0x20 && $0 != 0x7f }
            let request =
                Bool.random(using: &random)
                ? noise
                : "GET /\\\" HTTP/1.1\r\nHost: a\r\nReferer: ".octets + value + "\r\nUser-Agent: ".octets + value + "\r\n\r\n".octets
            let combined = line(.combined, request, outcome)
            let text = String(decoding: combined, as: UTF8.self)
            #expect(combined.allSatisfy { $0 == 10 || (0x20..<0x7f).contains($0) })
            #expect(combined.count { $0 == 10 } == 1 && combined.last == 10)
            #expect(pattern.firstMatch(in: text, range: NSRange(text.startIndex..., in: text)) != nil, "\(text)")
            let json = line(.json, request, outcome)
            #expect(json.count { $0 < 0x20 } == 1 && json.last == 10)
            #expect(String(validating: json, as: UTF8.self) != nil)
            _ = try object(json)
        }
    }

    @Test("keeps text as it is in JSON, and nothing of it that a terminal or a reader could take for more than text")
    func unicode() throws {
        let value = "\u{e9}\u{4e2d}\u{1f600}\u{9b}\u{85}\u{2028}\tz"
        let request = "GET / HTTP/1.1\r\nHost: a\r\nReferer: \(value)\r\nUser-Agent: ".octets + [0xff, 0xc0, 0xaf, 0xed, 0xa0, 0x80, 0x61]
        let found = line(.json, request + "\r\n\r\n".octets, outcome)
        let text = String(decoding: found, as: UTF8.self)
        #expect(text.contains("\u{e9}\u{4e2d}\u{1f600}\\u009B\\u0085\\u2028\\u0009z"))
        #expect(try object(found)["referer"] as? String == value)
        #expect(try object(found)["user_agent"] as? String == String(repeating: "\u{fffd}", count: 6) + "a")
    }

    @Test(
        "is never longer than a pipe takes at once: what is too long is cut, and leaves something for the others", arguments: [0x61, 0x22])
    func long(byte: UInt8) throws {
        let long = [UInt8](repeating: byte, count: 20_000)
        let line = "GET /\(String(repeating: "a", count: 20_000)) HTTP/1.1\r\nHost: a\r\nReferer: "
        let request = line.octets + long + "\r\nUser-Agent: ".octets
        for format in [AccessFormat.combined, .json] {
            let found = self.line(format, request + long + "\r\n\r\n".octets, outcome)
            #expect(found.count <= 4096)
            let text = String(decoding: found, as: UTF8.self)
            #expect(text.components(separatedBy: "...\"").count >= 4, "\(text)")
        }
        let found = try object(self.line(.json, request + long + "\r\n\r\n".octets, outcome))
        #expect((found["user_agent"] as? String)?.utf8.count ?? 0 > 20)
        #expect((found["target"] as? String)?.utf8.count ?? 0 > 1000)
    }
}
