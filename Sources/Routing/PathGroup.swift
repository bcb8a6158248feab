internal import HTTP1

/// The paths of the routes for one host, or for one wildcard, or for any host: what a walk over a path needs to know before it looks anything up.
struct PathGroup: BitwiseCopyable, Sendable {
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

/// A route that has the path and the host: does it take the method?
struct RouteCandidate: BitwiseCopyable, Sendable {
    var route: Int32
    /// A bit for each `Method`; all bits when the route is for every method.
    var methods: UInt16
    /// Its methods that are not registered ones, as a run of `MethodNames`.
    var firstName: Int32 = 0
    var nameCount: Int32 = 0

    @inline(__always)
    func accepts(_ method: Method) -> Bool { methods >> UInt16(method.rawValue) & 1 != 0 }
}
