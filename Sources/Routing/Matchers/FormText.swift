internal import HTTP1

/// The parameters of a query as forms write them: `name=value` between `&`, with `+` for a space and escapes for the rest (URL Standard §5.1).
/// An escape that is none stands for itself, as there.
package enum FormText {
    /// Where the value of the first parameter with this name is, in its escaped form; nil when there is none. One without `=` has an empty value.
    package static func value(named name: RawSpan, in query: RawSpan) -> Range<Int>? {
        var index = 0
        while index < query.byteCount {  // Every turn consumes a pair and the `&` behind it.
            let end = Scanner.first(Grammar.ampersand, in: query, from: index, end: query.byteCount)
            let nameEnd = Scanner.first(Grammar.equalsSign, in: query, from: index, end: end)
            if end > index, equal(query.extracting(index..<nameEnd), name) { return min(nameEnd &+ 1, end)..<end }
            index = end &+ 1
        }
        return nil
    }

    /// Whether the escaped text stands for the other one.
    package static func equal(_ escaped: RawSpan, _ text: RawSpan) -> Bool {
        // Three bytes of the one are at least one of the other.
        if escaped.byteCount < text.byteCount || escaped.byteCount > text.byteCount &* 3 { return false }
        var index = 0
        var position = 0
        while index < escaped.byteCount {
            let byte = next(escaped, at: &index)
            if position == text.byteCount || byte != text.byte(position) { return false }
            position &+= 1
        }
        return position == text.byteCount
    }

    /// Whether the text stands for itself.
    package static func isPlain(_ escaped: RawSpan) -> Bool {
        for index in 0..<escaped.byteCount {
            let byte = escaped.byte(index)
            if byte == Grammar.percent || byte == Grammar.plus { return false }
        }
        return true
    }

    package static func decode(_ escaped: RawSpan, to text: inout [UInt8]) {
        var index = 0
        while index < escaped.byteCount { text.append(next(escaped, at: &index)) }
    }

    // MARK: - Private

    /// The byte that stands at the index, which moves behind it.
    @inline(__always)
    private static func next(_ escaped: RawSpan, at index: inout Int) -> UInt8 {
        let byte = escaped.byte(index)
        index &+= 1
        if byte == Grammar.plus { return Grammar.space }
        guard byte == Grammar.percent, index &+ 1 < escaped.byteCount, let high = Grammar.hexadecimal(escaped.byte(index)),
            let low = Grammar.hexadecimal(escaped.byte(index &+ 1))
        else { return byte }
        index &+= 2
        return high << 4 | low
    }
}
