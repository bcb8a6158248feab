/// One element of a Forwarded field (RFC 7239 §4): what one proxy says of one hop.
struct ForwardedElement: BitwiseCopyable {
    /// Without quotes; nil when it is not said.
    private(set) var source: Place?
    private(set) var host: Place?
    private(set) var scheme: Place?

    /// nil when the grammar is broken, or a parameter is there twice.
    init?(_ bytes: RawSpan, at place: Place) {
        var index = Int(place.start)
        while index < place.end {  // Every turn consumes a pair and the semicolon behind it.
            while index < place.end, Grammar.isWhitespace(Scanner.byte(bytes, index)) { index &+= 1 }
            let name = Place(from: index, to: Scanner.endOfToken(bytes, from: index, end: place.end))
            index = name.end
            guard !name.isEmpty, index < place.end, Scanner.byte(bytes, index) == Grammar.equalsSign else { return nil }
            index &+= 1
            guard let value = Self.value(bytes, at: &index, end: place.end), take(name, value, bytes) else { return nil }
            while index < place.end, Grammar.isWhitespace(Scanner.byte(bytes, index)) { index &+= 1 }
            if index == place.end { return }
            guard Scanner.byte(bytes, index) == Grammar.semicolon else { return nil }
            index &+= 1
        }
    }

    /// False when it is there already. Other parameters are somebody else's.
    private mutating func take(_ name: Place, _ value: Place, _ bytes: RawSpan) -> Bool {
        let start = Int(name.start)
        switch name.length {
        case 3 where Scanner.equals(bytes, at: start, "for"):
            if source != nil { return false }
            source = value
        case 4 where Scanner.equals(bytes, at: start, "host"):
            if host != nil { return false }
            host = value
        case 5 where Scanner.equals(bytes, at: start, "proto"):
            if scheme != nil { return false }
            scheme = value
        default: break
        }
        return true
    }

    /// A token, more lenient than it has to be since addresses come without their quotes, or what is between two quotes. Escapes in it stay: none
    /// of the values that we look for can have one.
    private static func value(_ bytes: RawSpan, at index: inout Int, end: Int) -> Place? {
        let start = index
        if start < end, Scanner.byte(bytes, start) == Grammar.quote {
            index &+= 1
            while index < end, Scanner.byte(bytes, index) != Grammar.quote {
                index &+= Scanner.byte(bytes, index) == Grammar.backslash ? 2 : 1
            }
            if index >= end { return nil }
            index &+= 1
            return Place(from: start &+ 1, to: index &- 1)
        }
        while index < end, Scanner.byte(bytes, index) != Grammar.semicolon, !Grammar.isWhitespace(Scanner.byte(bytes, index)) {
            if Scanner.byte(bytes, index) == Grammar.quote { return nil }
            index &+= 1
        }
        return Place(from: start, to: index)
    }
}
