/// Who an event is for: a kind, a place in that kind's table, and the generation that place had when it was watched.
///
/// An event for a descriptor that was closed earlier in the same batch carries an old generation, and is dropped.
package struct Handle: BitwiseCopyable, Equatable, Sendable {
    @usableFromInline let bits: UInt64

    /// `index` is below 2²⁴.
    @inlinable package init(kind: UInt8, index: Int = 0, generation: UInt32 = 0) {
        bits = UInt64(kind) << 56 | UInt64(truncatingIfNeeded: index & 0xff_ffff) << 32 | UInt64(generation)
    }

    @inlinable init(bits: UInt64) { self.bits = bits }

    @inlinable package var kind: UInt8 { UInt8(truncatingIfNeeded: bits >> 56) }
    @inlinable package var index: Int { Int(truncatingIfNeeded: bits >> 32 & 0xff_ffff) }
    @inlinable package var generation: UInt32 { UInt32(truncatingIfNeeded: bits) }
}
