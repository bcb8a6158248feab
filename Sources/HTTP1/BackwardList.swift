/// All fields with one name as one list (RFC 9110 §5.3), read from its last element to its first. What is nearer to the end was added nearer to
/// us: so what a stranger wrote before it, an open quote say, cannot change how it is read.
struct BackwardList: BitwiseCopyable {
    private let name: FieldName
    /// Fields of the table that have not been looked at.
    private var fieldsLeft: Int
    /// What is left of the present field.
    private var start = 0
    private var end = 0

    init(_ name: FieldName, of fields: borrowing FieldTable) {
        self.name = name
        fieldsLeft = fields.count
    }

    /// The next element that is not empty, without the whitespace around it; nil behind the first one.
    mutating func next(_ fields: borrowing FieldTable, _ bytes: RawSpan) -> Place? {
        while true {  // Every turn consumes an element or a field.
            if start == end {
                if fieldsLeft == 0 { return nil }
                fieldsLeft &-= 1
                let field = fields[fieldsLeft]
                if field.name == name { (start, end) = (Int(field.value.start), field.value.end) }
                continue
            }
            let comma = lastComma(bytes)
            var first = comma < start ? start : comma &+ 1
            var last = end
            end = max(comma, start)
            while first < last, Grammar.isWhitespace(Scanner.byte(bytes, first)) { first &+= 1 }
            while last > first, Grammar.isWhitespace(Scanner.byte(bytes, last &- 1)) { last &-= 1 }
            if first < last { return Place(from: first, to: last) }
        }
    }

    /// The last comma that is not within quotes; `start - 1` when there is none.
    private func lastComma(_ bytes: RawSpan) -> Int {
        var isQuoted = false
        var index = end &- 1
        while index >= start {
            let byte = Scanner.byte(bytes, index)
            if byte == Grammar.comma, !isQuoted { return index }
            // A quote that a backslash makes part of the text ends nothing (RFC 9110 §5.6.4).
            if byte == Grammar.quote, !isQuoted || !isEscaped(index, bytes) { isQuoted.toggle() }
            index &-= 1
        }
        return start &- 1
    }

    private func isEscaped(_ place: Int, _ bytes: RawSpan) -> Bool {
        var index = place
        while index > start, Scanner.byte(bytes, index &- 1) == Grammar.backslash { index &-= 1 }
        return (place &- index) & 1 != 0
    }
}
