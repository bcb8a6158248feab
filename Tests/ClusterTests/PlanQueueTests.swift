import Testing

@testable import Cluster

@Suite struct PlanQueueTests {
    private func client(_ index: Int, _ generation: UInt32 = 1) -> AdminClientID { AdminClientID(index: index, generation: generation) }

    private func asks(_ queue: inout PlanQueue, _ client: AdminClientID) -> Bool { queue.ask(for: client) }
    private func ended(_ queue: inout PlanQueue) -> [AdminClientID] { queue.end() }

    @Test func `one is made at a time, and all who ask meanwhile get the one after it`() {
        var queue = PlanQueue()
        #expect(asks(&queue, client(1)))
        #expect(!asks(&queue, client(2)))
        #expect(!asks(&queue, client(3)))
        #expect(ended(&queue) == [client(1)] && !queue.isEmpty)
        #expect(ended(&queue) == [client(2), client(3)] && queue.isEmpty)
        #expect(asks(&queue, client(2)))
    }

    @Test func `clients that have gone take no room`() {
        var queue = PlanQueue()
        _ = queue.ask(for: client(0))
        for generation in 1...100 { _ = queue.ask(for: client(1, UInt32(generation))) }
        _ = queue.end()
        #expect(ended(&queue) == [client(1, 100)])
    }
}
