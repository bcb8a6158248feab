import Balancing
import Testing

@Suite struct TurnsTests {
    @Test func `every place has its turn, in order and round again`() {
        var turns = Turns()
        #expect((0..<7).map { _ in turns.next(of: [0, 1, 2]) { _ in true } } == [0, 1, 2, 0, 1, 2, 0])
    }

    @Test func `places need not be next to each other`() {
        var turns = Turns()
        #expect((0..<5).map { _ in turns.next(of: [3, 40, 41]) { _ in true } } == [3, 40, 41, 3, 40])
    }

    @Test func `nobody is chosen where there is nobody, and the turn stays where it is`() {
        var turns = Turns()
        #expect(turns.next(of: [0, 1]) { _ in true } == 0)
        #expect(turns.next(of: []) { _ in true } == nil)
        #expect(turns.next(of: [0, 1]) { _ in false } == nil)
        #expect(turns.leastLoaded(of: [0, 1], load: { _ in 0 }) { _ in false } == nil)
        #expect(turns.next(of: [0, 1]) { _ in true } == 1)
    }

    @Test func `one that is passed over loses its turn, the others none`() {
        var turns = Turns()
        #expect(turns.next(of: [0, 1, 2]) { _ in true } == 0)
        #expect(turns.next(of: [0, 1, 2]) { $0 != 1 } == 2)
        #expect((0..<4).map { _ in turns.next(of: [0, 1, 2]) { _ in true } } == [0, 1, 2, 0])
    }

    @Test func `members that come and go leave the turn of those that stay`() {
        var turns = Turns()
        #expect(turns.next(of: [0, 1, 2, 3]) { _ in true } == 0)
        #expect(turns.next(of: [0, 1, 2, 3]) { _ in true } == 1)
        #expect(turns.next(of: [0, 3]) { _ in true } == 3)
        #expect(turns.next(of: [0, 3, 4]) { _ in true } == 4)
        #expect(turns.next(of: [0, 3]) { _ in true } == 0, "the one whose turn it was is gone")
        #expect(turns.next(of: [0, 1, 3]) { _ in true } == 1, "who is new is next, if that is its place")
    }

    @Test func `over any number of rounds nobody is more than one turn ahead`() {
        for count in 1...17 {
            var turns = Turns()
            var counts = [Int](repeating: 0, count: count)
            for _ in 0..<1000 {
                if let place = turns.next(of: 0..<count, where: { _ in true }) { counts[place] += 1 }
                #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
            }
        }
    }

    @Test func `the least loaded is chosen, wherever the turn is`() {
        var turns = Turns()
        let loads = [5, 2, 9, 2, 7]
        #expect(turns.leastLoaded(of: 0..<5, load: { loads[$0] }) { _ in true } == 1)
        #expect(turns.leastLoaded(of: 0..<5, load: { loads[$0] }) { _ in true } == 3)
        #expect(turns.leastLoaded(of: 0..<5, load: { loads[$0] }) { _ in true } == 1)
        #expect(turns.leastLoaded(of: 0..<5, load: { loads[$0] }) { $0 % 2 == 0 } == 0)
        #expect(turns.leastLoaded(of: 0..<5, load: { loads[$0] }) { $0 == 2 } == 2)
    }

    @Test func `among equals the next in turn is chosen`() {
        var turns = Turns()
        #expect((0..<5).map { _ in turns.leastLoaded(of: 0..<3, load: { _ in 4 }) { _ in true } } == [0, 1, 2, 0, 1])
    }

    @Test func `with connections that stay the loads are never more than one apart`() {
        var turns = Turns()
        var loads = [0, 3, 1, 0]
        for _ in 0..<20 {
            if let place = turns.leastLoaded(of: 0..<4, load: { loads[$0] }, where: { _ in true }) { loads[place] += 1 }
        }
        #expect(loads == [6, 6, 6, 6])
    }

    @Test func `somebody is chosen even while loads change under the choice`() {
        var turns = Turns()
        var load = 0
        for _ in 0..<100 {
            let chosen = turns.leastLoaded(
                of: 0..<4,
                load: { _ in
                    load += 1
                    return load
                }, where: { _ in true })
            #expect(chosen != nil)
        }
    }

    @Test func `it chooses as a plain search in turn order does`() {
        for seed in 0..<2000 {
            var random = SplitMix(state: UInt64(seed))
            var turns = Turns()
            var last = -1
            for _ in 0..<20 {
                let places = (0..<8).filter { _ in Bool.random(using: &random) }
                let loads = (0..<8).map { _ in Int.random(in: 0...2, using: &random) }
                let able = (0..<8).map { _ in Int.random(in: 0...3, using: &random) > 0 }
                let inTurn = (places.filter { $0 > last } + places.filter { $0 <= last }).filter { able[$0] }
                let usesLoad = Bool.random(using: &random)
                let wanted = usesLoad ? inTurn.first { place in inTurn.allSatisfy { loads[$0] >= loads[place] } } : inTurn.first
                let chosen =
                    usesLoad
                    ? turns.leastLoaded(of: places, load: { loads[$0] }) { able[$0] } : turns.next(of: places) { able[$0] }
                #expect(chosen == wanted)
                if let wanted { last = wanted }
            }
        }
    }
}

/// The same numbers for the same seed.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }
}
