internal import HTTP1

/// The paths of the routes for one host, or for one wildcard, or for any host: what a walk over a path needs to know before it looks anything up.
struct PathGroup: BitwiseCopyable, Sendable {
    /// The group of the next less specific host; 0 for that of any host itself.
    var parent: Int32 = 0
    /// Its routes whose path is a regular expression, in the order of the file.
    var regexes = CandidateRun()
    private var depths: UInt64 = 0
    private(set) var deepest = -1
    var hasExact = false

    /// Prefixes of 63 segments and more share the last bit.
    mutating func addPrefix(ofDepth depth: Int) {
        depths |= 1 << UInt64(min(depth, 63))
        deepest = max(deepest, depth)
    }

    /// Whether there is a prefix of so many segments; a walk asks before it looks one up.
    @inline(__always)
    func hasPrefix(ofDepth depth: Int) -> Bool { depth <= deepest && depths >> UInt64(min(depth, 63)) & 1 != 0 }

    static func prefixScope(_ group: Int) -> UInt32 { UInt32(truncatingIfNeeded: group &* 2) }
    static func exactScope(_ group: Int) -> UInt32 { UInt32(truncatingIfNeeded: group &* 2 &+ 1) }
}

/// A path that routes have: what is asked when a request has it.
struct PathEntry: BitwiseCopyable, Sendable {
    var candidates = CandidateRun()
    /// Of a prefix: the entry of the next shorter one; -1 when there is none.
    var shorter: Int32 = -1
}
