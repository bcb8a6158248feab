import HTTP1
import Testing

@testable import Routing

struct FieldEditsTests {
    private func edits(set: [(String, [Template.Piece])] = [], add: [(String, [Template.Piece])] = [], remove: [String] = []) -> FieldEdits?
    {
        func headers(_ pairs: [(String, [Template.Piece])]) -> [HeaderSetting] {
            pairs.map { name, pieces in
                var template = Template(literal: "")
                template.pieces = pieces
                return HeaderSetting(name: name, value: template)
            }
        }
        var edits = HeaderEdits()
        edits.set = headers(set)
        edits.add = headers(add)
        edits.remove = remove
        return FieldEdits(edits, constants: .sample, routeName: "r")
    }

    /// What is added to a request with these fields; nil when that is too much.
    private func lines(_ edits: FieldEdits?, _ fields: String = "") throws -> String? {
        let edits = try #require(edits)
        let bytes = "GET /p%0d%0aX HTTP/1.1\r\nHost: a.b\r\n\(fields)\r\n".octets
        var head = RequestHead()
        guard case .complete = head.read(bytes.rawBytes, limits: HeadLimits(fields: 256)) else { return "refused" }
        // Of a client that would break out, if it could.
        let identity = "i\r\nd".octets
        let context = RequestContext(clientAddress: identity.rawBytes, clientPort: 1, requestID: identity.rawBytes, unixSeconds: 0)
        guard let size = edits.measure(head, bytes.rawBytes, context) else { return nil }
        return written(within: size) { edits.write(head, bytes.rawBytes, context, to: &$0) }
    }

    @Test func `nothing changed is nothing`() { #expect(edits() == nil) }

    @Test func `what is set and added are whole lines, in the order of the file`() throws {
        let found = try lines(
            edits(
                set: [("X-A", [.text("1 "), .value(.requestHost)])], add: [("X-B", [.value(.workerSlot)]), ("X-B", [.value(.routeName)])]))
        #expect(found == "X-A: 1 a.b\r\nX-B: 2\r\nX-B: r\r\n")
    }

    @Test func `no value ends a line`() throws {
        let found = try lines(
            edits(set: [("X", [.value(.clientAddress), .value(.requestID), .value(.requestPath), .value(.requestHeader("Y"))])]),
            "Y: a\tb\r\n")
        #expect(found == "X: i  di  d/p%0d%0aXa\tb\r\n")
    }

    @Test func `the server has a mark in its place`() throws {
        let named = edits(set: [("X", [.text("a "), .value(.upstreamServer), .text(" b")])])
        #expect(named?.namesServer == true && named?.constant == nil)
        #expect(try lines(named) == "X: a \0 b\r\n")
        #expect(edits(set: [("X", [.text("a")])])?.constant == "X: a\r\n".octets)
    }

    @Test func `what is too large is not written`() throws {
        let many = edits(set: [("X", Array(repeating: .value(.requestHeader("Y")), count: 100))])
        #expect(try lines(many, "Y: \(String(repeating: "y", count: 160))\r\n")?.utf8.count == 16_005)
        #expect(try lines(many, "Y: \(String(repeating: "y", count: 170))\r\n") == nil)
        // A server's name may be long.
        #expect(try lines(edits(set: [("X", Array(repeating: .value(.upstreamServer), count: 200))])) == nil)
    }

    @Test func `what is set or removed is taken out, in either case and every spelling`() throws {
        let found = try #require(edits(set: [("X-Set", [.text("a")])], add: [("X-Add", [.text("b")])], remove: ["x-gone", "Via"]))
        let bytes = "GET / HTTP/1.1\r\nHost: a\r\nX-SET: 1\r\nx_set: 2\r\nX-Add: 3\r\nX-Gone: 4\r\nX-Gone: 5\r\nVia: 6\r\n\r\n".octets
        var head = RequestHead()
        _ = head.read(bytes.rawBytes, limits: HeadLimits())
        var marks = FieldMarks()
        found.mark(head.fields, in: bytes.rawBytes, on: &marks)
        #expect((0..<head.fields.count).filter { marks.contains($0) } == [1, 2, 4, 5, 6])
        #expect(found.overridden.contains(.via) && !found.overridden.contains(.host))
        #expect(
            found.takesOut("X-GONE".octets.rawBytes) && found.takesOut("x-set".octets.rawBytes) && !found.takesOut("X-Add".octets.rawBytes))
    }
}
