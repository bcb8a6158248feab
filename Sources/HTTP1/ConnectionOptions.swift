/// What the Connection fields of a head ask for (RFC 9110 §7.6.1).
package struct ConnectionOptions: BitwiseCopyable, Sendable {
    package var closes = false
    package var keepsAlive = false
    package var upgrades = false
    /// Another field is named: it must not go to the next hop.
    var namesFields = false

    init() {}

    /// Adds the options of one field: a list of tokens, in which empty elements do not count (RFC 9110 §5.6.1).
    /// An element that is not a token names nothing that could be in a head, so it has no effect.
    mutating func read(_ bytes: RawSpan, at place: Place) {
        var list = TokenList(place)
        while let option = list.next(bytes) {
            let start = Int(option.start)
            switch option.length {
            case 5 where Scanner.isName(bytes, at: start, "close"): closes = true
            case 7 where Scanner.isName(bytes, at: start, "upgrade"): upgrades = true
            case 10 where Scanner.isName(bytes, at: start, "keep-alive"): keepsAlive = true
            default: namesFields = true
            }
        }
    }
}

/// The elements of a comma-separated list, one after the other, without the whitespace around them.
struct TokenList: BitwiseCopyable {
    private var index: Int
    private let end: Int

    init(_ place: Place) {
        index = Int(place.start)
        end = place.end
    }

    /// The next element that is not empty; nil at the end.
    mutating func next(_ bytes: RawSpan) -> Place? {
        while index < end {
            let comma = Scanner.first(Grammar.comma, in: bytes, from: index, end: end)
            var start = index
            var last = comma
            while start < last, Grammar.isWhitespace(Scanner.byte(bytes, start)) { start &+= 1 }
            while last > start, Grammar.isWhitespace(Scanner.byte(bytes, last &- 1)) { last &-= 1 }
            index = comma &+ 1
            if start < last { return Place(from: start, to: last) }
        }
        return nil
    }
}
