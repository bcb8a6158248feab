import Control
import Kernel
import Testing

struct LostRequestTests {
    private func sent(_ request: LostRequest) throws -> LostRequest? {
        let ends = try Channel.pair()
        let worker = Channel(adopting: ends.0)
        let master = Channel(adopting: ends.1)
        #expect(ControlMessages.send(.lost(request), on: worker) == .done)
        guard case .message(.lost(let arrived), descriptor: nil) = ControlMessages.receiveReply(on: master) else { return nil }
        return arrived
    }

    @Test(arguments: [0, 1, 7, 8, 9, 127, 128])
    func `a lost request arrives as it was told`(length: Int) throws {
        let request = LostRequest(
            incarnation: 7, age: 1500, bytesSent: 3, id: Array(repeating: 0x61, count: length), line: Array("GET /\u{e4}".utf8))
        #expect(try sent(request) == request)
    }

    @Test func `a long one is cut, and still arrives`() throws {
        let request = LostRequest(
            incarnation: 1, age: -5, bytesSent: -1, id: Array(repeating: 1, count: 1000), line: Array(repeating: 2, count: 5000))
        let arrived = try sent(request)
        #expect(arrived?.id.count == 128 && arrived?.line.count == LostRequest.longestLine && arrived?.age == 0 && arrived?.bytesSent == 0)
    }

    @Test func `what is no such message is strange`() throws {
        let ends = try Channel.pair()
        let worker = Channel(adopting: ends.0)
        let master = Channel(adopting: ends.1)
        let strange: [[UInt64]] = [[8, 1, 2], [8, 1, 2, 3, 129, 0], [8, 1, 2, 3, 8, 8], [8, 1, 2, 3, 8, 0, 1, 1], [7, 1, 2]]
        for words in strange { #expect(worker.send(words.span) == .done) }
        for _ in strange { guard case .strange = ControlMessages.receiveReply(on: master) else { throw Errno.invalid } }
    }
}
