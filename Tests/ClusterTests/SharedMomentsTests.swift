import Testing

@testable import Cluster

@Suite struct SharedMomentsTests {
    @Test func `all with one interval have the same moments, whenever they began`() {
        let moments = SharedMoments(every: .seconds(1))
        #expect([5000, 5001, 5420, 5999].map(moments.next) == [6000, 6000, 6000, 6000])
        #expect(moments.next(after: 6000) == 7000)
    }

    @Test func `the next is never now, and the shortest interval is a millisecond`() {
        for interval in [Duration.zero, .microseconds(1), .milliseconds(1)] { #expect(SharedMoments(every: interval).next(after: 7) == 8) }
    }
}
