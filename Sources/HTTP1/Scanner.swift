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

    /// Four bytes from `index`, as `word` takes eight.
    @inline(__always)
    private static func half(_ bytes: RawSpan, _ index: Int) -> UInt32 {
        assert(index >= 0 && index + 4 <= bytes.byteCount)
        // Safe: the caller compares index + 4 with an end that is at most byteCount.
        return unsafe UInt32(littleEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt32.self))
    }

    @inline(__always)
    private static func load<Number: FixedWidthInteger & BitwiseCopyable>(_ place: UnsafePointer<UInt8>) -> Number {
        // Safe: the caller knows that so many bytes stand there.
        unsafe Number(littleEndian: UnsafeRawPointer(place).loadUnaligned(as: Number.self))
    }

    /// The first byte that is not a token character. Inlined, as `endOfValue` is: each field of a head comes by both.
    @inline(__always)
    package static func endOfToken(_ bytes: RawSpan, from: Int, end: Int) -> Int {
        precondition(from >= 0 && end <= bytes.byteCount)
        var index = from
        while index &+ 8 <= end {
            let marks = Lanes(word(bytes, index)).notOfWords
            if marks == 0 {
                index &+= 8
                continue
            }
            index &+= Lanes.first(marks)
            if !ByteClass.token.contains(byte(bytes, index)) { return index }
            index &+= 1
        }
        while index < end, ByteClass.token.contains(byte(bytes, index)) { index &+= 1 }
        return index
    }

    /// The first byte that a request target cannot hold: anything but visible ASCII, and the `#` of a fragment (RFC 9112 §3.2).
    package static func endOfTarget(_ bytes: RawSpan, from: Int, end: Int) -> Int {
        precondition(from >= 0 && end <= bytes.byteCount)
        var index = from
        while index &+ 8 <= end {
            let lanes = Lanes(word(bytes, index))
            let marks = lanes.below(0x21) | lanes.aboveASCII | lanes.equal(to: Grammar.delete) | lanes.equal(to: Grammar.hash)
            if marks != 0 { return index &+ Lanes.first(marks) }
            index &+= 8
        }
        while index < end {
            let next = byte(bytes, index)
            if next &- 0x21 > 0x7e - 0x21 || next == Grammar.hash { return index }
            index &+= 1
        }
        return end
    }

    /// The first control byte other than a tab, DEL included: where a field value ends, well or badly (RFC 9110 §5.5).
    @inline(__always)
    package static func endOfValue(_ bytes: RawSpan, from: Int, end: Int) -> Int {
        precondition(from >= 0 && end <= bytes.byteCount)
        var index = from
        while index &+ 8 <= end {
            let lanes = Lanes(word(bytes, index))
            let marks = lanes.below(Grammar.space) | lanes.equal(to: Grammar.delete)
            if marks == 0 {
                index &+= 8
                continue
            }
            index &+= Lanes.first(marks)
            if byte(bytes, index) != Grammar.tab { return index }
            index &+= 1
        }
        while index < end, Grammar.isFieldValue(byte(bytes, index)) { index &+= 1 }
        return index
    }

    /// The first byte equal to `wanted`.
    package static func first(_ wanted: UInt8, in bytes: RawSpan, from: Int, end: Int) -> Int {
        precondition(from >= 0 && end <= bytes.byteCount)
        var index = from
        while index &+ 8 <= end {
            let marks = Lanes(word(bytes, index)).equal(to: wanted)
            if marks != 0 { return index &+ Lanes.first(marks) }
            index &+= 8
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

    /// Whether the token, or part of a field value, at `from` begins with `word`, of lower-case letters, digits and hyphens, in either case. Neither
    /// holds a byte that differs from a digit or a hyphen in the bit of the case alone: those would be control bytes.
    @inline(__always)
    static func isName(_ bytes: RawSpan, at from: Int, _ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard from >= 0, from <= bytes.byteCount &- count else { return false }
        var difference: UInt64 = 0
        var index = 0
        // Safe: index + 8, index + 4 and index are within the word's count, and the span's end was compared above.
        while index &+ 8 <= count {
            difference |= unsafe Self.word(bytes, from &+ index) ^ load(word.utf8Start + index)
            index &+= 8
        }
        if index &+ 4 <= count {
            difference |= unsafe UInt64(half(bytes, from &+ index) ^ load(word.utf8Start + index))
            index &+= 4
        }
        while index < count {
            difference |= unsafe UInt64(byte(bytes, from &+ index) ^ word.utf8Start[index])
            index &+= 1
        }
        return difference & ~0x2020_2020_2020_2020 == 0
    }

    /// Whether `bytes` at `from` begin with `word`, of lower-case letters, digits and hyphens, when letters are folded and everything but letters
    /// and digits is taken for a hyphen.
    static func resembles(_ bytes: RawSpan, at from: Int, _ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard from >= 0, from <= bytes.byteCount &- count else { return false }
        var index = 0
        while index < count {
            // Safe: index is below the word's count, and the span's end was compared above.
            if unsafe Grammar.folded(byte(bytes, from &+ index)) != word.utf8Start[index] { return false }
            index &+= 1
        }
        return true
    }

    /// Whether these bytes are those of `text`, as far as there are bytes and as far as it goes.
    static func begins(_ bytes: RawSpan, like text: StaticString) -> Bool {
        var index = 0
        while index < min(bytes.byteCount, text.utf8CodeUnitCount) {
            // Safe: index is below both counts.
            if unsafe byte(bytes, index) != text.utf8Start[index] { return false }
            index &+= 1
        }
        return true
    }

    /// Whether two runs of bytes are the same when letters are folded and everything but letters and digits is taken for a hyphen.
    static func resemble(_ left: RawSpan, _ right: RawSpan) -> Bool {
        guard left.byteCount == right.byteCount else { return false }
        var index = 0
        while index < left.byteCount {
            if Grammar.folded(byte(left, index)) != Grammar.folded(byte(right, index)) { return false }
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
}

// What OutputRawSpan lacks in Swift 6.3: appending more than one value at once. Whoever appends has measured first: the
// heads and answers that are written have bounds that their buffer is larger than.
extension OutputRawSpan {
    // Inlined in this module, where a forwarded request comes by some forty times: of a literal nothing is left but a comparison and a store or two.

    @inline(__always)
    package mutating func append(_ text: StaticString) {
        // Safe: the bytes of a static string live for ever.
        unsafe append(RawSpan(_unsafeStart: UnsafeRawPointer(text.utf8Start), byteCount: text.utf8CodeUnitCount))
    }

    @inline(__always)
    package mutating func append(_ bytes: RawSpan) {
        precondition(bytes.byteCount <= freeCapacity, "what is written has been measured")
        // Safe: the room was compared one line above; the bytes that are copied become the initialised ones.
        unsafe withUnsafeMutableBytes { room, filled in
            unsafe bytes.withUnsafeBytes { source in
                guard let to = room.baseAddress, let from = source.baseAddress else { return }
                unsafe (to + filled).copyMemory(from: from, byteCount: source.count)
                filled &+= source.count
            }
        }
    }

    package mutating func append(_ bytes: [UInt8]) {
        // Safe: a byte has no padding, and the span is used only while the array is borrowed.
        unsafe append(bytes.span.bytes)
    }

    /// The lowest bytes of a word, eight at most, the lowest first.
    @inline(__always)
    mutating func append(_ word: UInt64, count: Int) {
        precondition(count >= 0 && count <= 8 && count <= freeCapacity, "what is written has been measured")
        // Safe: the room was compared one line above, for all eight bytes in the line before they are stored.
        unsafe withUnsafeMutableBytes { room, filled in
            let place = unsafe room.baseAddress.unsafelyUnwrapped + filled
            if room.count &- filled >= 8 {
                unsafe place.storeBytes(of: word.littleEndian, as: UInt64.self)
            } else {
                for index in 0..<count {
                    unsafe place.storeBytes(of: UInt8(truncatingIfNeeded: word >> UInt64(index &* 8)), toByteOffset: index, as: UInt8.self)
                }
            }
            filled &+= count
        }
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
    public func byte(_ index: Int) -> UInt8 {
        precondition(index >= 0 && index < byteCount)
        // Safe: the index was compared one line above; a byte may have any value.
        return unsafe unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self)
    }
}
