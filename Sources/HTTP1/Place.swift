/// Where something stands in the bytes of a head. Heads are at most 60 KiB, so sixteen bits are enough.
@frozen
public struct Place: BitwiseCopyable, Equatable, Sendable {
    public var start: UInt16
    public var length: UInt16

    @inlinable @inline(__always)
    public init(start: Int = 0, length: Int = 0) {
        self.start = UInt16(truncatingIfNeeded: start)
        self.length = UInt16(truncatingIfNeeded: length)
    }

    @inlinable @inline(__always)
    public init(from start: Int, to end: Int) { self.init(start: start, length: end &- start) }

    @inlinable @inline(__always) public var isEmpty: Bool { length == 0 }
    @inlinable @inline(__always) public var end: Int { Int(start) &+ Int(length) }

    /// The bytes at this place of the head that it belongs to.
    @inlinable @inline(__always)
    @_lifetime(copy bytes)
    public func of(_ bytes: RawSpan) -> RawSpan { bytes.extracting(Int(start)..<end) }
}
