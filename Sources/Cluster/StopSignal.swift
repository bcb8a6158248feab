internal import Kernel

/// What began a stop: the same signal soon after it, from the same hand, is still the same wish.
///
/// timeout(1) signals its child and then its whole group, and a wrapper passes on what the terminal has sent to its group already.
struct StopSignal {
    /// In milliseconds. Longer than a whole period of a cgroup that has used up its share of the processors, in which sender and master stand still.
    private static let echoTime = 200

    let arrival: Signals.Arrival
    /// In milliseconds of the monotonic clock.
    private var at: Int

    init(arrival: Signals.Arrival, at now: Int) {
        self.arrival = arrival
        at = now
    }

    /// Of two processes each has a wish of its own; after a key in a terminal nobody types a command in that time.
    func isEchoed(by other: Signals.Arrival, at now: Int) -> Bool {
        guard other.signal == arrival.signal, now - at < Self.echoTime else { return false }
        return other.sender == arrival.sender || arrival.sender == 0
    }

    /// Time in which the master did not run does not count.
    mutating func shift(by milliseconds: Int) { at += milliseconds }
}
