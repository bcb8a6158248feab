/// How long to wait before a start that follows failures (rule 3).
enum Delay {
    /// Built-in workers are ours: whatever is wrong with them, waiting long does not help.
    private static let longestOfBuiltIn: Duration = .seconds(1)

    /// Before the start that follows the n-th failure in a row, n ≥ 1. `chance` is 0…1 and spreads the delay by the jitter to both sides.
    static func after(failures: Int, _ backoff: Backoff, isBuiltIn: Bool, chance: Double) -> Duration {
        guard failures > 1 else { return .zero }
        let longest = isBuiltIn ? min(backoff.max, longestOfBuiltIn) : backoff.max
        var delay = milliseconds(backoff.initial)
        // Past the longest it only grows, so that 64 steps are as good as all of them.
        for _ in 0..<min(failures - 2, 64) where delay < milliseconds(longest) { delay *= max(1, backoff.factor) }
        delay = min(delay, milliseconds(longest))
        delay *= 1 + backoff.jitter * (2 * chance - 1)
        return .milliseconds(Int(max(0, delay).rounded()))
    }

    private static func milliseconds(_ duration: Duration) -> Double { Double(duration.wholeMilliseconds) }
}

/// The supervisor's own source of chance, so that a run can be repeated: SplitMix64.
struct Chance: Equatable, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// 0…1
    mutating func next() -> Double {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return Double((z ^ (z >> 31)) >> 11) / Double(1 << 53)
    }
}
