import Glibc
import Kernel
import Testing

@Suite struct EpollTests {
    @Test func `handles come back as they were given, all 64 bits of them`() throws {
        let epoll = try Epoll()
        var batch = EventBatch(capacity: 4)
        let wakeup = try Wakeup()
        wakeup.signal()
        #expect(epoll.add(wakeup.descriptor.number, .input, handle: 0xfedc_ba98_7654_3210) == 0)
        let count = epoll.wait(into: &batch, milliseconds: 10_000)
        #expect(count == 1)
        let event = batch[0]
        #expect(event.handle == 0xfedc_ba98_7654_3210 && event.readiness == .input)
        #expect(epoll.change(wakeup.descriptor.number, .input, handle: 7) == 0)
        _ = epoll.wait(into: &batch, milliseconds: 10_000)
        #expect(batch[0].handle == 7)
        #expect(epoll.remove(wakeup.descriptor.number) == 0)
        #expect(epoll.remove(wakeup.descriptor.number) == -Int(ENOENT))
        #expect(epoll.change(wakeup.descriptor.number, .input, handle: 7) == -Int(ENOENT))
        #expect(epoll.wait(into: &batch, milliseconds: 0) == 0)
    }

    @Test func `a hangup and the peer's half-close are told apart`() throws {
        let epoll = try Epoll()
        var batch = EventBatch(capacity: 4)
        let ends = try Channel.pair()
        let near = Descriptor(adopting: ends.0)
        let far = Descriptor(adopting: ends.1)
        #expect(epoll.add(near.number, .input | .peerClosed, handle: 1) == 0)
        Socket.shutdownWriting(far.number)
        _ = epoll.wait(into: &batch, milliseconds: 10_000)
        #expect(batch[0].readiness.hasAny(.peerClosed) && !batch[0].readiness.hasAny(.hangup))
        _ = consume far
        let hangsUp = becomesTrue {
            _ = epoll.wait(into: &batch, milliseconds: 10_000)
            return batch[0].readiness.hasAny(.hangup)
        }
        #expect(hangsUp)
    }

    @Test func `an event that is not there is not read`() async {
        await #expect(processExitsWith: .failure) { _ = EventBatch(capacity: 4)[4] }
        await #expect(processExitsWith: .failure) { _ = EventBatch(capacity: 4)[-1] }
    }
}
