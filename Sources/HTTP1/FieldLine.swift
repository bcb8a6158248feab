/// What stands at a place of a header section: one field line, or its end (RFC 9112 §5).
enum FieldLine {
    case field(Field, next: Int)
    case end(next: Int)
    case incomplete
    case malformed(Fault)

    /// Reads the line that begins at `start`. Nothing beyond `end` is looked at.
    @inline(__always)
    static func read(_ bytes: RawSpan, at start: Int, end: Int) -> FieldLine {
        if start >= end { return .incomplete }
        if Scanner.byte(bytes, start) == Grammar.carriageReturn { return readEnd(bytes, at: start, end: end) }

        let nameEnd = Scanner.endOfToken(bytes, from: start, end: min(end, start &+ HeadLimits.fieldNameBytes &+ 1))
        let nameLength = nameEnd &- start
        if nameLength > HeadLimits.fieldNameBytes { return .malformed(.fieldNameTooLong) }
        if nameEnd == end { return .incomplete }
        if nameLength == 0 || Scanner.byte(bytes, nameEnd) != Grammar.colon {
            return .malformed(faultOfName(Scanner.byte(bytes, nameEnd), nameLength: nameLength))
        }

        var valueStart = nameEnd &+ 1
        while valueStart < end, Grammar.isWhitespace(Scanner.byte(bytes, valueStart)) { valueStart &+= 1 }
        let lineEnd = Scanner.endOfValue(bytes, from: valueStart, end: end)
        if lineEnd == end { return .incomplete }
        // RFC 9112 §2.2 lets a recipient take a bare LF for a line's end; we do not, because others on the way might not.
        if Scanner.byte(bytes, lineEnd) != Grammar.carriageReturn {
            return .malformed(Scanner.byte(bytes, lineEnd) == Grammar.lineFeed ? .lineEnd : .fieldValueMalformed)
        }
        if lineEnd &+ 1 == end { return .incomplete }
        if Scanner.byte(bytes, lineEnd &+ 1) != Grammar.lineFeed { return .malformed(.lineEnd) }
        var valueEnd = lineEnd
        while valueEnd > valueStart, Grammar.isWhitespace(Scanner.byte(bytes, valueEnd &- 1)) { valueEnd &-= 1 }

        var field = Field()
        field.nameStart = UInt16(truncatingIfNeeded: start)
        field.nameLength = UInt8(truncatingIfNeeded: nameLength)
        field.name = FieldName(bytes, at: start, length: nameLength)
        field.value = Place(from: valueStart, to: valueEnd)
        return .field(field, next: lineEnd &+ 2)
    }

    // MARK: - Private

    private static func readEnd(_ bytes: RawSpan, at start: Int, end: Int) -> FieldLine {
        if start &+ 1 == end { return .incomplete }
        return Scanner.byte(bytes, start &+ 1) == Grammar.lineFeed ? .end(next: start &+ 2) : .malformed(.lineEnd)
    }

    private static func faultOfName(_ found: UInt8, nameLength: Int) -> Fault {
        if found == Grammar.carriageReturn || found == Grammar.lineFeed { return nameLength == 0 ? .lineEnd : .fieldNameMalformed }
        guard Grammar.isWhitespace(found) else { return .fieldNameMalformed }
        // RFC 9112 §5.1: whitespace between name and colon is refused. §5.2: so is a line that continues the one before.
        return nameLength == 0 ? .fieldFolded : .spaceBeforeColon
    }
}
