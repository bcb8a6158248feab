/// The tag of a representation as a field names it (RFC 9110 §8.8.3), and comparing it with one of ours, which is strong.
struct EntityTag: BitwiseCopyable {
    var isWeak: Bool
    /// With its quotes.
    var opaque: Place

    /// Whether it is the very same bytes.
    func isStrongly(_ tag: RawSpan, in bytes: RawSpan) -> Bool { !isWeak && Scanner.equal(opaque.of(bytes), tag) }

    /// Whether it means the same.
    func isWeakly(_ tag: RawSpan, in bytes: RawSpan) -> Bool { Scanner.equal(opaque.of(bytes), tag) }

    /// A tag that begins at `index`, which moves behind it; nil when there is none.
    static func read(_ bytes: RawSpan, at index: inout Int, end: Int) -> EntityTag? {
        var start = index
        let isWeak = start &+ 2 <= end && bytes.byte(start) == 0x57 && bytes.byte(start &+ 1) == Grammar.slash
        if isWeak { start &+= 2 }
        guard start < end, bytes.byte(start) == Grammar.quote else { return nil }
        var next = start &+ 1
        while next < end, isTagByte(bytes.byte(next)) { next &+= 1 }
        guard next < end, bytes.byte(next) == Grammar.quote else { return nil }
        index = next &+ 1
        return EntityTag(isWeak: isWeak, opaque: Place(from: start, to: index))
    }

    /// `etagc`: no space, no quote, no control.
    private static func isTagByte(_ byte: UInt8) -> Bool { byte == 0x21 || byte >= 0x23 && byte != Grammar.delete }
}

/// The tags of one If-Match or If-None-Match, one after the other. What is no tag ends the list: nothing behind it can be told apart.
struct EntityTagList: BitwiseCopyable {
    private var index: Int
    private let end: Int

    init(_ place: Place) {
        index = Int(place.start)
        end = place.end
    }

    /// `*` alone: whatever there is.
    func isAny(_ bytes: RawSpan) -> Bool { end &- index == 1 && bytes.byte(index) == Grammar.asterisk }

    mutating func next(_ bytes: RawSpan) -> EntityTag? {
        while index < end, Grammar.isWhitespace(bytes.byte(index)) || bytes.byte(index) == Grammar.comma { index &+= 1 }
        guard let tag = EntityTag.read(bytes, at: &index, end: end) else {
            index = end
            return nil
        }
        // Between two elements there is a comma.
        while index < end, Grammar.isWhitespace(bytes.byte(index)) { index &+= 1 }
        if index < end, bytes.byte(index) != Grammar.comma { index = end }
        return tag
    }
}

extension OutputRawSpan {
    /// The strong tag of a file: when it was written, to the nanosecond, and how long it is, both in hexadecimal. A number that is not 0 tells an
    /// encoded form of a file from another.
    package mutating func append(entityTagOf modified: Int, size: Int, form: Int = 0) {
        append(Grammar.quote)
        append(hexadecimal: UInt64(bitPattern: Int64(modified)))
        append(Grammar.hyphen)
        append(hexadecimal: UInt64(size))
        if form != 0 {
            append(Grammar.hyphen)
            append(hexadecimal: UInt64(form))
        }
        append(Grammar.quote)
    }

    mutating func append(hexadecimal number: UInt64) {
        var shift = UInt64(60)
        while shift > 0, number >> shift == 0 { shift &-= 4 }
        while true {
            let digit = UInt8(truncatingIfNeeded: number >> shift & 15)
            append(digit < 10 ? Grammar.zero &+ digit : 0x61 &- 10 &+ digit)
            if shift == 0 { return }
            shift &-= 4
        }
    }
}
