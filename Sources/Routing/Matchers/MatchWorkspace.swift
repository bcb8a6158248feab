internal import HTTP1
package import Patterns

/// What a lookup in the routes needs for a moment: one for each worker, used again for every request, so that a lookup touches no heap.
package struct MatchWorkspace: ~Copyable {
    package var patterns = PatternWorkspace()
    /// A value that stands in several pieces, or behind escapes.
    var text: [UInt8] = []
    #if DEBUG
        /// Keys, candidates and conditions that were looked at: what a lookup costs, for tests.
        package private(set) var probes = 0
    #endif

    package init() {
        // A value is never longer than the head that it is in, whatever is between its pieces.
        text.reserveCapacity(HeadLimits.largestHead)
    }

    @inline(__always)
    mutating func countProbe() {
        #if DEBUG
            probes += 1
        #endif
    }
}
