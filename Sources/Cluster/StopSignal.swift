internal import Kernel

/// What began a stop: the same signal at once after it is still the same wish, whoever it comes from.
///
/// timeout(1) signals its child and then its whole group, a wrapper passes on what its group has got already, from a terminal or a service manager.
struct StopSignal {
    /// In milliseconds. Nobody presses a key twice in that time, and no script that waits between two signals waits for less.
    private static let echoTime = 40

    let signal: Signal
    /// In milliseconds of the monotonic clock.
    private var at: Int

    init(_ signal: Signal, at now: Int) {
        self.signal = signal
        at = now
    }

    func isEchoed(by other: Signal, at now: Int) -> Bool { other == signal && now - at < Self.echoTime }

    /// Time in which the master did not run does not count.
    mutating func shift(by milliseconds: Int) { at += milliseconds }
}
