import HTTP1
import Testing

@Suite("A response head and its naive twin")
struct ResponseTwinTests {
    private static let sources = [
        response("HTTP/1.1 200 OK", "Connection: X-A, close", "X-A: 1", "Content-Length: 5", "x-a: 2"),
        response("HTTP/1.0 304 Not Modified", "Connection: keep-alive,Date", "Date: now", "Content-Length: 10"),
        response("HTTP/1.1 101 Switching Protocols", "Upgrade: websocket, h2c", "Connection: upgrade"),
        response("HTTP/1.1 404", "Transfer-Encoding: chunked", "Trailer: T", "Keep-Alive: timeout=5", "TE:"),
        response("HTTP/1.1 204 No Content", "Transfer-Encoding: chunked"),
        response("HTTP/1.1 103 Hints", "Link: </a>", "Content-Length: 0"),
        response("HTTP/1.0 200 OK", "A:b", "C: \t d \t"), response("HTTP/1.1 200 OK", "Content-Length: 1", "Content-Length: 1"),
    ].map(\.octets)

    private static let lines = [
        "Content-Length: 0", "Content-Length: 17", "Content-Length: 1, 1", "Transfer-Encoding: chunked", "Transfer-Encoding: gzip, chunked",
        "Connection: close", "Connection: keep-alive", "Connection: upgrade, X-A", "Upgrade: x/1", "X-A: y", " folded", "X : y", "",
    ].map { ($0 + "\r\n").octets }

    private func sample(_ round: Int, _ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = Self.sources[round % Self.sources.count]
        if round % 4 == 0, let line = Self.lines.randomElement(using: &generator) {
            // Behind any line.
            let ends = bytes.indices.filter { bytes[$0] == 10 }
            if let place = ends.dropLast().randomElement(using: &generator) { bytes.insert(contentsOf: line, at: place + 1) }
        }
        if round % 3 != 0 { bytes = damaged(bytes, with: &generator) }
        if round % 16 == 5 { bytes.removeLast(Int.random(in: 0...bytes.count, using: &generator)) }
        return bytes
    }

    private func found(_ head: borrowing ResponseHead, in bytes: [UInt8], length: Int) -> NaiveResponse {
        func latin1(_ place: Place) -> String {
            String(String.UnicodeScalarView(bytes[Int(place.start)..<place.end].map { UnicodeScalar($0) }))
        }
        var response = NaiveResponse(
            length: length, status: head.status, reason: latin1(head.reason), minorVersion: Int(head.minorVersion), framing: head.framing,
            keepsAlive: head.keepsAlive)
        for index in 0..<head.fieldCount {
            response.fields.append(latin1(head.field(index).namePlace) + ": " + latin1(head.field(index).value))
            response.hopByHop.append(head.staysHere(index))
        }
        return response
    }

    @Test("agree on hundreds of thousands of damaged heads", arguments: 1...8)
    func agreement(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(20_260_300 + seed))
        var head = ResponseHead()
        var (complete, refused) = (0, 0)
        for round in 0..<Self.rounds {
            let bytes = sample(round, &generator)
            let question = ResponseHead.Question(round % 5 == 0 ? .head : .get, offersUpgrade: round % 7 != 0)
            let outcome = head.read(bytes, answering: question)
            let isAgreed: Bool
            switch (NaiveResponse.read(bytes, question), outcome) {
            case (.complete(let expected), .complete(let length)):
                isAgreed = expected == found(head, in: bytes, length: length)
                complete += 1
            case (.refused, .malformed):
                isAgreed = true
                refused += 1
            case (.undecided, .incomplete): isAgreed = true
            // Refused before it was all there: then no end may make a head of it.
            case (.undecided, .malformed): isAgreed = NaiveResponse.read(bytes + "\r\n\r\n".octets, question) == .refused
            default: isAgreed = false
            }
            #expect(isAgreed, "\(outcome) for \(String(decoding: bytes, as: UTF8.self).debugDescription)")
            head.reset()
        }
        #expect(complete > Self.rounds / 8 && refused > Self.rounds / 8)
    }

    // A debug build takes ten times as long for each.
    #if DEBUG
        private static let rounds = 5_000
    #else
        private static let rounds = 50_000
    #endif
}
