/// Where something stands in the bytes of a head. Heads are at most 60 KiB, so sixteen bits are enough.
package struct Place: BitwiseCopyable, Equatable, Sendable {
    package var start: UInt16
    package var length: UInt16

    @inlinable
    package init(start: Int = 0, length: Int = 0) {
        self.start = UInt16(truncatingIfNeeded: start)
        self.length = UInt16(truncatingIfNeeded: length)
    }

    @inlinable
    package init(from start: Int, to end: Int) { self.init(start: start, length: end &- start) }

    @inlinable package var isEmpty: Bool { length == 0 }
    @inlinable package var end: Int { Int(start) &+ Int(length) }

    /// The bytes at this place of the head that it belongs to.
    @inlinable
    @_lifetime(copy bytes)
    package func of(_ bytes: RawSpan) -> RawSpan { bytes.extracting(Int(start)..<end) }
}
