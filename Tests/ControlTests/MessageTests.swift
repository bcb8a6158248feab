import Control
import Kernel
import Testing

@Suite struct MessageTests {
    private struct Pair: ~Copyable {
        let master: Channel
        let worker: Channel

        init() throws {
            let ends = try Channel.pair()
            master = Channel(adopting: ends.0)
            worker = Channel(adopting: ends.1)
        }
    }

    @Test func `every order arrives as it was given`() throws {
        let pair = try Pair()
        let orders: [Order] = [
            .prepare(generation: 0), .commit(generation: 7), .abandon(generation: .max), .drain, .accessLog,
            .listen(index: 3, hasProxyHeader: false), .listen(index: 0, hasProxyHeader: true), .unlisten(index: 3), .instances, .makeRoom,
        ]
        for order in orders { #expect(ControlMessages.send(order, on: pair.master) == .done) }
        for order in orders {
            guard case .message(let arrived, descriptor: nil) = ControlMessages.receiveOrder(on: pair.worker) else { throw Errno.noEntry }
            #expect(arrived == order)
        }
        guard case .none = ControlMessages.receiveOrder(on: pair.worker) else { throw Errno.exists }
    }

    @Test func `every reply arrives as it was given`() throws {
        let pair = try Pair()
        let replies: [Reply] = [
            .ready, .compiled(generation: 2), .prepared(generation: 3), .refused(generation: 4), .drained, .hasRoom, .holdsUpgraded,
            .instanceLeft,
        ]
        for reply in replies { #expect(ControlMessages.send(reply, on: pair.worker) == .done) }
        for reply in replies {
            guard case .message(let arrived, descriptor: nil) = ControlMessages.receiveReply(on: pair.master) else { throw Errno.noEntry }
            #expect(arrived == reply)
        }
    }

    @Test func `a snapshot comes along with the order to prepare it`() throws {
        let pair = try Pair()
        let text = try SealedText(name: "snapshot", bytes: Array("port: 8080".utf8))
        #expect(ControlMessages.send(.prepare(generation: 2), passing: text.descriptor.number, on: pair.master) == .done)
        guard case .message(.prepare(generation: 2), let descriptor) = ControlMessages.receiveOrder(on: pair.worker),
            case .some(let snapshot) = descriptor
        else { throw Errno.noEntry }
        #expect(try SealedText(adopting: snapshot.release()).read() == Array("port: 8080".utf8))
    }

    @Test func `a message of nobody we know is strange, and not the end`() throws {
        let pair = try Pair()
        for words in [[0, 0], [10, 0], [99, 1], [1], [1, 2, 3]] as [[UInt64]] { #expect(pair.master.send(words.span) == .done) }
        for _ in 0..<5 { guard case .strange = ControlMessages.receiveOrder(on: pair.worker) else { throw Errno.invalid } }
        guard case .none = ControlMessages.receiveOrder(on: pair.worker) else { throw Errno.exists }
    }

    @Test func `when the master is gone, however it went, its workers see the end`() throws {
        let ends = try Channel.pair()
        let worker = Channel(adopting: ends.1)
        #expect(ControlMessages.send(.ready, on: worker) == .done)
        Descriptor.close(ends.0)  // With a reply unread, which the kernel reports as a reset.
        #expect(isReadable(worker) == true)
        guard case .ended = ControlMessages.receiveOrder(on: worker) else { throw Errno.exists }
    }
}
