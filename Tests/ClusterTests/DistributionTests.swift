import Supervision
import Testing

@testable import Cluster

@Suite struct DistributionTests {
    private func ids(_ numbers: Int...) -> [IncarnationID] { numbers.map { IncarnationID($0) } }

    private func taken(_ distribution: inout Distribution) -> [IncarnationID] {
        var taken: [IncarnationID] = []
        while let id = distribution.takeNext() { taken.append(id) }
        return taken
    }

    @Test func `so many compile at once, the next when one of them has answered`() {
        var distribution = Distribution(to: ids(1, 2, 3, 4), atOnce: 2)
        #expect(taken(&distribution) == ids(1, 2))
        distribution.leave(IncarnationID(2))
        #expect(taken(&distribution) == ids(3))
        distribution.leave(IncarnationID(1))
        distribution.leave(IncarnationID(3))
        #expect(taken(&distribution) == ids(4) && !distribution.isComplete)
        distribution.leave(IncarnationID(4))
        #expect(distribution.isComplete)
    }

    @Test(arguments: [1, 0, -1]) func `one at a time is the least`(_ atOnce: Int) {
        var distribution = Distribution(to: ids(1, 2), atOnce: atOnce)
        #expect(taken(&distribution) == ids(1))
    }

    @Test func `who has compiled and waits for names holds nobody up, and is waited for`() {
        var distribution = Distribution(to: ids(1, 2), atOnce: 1)
        #expect(taken(&distribution) == ids(1))
        distribution.noteCompiled(IncarnationID(1))
        #expect(taken(&distribution) == ids(2))
        distribution.leave(IncarnationID(2))
        #expect(!distribution.isComplete)
        distribution.leave(IncarnationID(1))
        #expect(distribution.isComplete)
    }

    @Test func `who is gone before its turn is passed over`() {
        var distribution = Distribution(to: ids(1, 2, 3), atOnce: 1)
        #expect(taken(&distribution) == ids(1))
        distribution.leave(IncarnationID(2))
        distribution.leave(IncarnationID(1))
        #expect(taken(&distribution) == ids(3))
    }

    @Test func `the slow are given up, and the others have their turn`() {
        var distribution = Distribution(to: ids(1, 2, 3), atOnce: 2)
        #expect(taken(&distribution) == ids(1, 2))
        distribution.noteCompiled(IncarnationID(1))
        #expect(taken(&distribution) == ids(3))
        #expect(distribution.giveUp() == Set(ids(1, 2, 3)))
        #expect(distribution.isComplete)
        var other = Distribution(to: ids(1, 2), atOnce: 1)
        #expect(taken(&other) == ids(1))
        #expect(other.giveUp() == Set(ids(1)))
        #expect(!other.isComplete && taken(&other) == ids(2))
    }

    @Test func `with nobody to tell it is complete`() { #expect(Distribution(to: [], atOnce: 1).isComplete) }
}
