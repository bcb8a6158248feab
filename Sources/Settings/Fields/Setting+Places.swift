/// Where in the file a part of a text is.
extension Setting {
    /// The variables that the text names.
    package var variables: [String] { scalar.flatMap { try? Variables($0.text).names } ?? [] }

    /// As `fail`, where the text names a variable.
    package func fail<Value>(_ message: @autoclosure () -> String, atVariable name: String) -> Value? {
        guard let scalar, let place = (try? Variables(scalar.text))?.offset(of: name) else { return fail(message()) }
        return fail(message(), at: place, in: scalar.text)
    }

    /// The place of a character of the text in the file, as far as it stands there as it is; else of the value.
    func mark(ofCharacter offset: Int) -> Mark {
        guard let scalar else { return mark }
        return reading.mark(ofCharacter: offset, ofValueAt: mark) { find(offset, in: scalar) }
    }

    private func find(_ offset: Int, in scalar: Scalar) -> Mark {
        let before = Array(scalar.text.unicodeScalars.prefix(offset))
        let lineOffset = scalar.style == .block ? before.count { $0 == "\n" } : 0
        let line = mark.line + (scalar.style == .block ? 1 + lineOffset : 0)
        let lineStart = scalar.style == .block ? before.lastIndex(of: "\n").map { $0 + 1 } ?? 0 : 0
        let text = before[lineStart...]
        guard let shown = SourceText.line(line, of: reading.source) else { return mark }
        let source = Array(shown.unicodeScalars)
        let start: Int
        switch scalar.style {
        case .plain: start = mark.column - 1
        case .quoted: start = mark.column
        case .block: start = blockIndentation(of: scalar)
        }
        guard start <= source.count, source[start...].starts(with: text) else { return mark }
        return Mark(line: line, column: start + text.count + 1)
    }

    /// Of the first line of a block that has text.
    private func blockIndentation(of scalar: Scalar) -> Int {
        let empty = scalar.text.unicodeScalars.prefix { $0 == "\n" }.count
        guard let line = SourceText.line(mark.line + 1 + empty, of: reading.source) else { return 0 }
        let own = scalar.text.unicodeScalars.dropFirst(empty).prefix { $0 == " " }.count
        // Where the block does not begin below its mark (an anchor may stand on a line of its own) this is another line.
        return max(0, line.unicodeScalars.prefix { $0 == " " }.count - own)
    }
}
