internal import Supervision

/// When processes are looked at: all with the same interval at the same moments, so that one look at the machine serves them.
struct SharedMoments {
    private let interval: Int

    init(every interval: Duration) { self.interval = max(1, interval.wholeMilliseconds) }

    /// In milliseconds of the monotonic clock; within an interval.
    func next(after now: Int) -> Int { (now / interval + 1) * interval }
}
