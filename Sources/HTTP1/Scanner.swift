// The one file of this module with unsafe code: loads without a check, inside a range that was checked once.

/// Finds delimiters in the bytes of a head.
///
/// Every function that takes `from` and `end` looks at `bytes[from..<end]` only, wants `0 ≤ from ≤ end ≤ byteCount`, and answers with
/// a place in that range, or `end` where nothing was found.
@safe package enum Scanner {
    /// The byte at `index`, which the caller knows to be below `byteCount`.
    @inline(__always)
    static func byte(_ bytes: RawSpan, _ index: Int) -> UInt8 {
        assert(index >= 0 && index < bytes.byteCount)
        // Safe: RequestHead, FieldLine and the loops below compare the index with an end that is at most byteCount.
        return unsafe bytes.unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self)
    }

    /// Eight bytes from `index`, the first in the lowest bits.
    @inline(__always)
    static func word(_ bytes: RawSpan, _ index: Int) -> UInt64 {
        assert(index >= 0 && index + 8 <= bytes.byteCount)
        // Safe: the callers compare index + 8 with an end that is at most byteCount.
        return unsafe UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self))
    }

    /// The first byte that is not a token character.
    package static func endOfToken(_ bytes: RawSpan, from: Int, end: Int) -> Int {
        precondition(from >= 0 && end <= bytes.byteCount)
        var index = from
        while index < end, ByteClass.token.contains(byte(bytes, index)) { index &+= 1 }
        return index
    }

    /// The first byte that a request target cannot hold: anything but visible ASCII, and the `#` of a fragment (RFC 9112 §3.2).
    package static func endOfTarget(_ bytes: RawSpan, from: Int, end: Int) -> Int {
        precondition(from >= 0 && end <= bytes.byteCount)
        var index = from
        while index &+ 16 <= end {
            let lanes = sixteen(bytes, index)
            let outside = (lanes &- SIMD16(repeating: 0x21)) .> SIMD16(repeating: 0x7e - 0x21)
            let first = firstLane(outside .| (lanes .== SIMD16(repeating: Grammar.hash)))
            if first < 16 { return index &+ first }
            index &+= 16
        }
        while index < end {
            let next = byte(bytes, index)
            if next &- 0x21 > 0x7e - 0x21 || next == Grammar.hash { return index }
            index &+= 1
        }
        return end
    }

    /// The first control byte other than a tab, DEL included: where a field value ends, well or badly (RFC 9110 §5.5).
    package static func endOfValue(_ bytes: RawSpan, from: Int, end: Int) -> Int {
        precondition(from >= 0 && end <= bytes.byteCount)
        var index = from
        while index &+ 16 <= end {
            let lanes = sixteen(bytes, index)
            let control = (lanes .< SIMD16(repeating: Grammar.space)) .& (lanes .!= SIMD16(repeating: Grammar.tab))
            let first = firstLane(control .| (lanes .== SIMD16(repeating: Grammar.delete)))
            if first < 16 { return index &+ first }
            index &+= 16
        }
        while index < end, Grammar.isFieldValue(byte(bytes, index)) { index &+= 1 }
        return index
    }

    /// The first byte equal to `wanted`.
    package static func first(_ wanted: UInt8, in bytes: RawSpan, from: Int, end: Int) -> Int {
        precondition(from >= 0 && end <= bytes.byteCount)
        var index = from
        while index &+ 16 <= end {
            let first = firstLane(sixteen(bytes, index) .== SIMD16(repeating: wanted))
            if first < 16 { return index &+ first }
            index &+= 16
        }
        while index < end, byte(bytes, index) != wanted { index &+= 1 }
        return index
    }

    /// Whether `bytes` at `from` begin with `word`, in either case where `word` has a lower-case letter, exactly elsewhere.
    package static func equals(_ bytes: RawSpan, at from: Int, _ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard from >= 0, from <= bytes.byteCount &- count else { return false }
        var index = 0
        while index < count {
            // Safe: index is below the word's count, and the span's end was compared above.
            let expected = unsafe word.utf8Start[index]
            let difference = byte(bytes, from &+ index) ^ expected
            if difference != 0 && !(difference == 0x20 && expected &- 0x61 <= 25) { return false }
            index &+= 1
        }
        return true
    }

    /// Whether two runs of bytes are the same but for the case of ASCII letters.
    package static func equalsIgnoringCase(_ left: RawSpan, _ right: RawSpan) -> Bool {
        guard left.byteCount == right.byteCount else { return false }
        var index = 0
        while index < left.byteCount {
            let a = byte(left, index)
            let b = byte(right, index)
            if a != b && Grammar.lowercased(a) != Grammar.lowercased(b) { return false }
            index &+= 1
        }
        return true
    }

    /// Whether two runs of bytes are the same.
    package static func equal(_ left: RawSpan, _ right: RawSpan) -> Bool {
        guard left.byteCount == right.byteCount else { return false }
        var index = 0
        while index &+ 8 <= left.byteCount {
            if word(left, index) != word(right, index) { return false }
            index &+= 8
        }
        while index < left.byteCount {
            if byte(left, index) != byte(right, index) { return false }
            index &+= 1
        }
        return true
    }

    // MARK: - Private

    @inline(__always)
    private static func sixteen(_ bytes: RawSpan, _ index: Int) -> SIMD16<UInt8> {
        // Safe: the loops above go round only while index + 16 is at most their end.
        unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: SIMD16<UInt8>.self)
    }

    /// The first lane that is set; 16 when none is.
    @inline(__always)
    private static func firstLane(_ mask: SIMDMask<SIMD16<Int8>>) -> Int {
        // Safe: both types are sixteen bytes without padding.
        let halves = unsafe unsafeBitCast(mask, to: SIMD2<UInt64>.self)
        if halves[0] != 0 { return halves[0].trailingZeroBitCount >> 3 }
        if halves[1] != 0 { return 8 &+ halves[1].trailingZeroBitCount >> 3 }
        return 16
    }
}

// What OutputRawSpan lacks in Swift 6.3: appending more than one value at once. Whoever appends has measured first: the
// heads and answers that are written have bounds that their buffer is larger than.
extension OutputRawSpan {
    package mutating func append(_ bytes: RawSpan) {
        precondition(bytes.byteCount <= freeCapacity, "what is written has been measured")
        // Safe: the room was compared one line above; the bytes that are copied become the initialised ones.
        unsafe withUnsafeMutableBytes { room, count in
            unsafe bytes.withUnsafeBytes { source in
                guard let to = room.baseAddress, let from = source.baseAddress else { return }
                unsafe (to + count).copyMemory(from: from, byteCount: source.count)
                count += source.count
            }
        }
    }

    package mutating func append(_ text: StaticString) {
        // Safe: the bytes of a static string live for ever.
        unsafe append(RawSpan(_unsafeStart: UnsafeRawPointer(text.utf8Start), byteCount: text.utf8CodeUnitCount))
    }

    package mutating func append(_ bytes: [UInt8]) {
        // Safe: a byte has no padding, and the span is used only while the array is borrowed.
        unsafe append(bytes.span.bytes)
    }
}

extension Array<UInt8> {
    /// These bytes as a span, borrowed.
    package var rawBytes: RawSpan {
        // Safe: a byte has no padding, which is all that `bytes` could be unsafe for.
        @_lifetime(borrow self)
        get { unsafe _overrideLifetime(span.bytes, borrowing: self) }
    }
}

extension RawSpan {
    /// The byte at `index`, checked.
    @inlinable @inline(__always)
    package func byte(_ index: Int) -> UInt8 {
        precondition(index >= 0 && index < byteCount)
        // Safe: the index was compared one line above; a byte may have any value.
        return unsafe unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self)
    }
}
