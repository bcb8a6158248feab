import HTTP1
import Testing

struct KeepAliveFieldTests {
    private func seconds(_ fields: String) -> Int? {
        let bytes = Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\(fields)\r\n".utf8)
        var head = ResponseHead()
        guard case .complete = head.read(bytes.rawBytes, answering: ResponseHead.Question(.get), limits: HeadLimits()) else { return nil }
        return head.keepAliveSeconds(in: bytes.rawBytes)
    }

    @Test func `the time that a server promises is found among what else it says`() {
        #expect(seconds("Keep-Alive: timeout=5\r\n") == 5)
        #expect(seconds("Keep-Alive: max=100, Timeout = 75\r\n") == 75)
        #expect(seconds("keep-alive: ,, timeout=0, max=1\r\n") == 0)
    }

    @Test func `without a number there is none`() {
        for text in ["", "Keep-Alive: max=100\r\n", "Keep-Alive: timeout\r\n", "Keep-Alive: timeout=\r\n", "Keep-Alive: timeout=x\r\n"] {
            #expect(seconds(text) == nil, "\(text)")
        }
    }
}
