import Kernel
import Testing

@testable import Proxy

/// What the kernel is asked for is a value; that nothing is missed is seen with the real program (told_once.py).
struct WatchableTests {
    private let socket = Session(index: 0)

    /// The kernel was told, and tells of all that is there from then on.
    private func tell(_ request: Readiness?) {
        guard let request else { return }
        socket.watched = request
        socket.mayHoldMore = false
    }

    private func hear(_ readiness: Readiness = .input, reads isDrained: Bool? = true) {
        socket.note(readiness)
        if let isDrained { socket.note(isDrained: isDrained) }
    }

    @Test func `what comes is told of once, and as long as a read takes it all the kernel is not told anything more`() {
        #expect(socket.request(for: .input) == .freshInput)
        tell(.freshInput)
        for _ in 0..<3 {
            hear()
            #expect(socket.request(for: .input) == nil && socket.requestBetweenExchanges() == nil)
        }
    }

    @Test(arguments: [false, nil])
    func `what a read may have left, or nobody has read, is told of again and again`(isDrained: Bool?) {
        tell(.freshInput)
        hear(reads: isDrained)
        #expect(socket.request(for: .input) == .input)
        tell(.input)
        hear(reads: false)
        #expect(socket.request(for: .input) == nil)
    }

    @Test(arguments: [Readiness.peerClosed, .urgent, .error, .hangup])
    func `behind a read that takes less than it could may be an end, or what comes after an urgent byte`(sign: Readiness) {
        tell(.freshInput)
        hear(.input | sign)
        #expect(socket.request(for: .input) == .input)
        tell(.input)
        hear()
        #expect(socket.requestBetweenExchanges() == nil)
        tell(.output)
        #expect(socket.request(for: .input) == .input)
        socket.beginUnwatched(isLocal: false)
        #expect(socket.request(for: .input) == .freshInput)
    }

    @Test func `reads from a unix socket stop at descriptors that came along: it is told of again and again`() {
        socket.beginUnwatched(isLocal: true)
        #expect(socket.request(for: .input) == .input)
        tell(.input)
        hear()
        #expect(socket.request(for: .input) == nil && socket.requestBetweenExchanges() == nil)
    }

    @Test func `as long as a read takes it all there is nothing to tell the kernel, and nothing to look at but that`() {
        #expect(!socket.listens)
        for request in [Readiness.freshInput, .input] {
            tell(request)
            hear()
            #expect(socket.listens)
        }
        tell(.freshInput)
        for isDrained in [false, nil] {
            hear(reads: isDrained)
            #expect(!socket.listens)
        }
        tell(.output)
        #expect(!socket.listens)
    }

    @Test func `when something else was waited for, all that has come meanwhile is told of`() {
        tell(.freshInput)
        hear(reads: false)
        #expect(socket.request(for: .output) == .output)
        tell(.output)
        #expect(socket.request(for: .output) == nil)
        #expect(socket.request(for: .input) == .freshInput)
        // It has been read meanwhile, and not to the end.
        socket.note(isDrained: false)
        #expect(socket.request(for: .input) == .input)
    }

    @Test func `a connection that had much to say goes back to being told once after an exchange that had not`() {
        tell(.freshInput)
        hear(reads: false)
        tell(socket.request(for: .input))
        hear()
        #expect(socket.requestBetweenExchanges() == nil)
        hear()
        #expect(socket.requestBetweenExchanges() == .freshInput)
    }
}
