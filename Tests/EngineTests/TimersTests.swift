import Engine
import Testing

@Suite struct TimersTests {
    /// Takes all that are due.
    private func expired(_ timers: inout Timers, at now: Int) -> [Int] {
        var places: [Int] = []
        while let place = timers.popExpired(now: now) { places.append(place) }
        return places.sorted()
    }

    @Test func `a deadline is never early, and late by a tick at most`() {
        for offset in 0..<64 {
            var timers = Timers(now: 1_000_000)
            let deadline = 1_000_100 + offset
            timers.set(0, deadline: deadline)
            #expect(expired(&timers, at: deadline - 1).isEmpty)
            #expect(expired(&timers, at: deadline + Timers.tick) == [0])
        }
    }

    @Test func `a deadline comes once`() {
        var timers = Timers(now: 0)
        timers.set(3, deadline: 50)
        #expect(expired(&timers, at: 1000) == [3])
        #expect(expired(&timers, at: 100_000).isEmpty)
    }

    @Test func `a deadline that has passed already comes at the next tick`() {
        var timers = Timers(now: 10_000)
        timers.set(0, deadline: 5)
        timers.set(1, deadline: -5)
        #expect(expired(&timers, at: 10_000 + 2 * Timers.tick) == [0, 1])
    }

    @Test func `one that was moved later comes then and not before, one that was moved nearer comes sooner`() {
        var timers = Timers(now: 0)
        timers.set(0, deadline: 100)
        timers.set(0, deadline: 5_000)
        timers.set(1, deadline: 9_000)
        timers.set(1, deadline: 200)
        #expect(expired(&timers, at: 4_999) == [1])
        #expect(expired(&timers, at: 5_000 + Timers.tick) == [0])
    }

    @Test func `one that is cancelled does not come, and can be set again`() {
        var timers = Timers(now: 0)
        timers.cancel(7)
        timers.set(7, deadline: 100)
        timers.cancel(7)
        timers.cancel(7)
        #expect(expired(&timers, at: 1_000).isEmpty)
        timers.set(7, deadline: 2_000)
        #expect(expired(&timers, at: 2_000 + Timers.tick) == [7])
    }

    @Test func `one can be set again, or another cancelled, while those that are due are taken`() {
        var timers = Timers(now: 0)
        for place in 0..<3 { timers.set(place, deadline: 10) }
        guard let first = timers.popExpired(now: 100) else { return #expect(Bool(false)) }
        let others = [0, 1, 2].filter { $0 != first }
        timers.set(first, deadline: 500)
        timers.cancel(others[0])
        timers.set(others[1], deadline: 600)
        #expect(expired(&timers, at: 100).isEmpty)
        #expect(expired(&timers, at: 500 + Timers.tick) == [first])
        #expect(expired(&timers, at: 600 + Timers.tick) == [others[1]])
    }

    @Test func `far deadlines wait for more than one revolution`() {
        var timers = Timers(now: 0)
        let hour = 3_600_000
        timers.set(0, deadline: hour)
        timers.set(1, deadline: .max)
        var now = 0
        while now + 10_000 < hour {
            now += 9_999
            #expect(expired(&timers, at: now).isEmpty)
        }
        #expect(expired(&timers, at: hour + Timers.tick) == [0])
        #expect(expired(&timers, at: 1_000 * hour).isEmpty, "never is never")
    }

    @Test func `after a long sleep everything that has passed comes at once`() {
        var timers = Timers(now: 0)
        for place in 0..<2_000 { timers.set(place, deadline: place * 77) }
        #expect(expired(&timers, at: 100_000_000) == Array(0..<2_000))
    }

    @Test func `the wait ends at the next deadline, at the limit without one, and at once when something is due`() {
        var timers = Timers(now: 0)
        #expect(timers.untilNext(now: 0, limit: 1_000) == 1_000)
        timers.set(0, deadline: 300)
        #expect((300...300 + Timers.tick).contains(timers.untilNext(now: 0, limit: 1_000)))
        #expect(timers.untilNext(now: 0, limit: 100) == 100)
        #expect(timers.untilNext(now: 400, limit: 1_000) == 0)
        timers.cancel(0)
        #expect(timers.untilNext(now: 400, limit: 1_000) == 1_000)
    }

    @Test func `a wheel that nobody has looked at for long does not sleep past a new deadline`() {
        var timers = Timers(now: 0)
        timers.set(0, deadline: 100_100)
        let now = 100_000
        #expect(timers.untilNext(now: now, limit: 1_000) == 0, "first it has to be looked at")
        #expect(timers.popExpired(now: now) == nil)
        #expect((100...100 + Timers.tick).contains(timers.untilNext(now: now, limit: 1_000)))
    }

    @Test(arguments: 0..<60) func `it does what a plain list of deadlines does`(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var now = Int.random(in: 0...10_000_000, using: &random)
        var timers = Timers(now: now)
        /// What is in the past when it is set is due from then on.
        var twin: [Int: (deadline: Int, due: Int)] = [:]
        let span = [100, 2_000, 40_000, 300_000][seed % 4]
        for _ in 0..<2_000 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                let place = Int.random(in: 0..<50, using: &random)
                let deadline = now + Int.random(in: -50...span, using: &random)
                timers.set(place, deadline: deadline)
                twin[place] = (deadline, max(deadline, now))
            case 5:
                let place = Int.random(in: 0..<60, using: &random)
                timers.cancel(place)
                twin[place] = nil
            case 6: now += Int.random(in: 0...span * 2, using: &random)
            default: now += Int.random(in: 0...70, using: &random)
            }
            if Bool.random(using: &random) { continue }  // Nobody looks in every turn.
            while let place = timers.popExpired(now: now) {
                guard let deadline = twin.removeValue(forKey: place)?.deadline else { return #expect(Bool(false), "\(place) was not set") }
                #expect(deadline <= now, "never early")
            }
            let earliest = twin.values.map { $0.due }.min()
            let wait = timers.untilNext(now: now, limit: 5_000)
            #expect((earliest ?? now) > now - Timers.tick, "late by a tick at most")
            #expect(wait > 0, "nothing is due, so nobody spins")
            #expect(wait <= min(5_000, (earliest ?? now + 5_000) + Timers.tick - now), "nobody oversleeps")
        }
        // In the end, all come, each once.
        for _ in 0..<10_000 where !twin.isEmpty {
            now += timers.untilNext(now: now, limit: 5_000)
            while let place = timers.popExpired(now: now) {
                let deadline = twin.removeValue(forKey: place)?.deadline
                #expect(deadline.map { $0 <= now } ?? false)
            }
        }
        #expect(twin.isEmpty)
    }
}
