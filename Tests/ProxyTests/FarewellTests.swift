import Testing

@testable import Proxy

struct FarewellTests {
    @Test(arguments: [(30_000, 29_800, 29_900), (2000, 1800, 1900), (100, 90, 95), (0, 0, 0)])
    func `before a grace is over what is under way is told, and a moment later ended, once each`(grace: Int, told: Int, ended: Int) {
        var farewell = Farewell(grace: grace, now: 5000)
        #expect(farewell.until == 5000 + told)
        if told > 0 { #expect(farewell.next(now: 5000 + told - 1) == nil) }
        if told < ended { #expect(farewell.next(now: 5000 + told) == .tell && farewell.until == 5000 + ended) }
        #expect(farewell.next(now: 5000 + ended) == .end)
        #expect(farewell.next(now: 5000 + grace + 100_000) == nil)
    }
}
