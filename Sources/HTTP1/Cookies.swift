extension RequestHead {
    /// The value of the first cookie with this name, in any Cookie field; nil when there is none (RFC 6265 §4.2.1).
    package func cookie(named name: RawSpan, in bytes: RawSpan) -> Place? {
        var index = 0
        while index < fields.count {
            let field = fields[index]
            index &+= 1
            guard field.name == .cookie, let value = Self.cookie(named: name, in: bytes, at: field.value) else { continue }
            return value
        }
        return nil
    }

    private static func cookie(named name: RawSpan, in bytes: RawSpan, at list: Place) -> Place? {
        var start = Int(list.start)
        let end = list.end
        while start < end {  // Every turn consumes a pair.
            while start < end, Grammar.isWhitespace(Scanner.byte(bytes, start)) { start &+= 1 }
            let pairEnd = Scanner.first(Grammar.semicolon, in: bytes, from: start, end: end)
            let nameEnd = start &+ name.byteCount
            if nameEnd < pairEnd, Scanner.byte(bytes, nameEnd) == Grammar.equalsSign,
                Scanner.equal(bytes.extracting(start..<nameEnd), name)
            {
                return Place(from: nameEnd &+ 1, to: pairEnd)
            }
            start = pairEnd &+ 1
        }
        return nil
    }
}
