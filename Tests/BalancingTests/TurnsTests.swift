import Balancing
import Testing

struct TurnsTests {
    @Test func `turns go round in the order of the places`() {
        var turns = Turns()
        #expect((0..<7).map { _ in turns.next(of: [1, 4, 6]) { _ in true } } == [1, 4, 6, 1, 4, 6, 1])
    }

    @Test func `one that cannot be chosen is passed over, and takes its turn when it can again`() {
        var turns = Turns()
        var ready: Set = [0, 2]
        #expect((0..<3).map { _ in turns.next(of: 0..<3, where: ready.contains) } == [0, 2, 0])
        ready.insert(1)
        #expect((0..<3).map { _ in turns.next(of: 0..<3, where: ready.contains) } == [1, 2, 0])
    }

    @Test func `without a candidate nobody's turn is lost`() {
        var turns = Turns()
        #expect(turns.next(of: 0..<3) { _ in true } == 0)
        #expect(turns.next(of: 0..<3) { _ in false } == nil)
        #expect(turns.next(of: []) { _ in true } == nil)
        #expect(turns.next(of: 0..<3) { _ in true } == 1)
    }

    @Test func `a place that is gone is no obstacle`() {
        var turns = Turns()
        for _ in 0..<3 { _ = turns.next(of: 0..<3) { _ in true } }
        #expect(turns.next(of: 0..<2) { _ in true } == 0)
    }

    @Test func `over many rounds everybody has had as many turns`() {
        var turns = Turns()
        var counts = [0, 0, 0, 0, 0]
        for _ in 0..<1000 { if let place = turns.next(of: 0..<5, where: { _ in true }) { counts[place] += 1 } }
        #expect(counts == [200, 200, 200, 200, 200])
    }

    @Test func `the least loaded is chosen, and equals in turn`() {
        var turns = Turns()
        var loads = [0, 0, 0]
        var order: [Int] = []
        for _ in 0..<6 {
            guard let place = turns.leastLoaded(of: 0..<3, load: { loads[$0] }, where: { _ in true }) else { continue }
            order.append(place)
            loads[place] += 1
        }
        #expect(order == [0, 1, 2, 0, 1, 2])
        loads = [5, 1, 5]
        #expect(turns.leastLoaded(of: 0..<3, load: { loads[$0] }, where: { _ in true }) == 1)
        #expect(turns.leastLoaded(of: 0..<3, load: { loads[$0] }, where: { $0 != 1 }) == 2)
        #expect(turns.leastLoaded(of: 0..<3, load: { loads[$0] }, where: { _ in false }) == nil)
    }
}
