/// A value of the file with the name that messages call it by. Each reader gives the value, or nil after it has said what is wrong.
package struct Setting {
    package let node: Node
    /// `"port"`, or `an entry of "methods"`.
    package let name: String
    package let reading: Reading

    package init(_ node: Node, named name: String, _ reading: Reading) {
        self.node = node
        self.name = name
        self.reading = reading
    }

    package var mark: Mark { node.mark }

    package var isScalar: Bool {
        if case .scalar = node.content { true } else { false }
    }

    package var isList: Bool {
        if case .sequence = node.content { true } else { false }
    }

    package var isMapping: Bool {
        if case .mapping = node.content { true } else { false }
    }

    /// Whether it is this word, so that it need not be anything else.
    package func isWord(_ word: String) -> Bool { scalar?.text == word }

    // MARK: - Saying what is wrong

    /// Always nil, so that a reader can end with it.
    @discardableResult
    package func fail<Value>(_ message: String) -> Value? {
        reading.error(message, at: mark)
        return nil
    }

    /// The same at a character of the value's text, which points into the file when nothing in it was replaced.
    @discardableResult
    package func fail<Value>(_ message: String, at character: Int, in text: String) -> Value? {
        reading.error(message, at: text == scalar?.text ? mark(ofCharacter: character) : mark)
        return nil
    }

    package func warn(_ message: String) { reading.warning(message, at: mark) }

    /// `"port" must be a whole number, not "abc"`
    @discardableResult
    package func expected<Value>(_ what: String, not text: String? = nil) -> Value? {
        if let scalar, scalar.isNull, text == nil { return fail("\(name) must be \(what), but has no value") }
        return fail("\(name) must be \(what), not \(text.map { "\"\($0.shortened)\"" } ?? node.kindName)")
    }

    /// The place of a character of the text in the file, as far as it stands there as it is; else of the value.
    func mark(ofCharacter offset: Int) -> Mark {
        guard let scalar else { return mark }
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
        return line.unicodeScalars.prefix { $0 == " " }.count - own
    }

    // MARK: - Texts

    /// Any text with its `${…}` replaced, also one that looks like something else: `no` and `8080` are texts where a text is wanted.
    package func text() -> String? {
        guard let scalar, !scalar.isNull else { return expected("a text") }
        return replaced(scalar)
    }

    /// The variables that the text names.
    package var variables: [String] { scalar.flatMap { try? Variables($0.text).names } ?? [] }

    /// As `fail`, where the text names a variable.
    package func fail<Value>(_ message: String, atVariable name: String) -> Value? {
        guard let scalar, let place = (try? Variables(scalar.text))?.offset(of: name) else { return fail(message) }
        return fail(message, at: place, in: scalar.text)
    }

    package func choice<Choice: RawRepresentable<String> & CaseIterable>(_ type: Choice.Type) -> Choice? {
        let words = Choice.allCases.map(\.rawValue)
        guard let text = word(Self.either(words)) else { return nil }
        if let choice = Choice.allCases.first(where: { $0.rawValue.dashed == text.dashed }) { return choice }
        let nearest = Spelling.nearest(to: text, of: words).map { " (did you mean \"\($0)\"?)" } ?? ""
        return fail("\(name) must be \(Self.either(words)), not \"\(text.shortened)\"\(nearest)")
    }

    package func signal() -> SignalName? {
        let names = SignalName.allCases.map(\.rawValue)
        guard let text = word("a signal") else { return nil }
        let bare = text.hasPrefix("SIG") ? String(text.dropFirst(3)) : text
        if let signal = SignalName(rawValue: bare) { return signal }
        let nearest = Spelling.nearest(to: bare, of: names).map { " (did you mean \"\($0)\"?)" } ?? ""
        return fail("\(name) must be \(Self.either(names)), not \"\(text.shortened)\"\(nearest)")
    }

    package func flag() -> Bool? {
        guard let text = word("true or false") else { return nil }
        switch (scalar?.style, text) {
        case (.plain, "true"): return true
        case (.plain, "false"): return false
        default: return expected("true or false", not: text)
        }
    }

    // MARK: - Numbers

    /// Without quotes and without leading zeros, which other readers of YAML take for octal.
    package func number(in range: ClosedRange<Int>, or others: String = "") -> Int? {
        let what = "a whole number from \(range.lowerBound) to \(range.upperBound)" + (others.isEmpty ? "" : " or \(others)")
        guard let text = word(what) else { return nil }
        if scalar?.style != .plain { return fail("\(name) must be \(what), without quotes") }
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard digits == "0" || !digits.hasPrefix("0"), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text),
            range.contains(number)
        else { return expected(what, not: text) }
        return number
    }

    package func decimal(in range: ClosedRange<Int>) -> Double? {
        let what = "a number from \(range.lowerBound) to \(range.upperBound)"
        guard let text = word(what) else { return nil }
        guard let number = try? Units.decimal(text), number >= Double(range.lowerBound), number <= Double(range.upperBound) else {
            return expected(what, not: text)
        }
        return number
    }

    /// 0…1, as `0.2` or `20%`.
    package func ratio() -> Double? {
        let what = "a ratio from 0 to 1 (0.2 or 20%)"
        guard let text = word(what) else { return nil }
        guard let ratio = try? Units.ratio(text), ratio <= 1 else { return expected(what, not: text) }
        return ratio
    }

    package func duration(in range: ClosedRange<Duration>) -> Duration? {
        let what = "a duration from \(Units.text(of: range.lowerBound)) to \(Units.text(of: range.upperBound)) (250ms, 5s, 2m, 1h)"
        guard let text = word(what) else { return nil }
        do throws(Units.Fault) {
            let duration = try Units.duration(text)
            if range.contains(duration) { return duration }
        } catch {
            if error == .tooFine { return fail("\(name) is finer than a millisecond: \"\(text.shortened)\"") }
        }
        return expected(what, not: text)
    }

    package func size(in range: ClosedRange<Int>) -> Int? {
        let what = "a size from \(Units.text(ofSize: range.lowerBound)) to \(Units.text(ofSize: range.upperBound)) (512, 64KiB, 10MB)"
        guard let text = word(what) else { return nil }
        guard let size = try? Units.size(text), range.contains(size) else { return expected(what, not: text) }
        return size
    }

    /// Permissions, in octal.
    package func mode() -> Int? {
        let what = "permissions in octal, from 0000 to 0777"
        guard let text = word(what) else { return nil }
        guard let mode = try? Units.mode(text), mode <= 0o777 else { return expected(what, not: text) }
        return mode
    }

    // MARK: - Structure

    /// A list in which every entry is read the same way; nil when an entry is not good.
    package func list<Element>(_ read: (Setting) -> Element?) -> [Element]? {
        guard case .sequence(let nodes) = node.content else { return expected("a list") }
        return elements(nodes, read)
    }

    /// A list, or one entry for a list of one.
    package func oneOrMore<Element>(_ read: (Setting) -> Element?) -> [Element]? {
        if case .sequence(let nodes) = node.content {
            if nodes.isEmpty { return fail("\(name) is an empty list; give it an entry, or take it out") }
            return elements(nodes, read)
        }
        return read(self).map { [$0] }
    }

    private func elements<Element>(_ nodes: [Node], _ read: (Setting) -> Element?) -> [Element]? {
        let values = nodes.map { read(Setting($0, named: "an entry of \(name)", reading)) }
        let good = values.compactMap(\.self)
        return good.count == values.count ? good : nil
    }

    /// A mapping with these keys.
    package func fields<Key: SettingKey>(_ keys: Key.Type) -> Fields<Key>? {
        guard case .mapping(let entries) = node.content else { return expected("a mapping") }
        return Fields(entries, of: self)
    }

    /// A mapping whose keys are the user's.
    package func entries() -> [(key: String, keyMark: Mark, value: Setting)]? {
        guard case .mapping(let entries) = node.content else { return expected("a mapping") }
        return entries.map { ($0.key, $0.keyMark, Setting($0.value, named: "\"\($0.key)\"", reading)) }
    }

    // MARK: - Private

    private var scalar: Scalar? {
        if case .scalar(let scalar) = node.content { scalar } else { nil }
    }

    /// A text that is going to be something else.
    private func word(_ what: String) -> String? {
        guard let scalar, !scalar.isNull else { return expected(what) }
        return replaced(scalar)
    }

    private func replaced(_ scalar: Scalar) -> String? {
        let variables: Variables
        do throws(Variables.Fault) {
            variables = try Variables(scalar.text)
        } catch {
            return fail(error.message, at: error.offset, in: scalar.text)
        }
        var text = ""
        var isGood = true
        for (piece, offset) in variables.pieces {
            switch piece {
            case .text(let literal): text += literal
            case .variable(let name, let fallback):
                let value = reading.environment(name)
                if let value, !value.isEmpty || fallback == nil {
                    text += value
                } else if let fallback {
                    text += fallback
                } else {
                    isGood = false
                    reading.error(
                        "the environment variable \(name) is not set; set it, or write ${\(name):-default}", at: mark(ofCharacter: offset))
                }
            }
        }
        return isGood ? text : nil
    }

    private static func either(_ words: [String]) -> String {
        words.count < 2 ? words.joined() : words.dropLast().joined(separator: ", ") + " or " + words[words.count - 1]
    }
}

extension String {
    fileprivate var dashed: String { replacing("_", with: "-") }
}
