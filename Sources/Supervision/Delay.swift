/// How long to wait before a start that follows failures (rule 3).
enum Delay {
    /// Built-in workers are ours: whatever is wrong with them, waiting long does not help.
    private static let longestOfBuiltIn = 1000.0
    /// Only the first failure is followed at once; else `initial: 0`, or a jitter of 100%, would be a loop without a pause.
    private static let shortest = 1.0

    /// Before the start that follows the n-th failure in a row, n ≥ 1. `chance` is 0…1 and spreads the delay by the jitter to both sides.
    static func after(failures: Int, _ backoff: Backoff, isBuiltIn: Bool, chance: Double) -> Duration {
        guard failures > 1 else { return .zero }
        let longest = milliseconds(backoff.max)
        var delay = milliseconds(backoff.initial)
        // Past the longest it only grows, so that 64 steps are as good as all of them.
        for _ in 0..<min(failures - 2, 64) where delay < longest { delay *= max(1, backoff.factor) }
        return spread(min(delay, longest), backoff, isBuiltIn, chance)
    }

    /// The longest, without its jitter.
    static func longest(_ backoff: Backoff, isBuiltIn: Bool) -> Duration {
        isBuiltIn ? min(backoff.max, .milliseconds(Int(longestOfBuiltIn))) : backoff.max
    }

    // MARK: - Private

    private static func spread(_ delay: Double, _ backoff: Backoff, _ isBuiltIn: Bool, _ chance: Double) -> Duration {
        var delay = delay * (1 + backoff.jitter * (2 * chance - 1))
        if isBuiltIn { delay = min(delay, longestOfBuiltIn) }
        return .milliseconds(Int(max(shortest, delay).rounded()))
    }

    private static func milliseconds(_ duration: Duration) -> Double { Double(duration.wholeMilliseconds) }
}
