/// Some bytes of a representation.
package struct ByteRange: Equatable, Sendable, BitwiseCopyable {
    package var start: Int
    /// Behind the last one.
    package var end: Int

    package init(_ start: Int, _ end: Int) {
        self.start = start
        self.end = end
    }

    package var count: Int { end - start }

    /// Whether there is no gap between the two.
    fileprivate func touches(_ other: ByteRange) -> Bool { start <= other.end && other.start <= end }
}

/// What a Range field asks for (RFC 9110 §14.2), of a representation with a known size: up to 16 ranges, none of which overlap or touch.
package struct ByteRanges: BitwiseCopyable, Sendable {
    /// In one field. Who asks for more gets the whole: many small ranges are how servers are made to work for nothing (§14.2).
    package static var limit: Int { 16 }

    package private(set) var count = 0
    private var ranges: [16 of ByteRange] = .init(repeating: ByteRange(0, 0))

    package subscript(index: Int) -> ByteRange { ranges[index] }

    package enum Outcome: Sendable, BitwiseCopyable {
        /// The field does not count: it is malformed, of another unit, asks for too much, or there is nothing to take a part of.
        case whole
        case some(ByteRanges)
        /// 416
        case unsatisfiable
    }

    /// Reads the value of a Range field.
    package static func read(_ value: RawSpan, size: Int) -> Outcome {
        // Nothing has no parts: §14.2 lets us send all of it, and who goes on with a download learns that it is complete.
        if size == 0 { return .whole }
        // Units have no case (§14.1).
        guard value.byteCount > 6, Scanner.equals(value, at: 0, "bytes=") else { return .whole }
        var ranges = ByteRanges()
        var list = TokenList(Place(from: 6, to: value.byteCount))
        var specified = 0
        while let element = list.next(value) {
            specified += 1
            if specified > limit { return .whole }
            switch readOne(value, at: element, size: size) {
            case .malformed: return .whole
            case .unsatisfiable: break
            case .range(let range): ranges.add(range)
            }
        }
        if specified == 0 { return .whole }
        return ranges.count == 0 ? .unsatisfiable : .some(ranges)
    }

    // MARK: - Private

    private enum One { case malformed, unsatisfiable, range(ByteRange) }

    /// `first-last`, `first-` or `-length`.
    private static func readOne(_ value: RawSpan, at place: Place, size: Int) -> One {
        let hyphen = Scanner.first(Grammar.hyphen, in: value, from: Int(place.start), end: place.end)
        if hyphen == place.end { return .malformed }
        let first = number(value, Int(place.start)..<hyphen)
        let last = number(value, hyphen + 1..<place.end)
        switch (first, last) {
        case (.none, .some(let length)):
            return length == 0 ? .unsatisfiable : .range(ByteRange(max(0, size - length), size))
        case (.some(let first), .none):
            return first >= size ? .unsatisfiable : .range(ByteRange(first, size))
        case (.some(let first), .some(let last)):
            if last < first { return .malformed }
            return first >= size ? .unsatisfiable : .range(ByteRange(first, min(last, size - 1) + 1))
        default: return .malformed
        }
    }

    private enum Number { case none, some(Int), malformed }

    /// A number that does not fit is as good as the largest that does.
    private static func number(_ value: RawSpan, _ range: Range<Int>) -> Number {
        if range.isEmpty { return .none }
        var number = 0
        for index in range {
            let digit = value.byte(index) &- Grammar.zero
            if digit > 9 { return .malformed }
            number = number > (Int.max - 9) / 10 ? Int.max : number * 10 + Int(digit)
        }
        return .some(number)
    }

    /// Those that it overlaps or touches become one with it, in the place of the first of them (§15.3.7.2 lets us); the others stay in the order that
    /// they were asked for.
    private mutating func add(_ range: ByteRange) {
        guard let first = (0..<count).first(where: { ranges[$0].touches(range) }) else {
            ranges[count] = range
            count += 1
            return
        }
        ranges[first] = ByteRange(min(ranges[first].start, range.start), max(ranges[first].end, range.end))
        var index = 0
        while index < count {
            if index != first, ranges[index].touches(ranges[first]) { return merge(index, into: first) }
            index += 1
        }
    }

    /// The wider one is added anew, and finds the next that it touches.
    private mutating func merge(_ index: Int, into first: Int) {
        let (kept, gone) = (min(first, index), max(first, index))
        let merged = ByteRange(min(ranges[kept].start, ranges[gone].start), max(ranges[kept].end, ranges[gone].end))
        for place in gone..<count - 1 { ranges[place] = ranges[place + 1] }
        count -= 1
        ranges[kept] = merged
        add(merged)
    }
}

extension OutputRawSpan {
    /// `Content-Range: bytes 0-99/1234` (RFC 9110 §14.4).
    package mutating func appendContentRange(_ range: ByteRange, of size: Int) {
        append("Content-Range: bytes ")
        append(decimal: range.start)
        append(Grammar.hyphen)
        append(decimal: range.end - 1)
        append(Grammar.slash)
        append(decimal: size)
        append("\r\n")
    }

    /// That of an answer to ranges of which there is none.
    package mutating func appendContentRange(unsatisfiedOf size: Int) {
        append("Content-Range: bytes */")
        append(decimal: size)
        append("\r\n")
    }
}
