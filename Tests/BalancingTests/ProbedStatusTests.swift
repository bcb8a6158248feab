import Testing

@testable import Balancing

struct ProbedStatusTests {
    private func read(_ pieces: String...) -> ProbedStatus.Outcome {
        var status = ProbedStatus()
        var outcome = ProbedStatus.Outcome.incomplete
        for piece in pieces where outcome == .incomplete { outcome = status.read(Array(piece.utf8)) }
        return outcome
    }

    @Test func `the status is the first that is not interim, in whatever pieces it comes`() {
        #expect(read("HTTP/1.1 200") == .status(200))
        #expect(read("HTTP/1.0 503 Busy\r\n") == .status(503))
        #expect(read("HTTP/1.1 101 Other\r\n\r\n") == .status(101))
        #expect(read("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 None\r\n\r\n") == .status(204))
        #expect(read("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\n\r\n", "HTTP/1.1 4", "04 Not Found") == .status(404))
        let answer = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200"
        for place in answer.indices.dropFirst() { #expect(read(String(answer[..<place]), String(answer[place...])) == .status(200)) }
    }

    @Test func `what is not there yet is waited for, and what is no answer is none`() {
        for part in ["", "HTTP/1.1 20", "HTTP/1.1 103 Early\r\nLink: </a>\r\n", "HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 2"] {
            #expect(read(part) == .incomplete, "\(part)")
        }
        for text in [
            "HTTP/2.0 200", "SSH-2.0-OpenSSH", "HTTP/1.1  200", "HTTP/1.1 2x0 ", "HTTP/1.1 099 ", "HTTP/1.1 103 \r\n\r\nHTTP/1.1 abc",
        ] {
            #expect(read(text) == .malformed, "\(text)")
        }
    }

    @Test func `interim answers without an end are read no further than their bound`() {
        var status = ProbedStatus()
        let hint = Array("HTTP/1.1 103 Early Hints\r\n\r\n".utf8)
        var count = 0
        while status.read(hint) == .incomplete, count <= ProbedStatus.longest { count += hint.count }
        #expect(count > ProbedStatus.longest - hint.count && count <= ProbedStatus.longest)
    }
}
