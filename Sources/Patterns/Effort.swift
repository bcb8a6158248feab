internal import CPCRE2

/// How much a search may still do. PCRE2's own limits begin anew at every byte that a match could start at, and do not count what one step goes
/// through: 8 KiB of a letter kept `(?=a*c)a(?=a*c)a(?=a*c)` busy for half a second, 60 KiB for half a minute. So patterns are compiled with a
/// call before each of their items (pcre2callout(3)), and the call counts the way since the last one.
struct Effort: BitwiseCopyable {
    /// Measured: about a nanosecond each, so that the worst search of all takes some 20 ms.
    private static let mostUnits = 1 << 24

    private var units = Self.mostUnits
    private var position = 0
    private let stepCost: Int

    init(stepCost: Int = 0) { self.stepCost = stepCost }

    /// Counts the way to a position; false when all is used up.
    @inline(__always)
    mutating func step(to position: Int) -> Bool {
        units &-= abs(position &- self.position) &+ stepCost
        self.position = position
        return units >= 0
    }
}

/// Called by PCRE2 before each item of a pattern.
@unsafe func countStep(_ block: UnsafeMutablePointer<pcre2_callout_block_8>?, _ effort: UnsafeMutableRawPointer?) -> CInt {
    // Safe: PCRE2 lends its block, and passes on what PatternWorkspace set, which outlives every search.
    guard let block = unsafe block, let effort = unsafe effort?.assumingMemoryBound(to: Effort.self) else { return PCRE2_ERROR_CALLOUT }
    return unsafe effort.pointee.step(to: block.pointee.current_position) ? 0 : PCRE2_ERROR_CALLOUT
}
