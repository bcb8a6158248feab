extension ResponseHead {
    /// How long the server keeps an idle connection, in seconds, where it says so: `Keep-Alive: timeout=5` (RFC 2068 §19.7.1.1, which everybody
    /// follows and no later standard has).
    package func keepAliveSeconds(in bytes: RawSpan) -> Int? {
        guard let field = fields.first(.keepAlive) else { return nil }
        let text = field.value.of(bytes)
        var index = 0
        while index < text.byteCount {  // Every turn consumes a parameter.
            while index < text.byteCount, Grammar.isWhitespace(text.byte(index)) || text.byte(index) == Grammar.comma { index += 1 }
            let end = Scanner.first(Grammar.comma, in: text, from: index, end: text.byteCount)
            if let seconds = Self.timeout(text.extracting(index..<end)) { return seconds }
            index = end
        }
        return nil
    }

    private static func timeout(_ parameter: RawSpan) -> Int? {
        guard parameter.byteCount > 8, Scanner.equals(parameter, at: 0, "timeout") else { return nil }
        var index = 7
        while index < parameter.byteCount, Grammar.isWhitespace(parameter.byte(index)) { index += 1 }
        guard index < parameter.byteCount, parameter.byte(index) == Grammar.equalsSign else { return nil }
        index += 1
        while index < parameter.byteCount, Grammar.isWhitespace(parameter.byte(index)) { index += 1 }
        var seconds = 0
        var digits = 0
        while index < parameter.byteCount, Grammar.isDigit(parameter.byte(index)), digits < 9 {
            seconds = seconds * 10 + Int(parameter.byte(index) - Grammar.zero)
            digits += 1
            index += 1
        }
        return digits > 0 ? seconds : nil
    }
}
