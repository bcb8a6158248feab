/// Readers of single values.
extension Setting {
    // MARK: - Texts

    /// Any text with its `${…}` replaced, also one that looks like something else: `no` and `8080` are texts where a text is wanted.
    package func text() -> String? {
        guard let scalar, !scalar.isNull else { return expected("a text") }
        return replaced(scalar)
    }

    /// A text that is going to be something else: what it must be.
    package func word(_ what: String) -> String? {
        guard let scalar, !scalar.isNull else { return expected(what) }
        return replaced(scalar)
    }

    /// Whether it is written as a number: where a text is wanted something else may have been meant.
    package var isWrittenAsNumber: Bool { scalar.map { $0.style == .plain && Int($0.text) != nil } ?? false }

    package func choice<Choice: RawRepresentable<String> & CaseIterable>(_ type: Choice.Type) -> Choice? {
        let words = Choice.allCases.map(\.rawValue)
        guard let text = word(Self.either(words)) else { return nil }
        if let choice = Choice.allCases.first(where: { $0.rawValue.dashed == text.dashed }) { return choice }
        return fail("\(name) must be \(Self.either(words)), not \"\(text.shortened)\"\(Self.hint(text, among: words))")
    }

    package func signal() -> SignalName? {
        let names = SignalName.allCases.map(\.rawValue)
        guard let text = word("a signal") else { return nil }
        let bare = text.hasPrefix("SIG") ? String(text.dropFirst(3)) : text
        if let signal = SignalName(rawValue: bare) { return signal }
        return fail("\(name) must be \(Self.either(names)), not \"\(text.shortened)\"\(Self.hint(bare, among: names))")
    }

    package func flag() -> Bool? {
        guard let text = word("true or false") else { return nil }
        switch (isPlain, text) {
        case (true, "true"): return true
        case (true, "false"): return false
        default: return expected("true or false", not: text)
        }
    }

    // MARK: - Numbers

    /// Without quotes and without leading zeros, which other readers of YAML take for octal.
    package func number(in range: ClosedRange<Int>, or others: String = "") -> Int? {
        let what = "a whole number from \(range.lowerBound) to \(range.upperBound)" + (others.isEmpty ? "" : " or \(others)")
        return wholeNumber(what) { range.contains($0) }
    }

    /// One of these.
    package func number(among numbers: [Int]) -> Int? { wholeNumber(Self.either(numbers.map(String.init))) { numbers.contains($0) } }

    private func wholeNumber(_ what: String, isGood: (Int) -> Bool) -> Int? {
        guard let text = word(what) else { return nil }
        if !isPlain { return fail("\(name) must be \(what), without quotes") }
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard digits == "0" || !digits.hasPrefix("0"), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text),
            isGood(number)
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

    // MARK: - Private

    private static func hint(_ word: String, among words: [String]) -> String {
        Spelling.nearest(to: word, of: words).map { " (did you mean \"\($0)\"?)" } ?? ""
    }

    /// Whether it may be more than a text: written without quotes, or filled in by a variable, which cannot stand inside `{ }` without them.
    private var isPlain: Bool { scalar?.style == .plain || !variables.isEmpty }

    static func either(_ words: [String]) -> String {
        words.count < 2 ? words.joined() : words.dropLast().joined(separator: ", ") + " or " + words[words.count - 1]
    }
}

extension String {
    fileprivate var dashed: String { replacing("_", with: "-") }
}
