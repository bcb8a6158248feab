/// `host [ ":" port ]`, as in the Host field and in an absolute request target (RFC 9110 §7.2, RFC 3986 §3.2.2).
package enum Authority {
    /// The place of the host's name within `place`, brackets included, port excluded; nil when the grammar is broken.
    ///
    /// An empty authority is fine here: a Host field may be empty when the target has none (RFC 9112 §3.2). A port without a name is not.
    static func name(_ bytes: RawSpan, at place: Place) -> Place? {
        let start = Int(place.start)
        let end = place.end
        if start == end { return place }
        let isLiteral = Scanner.byte(bytes, start) == Grammar.openBracket
        let nameEnd = isLiteral ? endOfLiteral(bytes, from: start, end: end) : endOfRegisteredName(bytes, from: start, end: end)
        if nameEnd <= start { return nil }
        if nameEnd == end { return place }
        guard Scanner.byte(bytes, nameEnd) == Grammar.colon, isPort(bytes, from: nameEnd &+ 1, end: end) else { return nil }
        return Place(from: start, to: nameEnd)
    }

    /// Whether a text is a host, with a port or without.
    package static func isGood(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard (1...255).contains(bytes.count) else { return false }
        return name(bytes.rawBytes, at: Place(start: 0, length: bytes.count)) != nil
    }

    // MARK: - Private

    /// Past the last byte of a name or an IPv4 address; `start` when an escape is broken.
    private static func endOfRegisteredName(_ bytes: RawSpan, from start: Int, end: Int) -> Int {
        var index = start
        while index < end {
            let next = Scanner.byte(bytes, index)
            if ByteClass.registeredName.contains(next) {
                index &+= 1
            } else if next == Grammar.percent {
                guard index &+ 2 < end, Grammar.hexadecimal(Scanner.byte(bytes, index &+ 1)) != nil,
                    Grammar.hexadecimal(Scanner.byte(bytes, index &+ 2)) != nil
                else { return start }
                index &+= 3
            } else {
                return index
            }
        }
        return end
    }

    /// Past the closing bracket of `[…]`; `start` when what is between the brackets is neither an address nor `vX.…`.
    private static func endOfLiteral(_ bytes: RawSpan, from start: Int, end: Int) -> Int {
        var index = start &+ 1
        let isFuture = index < end && Grammar.lowercased(Scanner.byte(bytes, index)) == 0x76
        if isFuture {
            index &+= 1
            let digits = index
            while index < end, Grammar.hexadecimal(Scanner.byte(bytes, index)) != nil { index &+= 1 }
            guard index > digits, index < end, Scanner.byte(bytes, index) == Grammar.dot else { return start }
            index &+= 1
        }
        let characters = isFuture ? ByteClass.futureLiteral : ByteClass.addressLiteral
        let inner = index
        while index < end, characters.contains(Scanner.byte(bytes, index)) { index &+= 1 }
        guard index > inner, index < end, Scanner.byte(bytes, index) == Grammar.closeBracket else { return start }
        return index &+ 1
    }

    /// No digit at all, or a number that fits a port.
    private static func isPort(_ bytes: RawSpan, from start: Int, end: Int) -> Bool {
        if end &- start > 5 { return false }
        var port = 0
        var index = start
        while index < end {
            let digit = Scanner.byte(bytes, index) &- Grammar.zero
            if digit > 9 { return false }
            port = port &* 10 &+ Int(digit)
            index &+= 1
        }
        return port <= 65_535
    }
}
