import Engine
import Foundation
import HTTP1
import Testing

@testable import Proxy

struct FailureReplyTests {
    static let failures: [Failure] =
        Fault.allCases.flatMap { [.request($0), .answer($0)] } + [
            .pathMalformed, .noRoute, .answerTooLarge, .patternLimit, .hostUnnamed, .headLate, .bodyLate, .bodyTruncated, .tooManyHeads,
            .tooManyRequests,
            .tooManyAnswers, .tooManyConnections, .unreachable, .connectLate, .unanswered, .answerLate, .tooManyInterims,
            .fileFaulty,
        ]

    /// Head and body.
    private func written(_ failure: Failure, _ asker: Asker, id: String, keepsAlive: Bool = true) -> (head: [String], body: String) {
        var buffer = Buffer(capacity: 1024)
        let id = Array(id.utf8)
        let reply = FailureReply(failure: failure, asker: asker, keepsAlive: keepsAlive)
        buffer.withRoom { reply.write(id: id.rawBytes, common: Array("Server: x\r\n".utf8), to: &$0) }
        let text = String(decoding: (0..<buffer.count).map { buffer[$0] }, as: UTF8.self)
        let parts = text.components(separatedBy: "\r\n\r\n")
        return (parts[0].components(separatedBy: "\r\n"), parts[1])
    }

    @Test func `what servers are to blame for, or too few of them, is for the log, and nothing else`() {
        let ofServers: [Failure] = [
            .unreachable, .connectLate, .unanswered, .answerLate, .noServer, .serversFull, .waitedTooLong, .tooManyHeld, .noInstanceInTime,
        ]
        #expect(ofServers.allSatisfy { $0.isOfServer })
        let others: [Failure] = [.noRoute, .tooManyConnections, .headLate, .noFile, .appDown(incident: 1, seconds: 2), .exchangeLate]
        #expect(!others.contains { $0.isOfServer })
    }

    @Test(arguments: failures)
    func `whatever fails has a status, a text, and a length that is right`(failure: Failure) {
        let (head, body) = written(failure, Asker(), id: "an-id")
        #expect(head[0].hasPrefix("HTTP/1.1 \(failure.status) "))
        #expect((400...599).contains(failure.status))
        #expect(body == "\(failure.text)\nrequest id: an-id\n")
        #expect(head.contains("Content-Length: \(body.utf8.count)"))
        #expect(head.contains("Content-Type: text/plain; charset=utf-8") && head.contains("Cache-Control: no-store"))
        #expect(head.contains { $0.hasPrefix("Retry-After: ") } == (failure.status == 503))
    }

    @Test(arguments: failures)
    func `who would rather read JSON gets an object`(failure: Failure) throws {
        let (head, body) = written(failure, Asker(prefersJSON: true), id: "an-id")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any])
        #expect(object["status"] as? Int == failure.status)
        #expect(object["error"] as? String == "\(failure.text)")
        #expect(object["request_id"] as? String == "an-id")
        #expect(object.count == 3)
        #expect(head.contains("Content-Type: application/json") && head.contains("Content-Length: \(body.utf8.count)"))
    }

    @Test func `without an id none is told, and HEAD has the length without the body`() {
        #expect(written(.headLate, Asker(), id: "").body == "the request head did not arrive in time\n")
        let (head, body) = written(.noRoute, Asker(method: .head), id: "i")
        #expect(body.isEmpty)
        #expect(head.contains("Content-Length: \("no route matches this request\nrequest id: i\n".utf8.count)"))
    }

    @Test func `the connection's fate is said as with any answer`() {
        #expect(written(.noRoute, Asker(), id: "", keepsAlive: false).head.contains("Connection: close"))
        #expect(written(.noRoute, Asker(minorVersion: 0), id: "").head.contains("Connection: keep-alive"))
        #expect(!written(.noRoute, Asker(), id: "").head.contains { $0.hasPrefix("Connection") })
    }
}
