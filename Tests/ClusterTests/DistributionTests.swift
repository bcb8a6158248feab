import Supervision
import Testing

@testable import Cluster

@Suite struct DistributionTests {
    private func ids(_ numbers: Int...) -> [IncarnationID] { numbers.map { IncarnationID($0) } }

    private func taken(_ distribution: inout Distribution, now: Int = 0) -> [IncarnationID] {
        var taken: [IncarnationID] = []
        while let id = distribution.takeNext(now: now) { taken.append(id) }
        return taken
    }

    /// Those that are given up, where nobody's loop goes on.
    private func slow(_ distribution: inout Distribution, now: Int) -> [IncarnationID] {
        if case .goesOn(let hanging) = distribution.judgeTheSlow(now: now, isTurning: { _ in false }) { hanging } else { [] }
    }

    @Test func `so many compile at once, the next when one of them has answered`() {
        var distribution = Distribution(to: ids(1, 2, 3, 4), atOnce: 2, patience: 10)
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
        var distribution = Distribution(to: ids(1, 2), atOnce: atOnce, patience: 10)
        #expect(taken(&distribution) == ids(1))
    }

    @Test func `who has compiled and waits for names holds nobody up, and is waited for`() {
        var distribution = Distribution(to: ids(1, 2), atOnce: 1, patience: 10)
        #expect(taken(&distribution) == ids(1))
        distribution.noteCompiled(IncarnationID(1))
        #expect(taken(&distribution) == ids(2))
        distribution.leave(IncarnationID(2))
        #expect(!distribution.isComplete)
        distribution.leave(IncarnationID(1))
        #expect(distribution.isComplete)
    }

    @Test func `who is gone before its turn is passed over`() {
        var distribution = Distribution(to: ids(1, 2, 3), atOnce: 1, patience: 10)
        #expect(taken(&distribution) == ids(1))
        distribution.leave(IncarnationID(2))
        distribution.leave(IncarnationID(1))
        #expect(taken(&distribution) == ids(3))
    }

    @Test func `where the loop of one that is slow goes on, the reload ends and nobody is given up`() {
        var distribution = Distribution(to: ids(3, 1, 2), atOnce: 3, patience: 10)
        #expect(taken(&distribution) == ids(3, 1, 2))
        let verdict = distribution.judgeTheSlow(now: 10) { $0 != IncarnationID(1) }
        #expect(verdict == .takesTooLong(IncarnationID(2)) && distribution.deadline == 10)
    }

    @Test func `whether a loop goes on is asked only of who has taken too long`() {
        var distribution = Distribution(to: ids(1, 2), atOnce: 2, patience: 10)
        #expect(distribution.takeNext(now: 0) == IncarnationID(1) && distribution.takeNext(now: 5) == IncarnationID(2))
        #expect(distribution.judgeTheSlow(now: 10) { $0 == IncarnationID(2) } == .goesOn(without: ids(1)))
    }

    @Test func `those that hang are given up, each after its own time, and the others have their turn`() {
        var distribution = Distribution(to: ids(1, 2, 3), atOnce: 1, patience: 10)
        #expect(distribution.deadline == nil && taken(&distribution, now: 100) == ids(1) && distribution.deadline == 110)
        distribution.noteCompiled(IncarnationID(1))
        #expect(taken(&distribution, now: 105) == ids(2) && distribution.deadline == 110)
        #expect(slow(&distribution, now: 109).isEmpty)
        #expect(slow(&distribution, now: 110) == ids(1) && distribution.deadline == 115)
        #expect(taken(&distribution, now: 110).isEmpty)
        #expect(slow(&distribution, now: 115) == ids(2) && !distribution.isComplete)
        #expect(taken(&distribution, now: 115) == ids(3))
        distribution.leave(IncarnationID(3))
        #expect(distribution.isComplete && distribution.deadline == nil)
    }

    @Test func `the end of somebody else gives nobody more time`() {
        var distribution = Distribution(to: ids(1, 2), atOnce: 1, patience: 10)
        #expect(taken(&distribution, now: 100) == ids(1))
        distribution.leave(IncarnationID(7))
        distribution.noteCompiled(IncarnationID(7))
        #expect(taken(&distribution, now: 108).isEmpty && distribution.deadline == 110)
    }

    @Test func `a time in which the master did not run is nobody's`() {
        var distribution = Distribution(to: ids(1), atOnce: 1, patience: 10)
        #expect(taken(&distribution, now: 100) == ids(1))
        distribution.shift(by: 50)
        #expect(distribution.deadline == 160 && slow(&distribution, now: 159).isEmpty)
    }

    @Test func `with nobody to tell it is complete`() { #expect(Distribution(to: [], atOnce: 1, patience: 10).isComplete) }
}
