/// What a request would rather read, by its Accept fields (RFC 9110 §12.5.1), where there is a choice between a text and JSON.
package struct Accept: BitwiseCopyable, Sendable {
    /// In thousandths, of the most specific range that there is for each; a range for anything is for both.
    private var json = Quality()
    private var text = Quality()
    /// JSON itself was named: a range alone asks for nothing in particular.
    private var namesJSON = false

    /// The qualities of one kind, by how much their ranges say.
    private struct Quality: BitwiseCopyable {
        private var exact = -1
        private var type = -1
        private var any = -1

        init() {}

        var value: Int { exact >= 0 ? exact : type >= 0 ? type : max(any, 0) }

        mutating func noteExact(_ quality: Int) { exact = max(exact, quality) }
        mutating func noteType(_ quality: Int) { type = max(type, quality) }
        mutating func noteAny(_ quality: Int) { any = max(any, quality) }
    }

    /// Reads the Accept fields of a head that was read from `bytes`.
    package init(_ head: borrowing RequestHead, _ bytes: RawSpan) {
        if !Self.mayNameJSON(head, bytes) { return }
        var index = 0
        while index < head.fields.count {
            let field = head.fields[index]
            if field.name == .accept { read(bytes, at: field.value) }
            index &+= 1
        }
    }

    /// JSON is named, and nothing is said against it: what names neither, as browsers and curl do, gets the text.
    package var prefersJSON: Bool { namesJSON && json.value > 0 && json.value >= text.value }

    // MARK: - Private

    /// Nothing else matters where it is not named; that is so with nearly all, and length and a letter tell.
    private static func mayNameJSON(_ head: borrowing RequestHead, _ bytes: RawSpan) -> Bool {
        var index = 0
        while index < head.fields.count {
            let field = head.fields[index]
            index &+= 1
            guard field.name == .accept, field.value.length >= 16 else { continue }
            let (start, end) = (Int(field.value.start), field.value.end)
            if Scanner.first(0x6a, in: bytes, from: start, end: end) < end || Scanner.first(0x4a, in: bytes, from: start, end: end) < end {
                return true
            }
        }
        return false
    }

    private mutating func read(_ bytes: RawSpan, at place: Place) {
        var ranges = TokenList(place)
        while let range = ranges.next(bytes) { note(range, bytes) }
    }

    private mutating func note(_ range: Place, _ bytes: RawSpan) {
        let end = Scanner.first(Grammar.semicolon, in: bytes, from: Int(range.start), end: range.end)
        let quality = quality(bytes, from: end, end: range.end)
        var nameEnd = end
        while nameEnd > Int(range.start), Grammar.isWhitespace(Scanner.byte(bytes, nameEnd &- 1)) { nameEnd &-= 1 }
        let start = Int(range.start)
        switch nameEnd &- start {
        case 3 where Scanner.equals(bytes, at: start, "*/*"):
            json.noteAny(quality)
            text.noteAny(quality)
        case 6 where Scanner.equals(bytes, at: start, "text/*"): text.noteType(quality)
        case 10 where Scanner.equals(bytes, at: start, "text/plain"): text.noteExact(quality)
        case 13 where Scanner.equals(bytes, at: start, "application/*"): json.noteType(quality)
        case 16 where Scanner.equals(bytes, at: start, "application/json"),
            24 where Scanner.equals(bytes, at: start, "application/problem+json"):
            json.noteExact(quality)
            namesJSON = true
        default: break
        }
    }

    /// Of the parameter `q` between two places, 1000 where there is none or one that is no number (RFC 9110 §12.4.2).
    private func quality(_ bytes: RawSpan, from start: Int, end: Int) -> Int {
        var index = start
        while index < end {  // At the semicolon before a parameter.
            index &+= 1
            while index < end, Grammar.isWhitespace(Scanner.byte(bytes, index)) { index &+= 1 }
            if index &+ 2 < end, Scanner.equals(bytes, at: index, "q=") { return thousandths(bytes, from: index &+ 2, end: end) }
            index = Scanner.first(Grammar.semicolon, in: bytes, from: index, end: end)
        }
        return 1000
    }

    private func thousandths(_ bytes: RawSpan, from start: Int, end: Int) -> Int {
        if Scanner.byte(bytes, start) != Grammar.zero { return 1000 }
        var (value, digit, index) = (0, 100, start &+ 2)
        guard start &+ 1 < end, Scanner.byte(bytes, start &+ 1) == Grammar.dot else { return 0 }
        while index < end, digit > 0, Grammar.isDigit(Scanner.byte(bytes, index)) {
            value &+= Int(Scanner.byte(bytes, index) &- Grammar.zero) &* digit
            digit /= 10
            index &+= 1
        }
        return value
    }
}
