import Engine
import Kernel
import Testing

@Suite struct HandleTests {
    @Test func `what goes into a handle comes out of it`() {
        for (kind, index, generation) in [(0, 0, 0), (255, 0xff_ffff, .max), (1, 77, 5), (128, 1 << 23, 1 << 31)] as [(UInt8, Int, UInt32)]
        {
            let handle = Handle(kind: kind, index: index, generation: generation)
            #expect(handle.kind == kind && handle.index == index && handle.generation == generation)
        }
    }
}

@Suite struct EventQueueTests {
    @Test func `an event names the one it is for`() throws {
        var queue = try EventQueue(batch: 8)
        let wakeup = try Wakeup()
        let handle = Handle(kind: 9, index: 12, generation: 345)
        #expect(queue.watch(wakeup.descriptor.number, for: .input, as: handle) == true)
        #expect(queue.wait(milliseconds: 0) == 0)
        wakeup.signal()
        #expect(queue.wait(milliseconds: 10_000) == 1)
        #expect(queue[0].handle == handle && queue[0].readiness.hasAny(.input))
        #expect(queue.wait(milliseconds: 0) == 1, "it is ready until it has been read")
        wakeup.clear()
        #expect(queue.wait(milliseconds: 0) == 0)
    }

    @Test func `an event for what was closed earlier in the same batch is told by its generation`() throws {
        var queue = try EventQueue(batch: 8)
        let near = try StreamPair(.unix)
        let other = try StreamPair(.unix)
        var generations: [UInt32] = [0, 0]
        #expect(queue.watch(near.far.number, for: .input, as: Handle(kind: 1, index: 0, generation: generations[0])) == true)
        #expect(queue.watch(other.far.number, for: .input, as: Handle(kind: 1, index: 1, generation: generations[1])) == true)
        _ = Socket.send(near.near.number, ([1] as [UInt8]).span)
        _ = Socket.send(other.near.number, ([1] as [UInt8]).span)
        #expect(queue.wait(milliseconds: 10_000) == 2)
        // The first event's owner lets the other one go, and its place is taken again.
        let second = queue[1].handle
        generations[second.index] += 1
        #expect(second.generation != generations[second.index], "so the event that is left in the batch is stale")
    }

    @Test func `what is watched for can be changed, and forgotten while it stays open`() throws {
        var queue = try EventQueue(batch: 8)
        let pair = try StreamPair(.tcp)
        let number = pair.far.number
        #expect(queue.watch(number, for: .input, as: Handle(kind: 1)) == true)
        #expect(queue.watch(number, for: .input, as: Handle(kind: 1)) == false, "only once")
        #expect(queue.wait(milliseconds: 0) == 0)
        let isChanged = queue.change(number, to: .output, as: Handle(kind: 2))
        #expect(isChanged)
        #expect(queue.wait(milliseconds: 10_000) == 1)
        #expect(queue[0].handle.kind == 2 && queue[0].readiness == .output)
        queue.forget(number)
        #expect(queue.wait(milliseconds: 0) == 0)
    }

    @Test func `a full batch leaves the others for the next`() throws {
        var queue = try EventQueue(batch: 2)
        let wakeups = [try Woken(), try Woken(), try Woken()]
        for (index, wakeup) in wakeups.enumerated() {
            #expect(queue.watch(wakeup.wakeup.descriptor.number, for: .input, as: Handle(kind: 1, index: index)) == true)
        }
        var seen: Set<Int> = []
        for _ in 0..<4 {
            let count = queue.wait(milliseconds: 10_000)
            #expect(count <= 2)
            for index in 0..<count { seen.insert(queue[index].handle.index) }
        }
        withExtendedLifetime(wakeups) {}
        #expect(seen == [0, 1, 2])
    }

    @Test func `one that is closed is watched no more`() throws {
        var queue = try EventQueue(batch: 8)
        var wakeup: Woken? = try Woken()
        #expect(queue.watch(wakeup?.wakeup.descriptor.number ?? -1, for: .input, as: Handle(kind: 1)) == true)
        #expect(queue.wait(milliseconds: 1_000) == 1)
        wakeup = nil
        // Programs that other tests start have a copy of it until they are what they are to be.
        let deadline = Clock.milliseconds + 20_000
        while queue.wait(milliseconds: 0) > 0, Clock.milliseconds < deadline {}
        #expect(queue.wait(milliseconds: 0) == 0)
    }
}

private final class Woken {
    let wakeup: Wakeup

    init() throws {
        wakeup = try Wakeup()
        wakeup.signal()
    }
}
