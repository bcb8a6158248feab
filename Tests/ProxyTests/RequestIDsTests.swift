import Engine
import HTTP1
import Testing

@testable import Proxy

struct RequestIDsTests {
    private func text(_ buffer: borrowing Buffer) -> String { String(decoding: (0..<buffer.count).map { buffer[$0] }, as: UTF8.self) }

    private func next(_ ids: inout RequestIDs) -> String {
        var buffer = Buffer(capacity: RequestIDs.longest)
        ids.append(to: &buffer)
        return text(buffer)
    }

    @Test func `an id is 32 digits, and no two are the same, whoever makes them`() {
        var makers = [RequestIDs(), RequestIDs()]
        var found: Set<String> = []
        for index in 0..<20_000 { found.insert(next(&makers[index % 2])) }
        #expect(found.count == 20_000)
        #expect(found.allSatisfy { $0.utf8.count == 32 && $0.allSatisfy { "0123456789abcdef".contains($0) } })
    }

    @Test(arguments: [
        ("a", true), ("550e8400-e29b-41d4-a716-446655440000", true), ("Az09-_.+/=:", true), (String(repeating: "x", count: 128), true),
        ("", false), (String(repeating: "x", count: 129), false), ("a b", false), ("a\"b", false), ("a\\b", false), ("a\tb", false),
        ("{a}", false), ("a,b", false), ("\u{e9}", false), ("a;b", false), ("<a>", false), ("a%0a", false),
    ])
    func `the client's id is kept when it can stand anywhere`(id: String, isGood: Bool) {
        #expect(RequestIDs.isGood(Array(id.utf8).rawBytes) == isGood)
    }
}
