import HTTP1
import Testing

@Suite("An interim response")
struct InterimResponseTests {
    private func fate(_ status: Int, waits: Bool = false, minorVersion: UInt8 = 1) -> InterimResponse? {
        InterimResponse(status: status, clientWaits: waits, minorVersion: minorVersion)
    }

    @Test("goes to a client of HTTP/1.1, 100 only to one that waits for it")
    func forwarded() {
        #expect(fate(100, waits: true) == .forward)
        #expect(fate(100) == .drop)
        for status in [102, 103, 104, 199] { #expect(fate(status) == .forward) }
    }

    @Test("never goes to a client of HTTP/1.0")
    func old() {
        for status in [100, 102, 103, 199] { #expect(fate(status, waits: true, minorVersion: 0) == .drop) }
    }

    @Test("is the last head when it switches protocols, and none at all from 200 on")
    func others() {
        #expect(fate(101) == .switchProtocols)
        for status in [200, 204, 304, 500, 600, 999] { #expect(fate(status, waits: true) == nil) }
    }
}
