extension RequestHead {
    /// How often an OPTIONS request may still be passed on; nil where it does not say (RFC 9110 §7.6.2). For other methods the field means nothing, but
    /// for TRACE, which is not passed on at all.
    package func maxForwards(in bytes: RawSpan) -> Int? {
        if method != .options { return nil }
        var index = 0
        while index < fields.count {
            let field = fields[index]
            index &+= 1
            guard field.nameLength == 12, Scanner.equals(bytes, at: Int(field.nameStart), "max-forwards") else { continue }
            return Self.number(bytes, at: field.value)
        }
        return nil
    }

    /// Who asks about the server itself and not about something on it: `*`, which a proxy before us may have had as a target without a path
    /// (RFC 9112 §3.2.4).
    package func isAboutServer(in bytes: RawSpan) -> Bool {
        if method != .options { return false }
        if path.length == 1, Scanner.byte(bytes, Int(path.start)) == Grammar.asterisk { return true }
        return path.isEmpty && query.isEmpty
    }

    /// Digits; nil for more of them than any way has hops.
    private static func number(_ bytes: RawSpan, at place: Place) -> Int? {
        if place.isEmpty || place.length > 9 { return nil }
        var number = 0
        var index = Int(place.start)
        while index < place.end {
            let byte = Scanner.byte(bytes, index)
            guard Grammar.isDigit(byte) else { return nil }
            number = number &* 10 &+ Int(byte &- Grammar.zero)
            index &+= 1
        }
        return number
    }
}
