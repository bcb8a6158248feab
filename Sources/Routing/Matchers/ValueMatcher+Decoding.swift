internal import HTTP1
internal import Patterns
internal import Settings

extension ValueMatcher {
    /// `headers`: names are tokens without case, values are what a field can hold.
    static func readHeaders(_ setting: Setting) -> [ValueMatcher]? {
        let matchers = readAll(setting, called: "a header", isName: FieldSyntax.isToken) { value in
            let isField = FieldSyntax.isFieldValue(value)
            let isTrimmed = ![value.utf8.first, value.utf8.last].contains { $0.map(Grammar.isWhitespace) ?? false }
            return isField && isTrimmed
        }
        var known: Set<String> = []
        for entry in setting.entries() ?? [] where !known.insert(entry.key.lowercased()).inserted {
            setting.reading.error(
                "the header \"\(entry.key.shortened)\" is there already, in another case; take one of them out", at: entry.keyMark)
        }
        return matchers
    }

    /// `query`: both are compared with what stands behind their escapes.
    static func readQuery(_ setting: Setting) -> [ValueMatcher]? {
        readAll(setting, called: "a query parameter", isName: { !$0.isEmpty }, isValue: { _ in true })
    }

    /// `cookies`: compared as they come (RFC 6265 §4.1.1).
    static func readCookies(_ setting: Setting) -> [ValueMatcher]? {
        readAll(setting, called: "a cookie", isName: FieldSyntax.isToken) { value in
            FieldSyntax.isFieldValue(value) && !value.contains(";")
        }
    }

    // MARK: - Private

    private static func readAll(
        _ setting: Setting, called what: String, isName: (String) -> Bool, isValue: (String) -> Bool
    ) -> [ValueMatcher]? {
        guard let entries = setting.entries() else { return nil }
        let matchers = entries.map { entry -> ValueMatcher? in
            guard isName(entry.key) else {
                setting.reading.error("\"\(entry.key.shortened)\" cannot be the name of \(what)", at: entry.keyMark)
                return nil
            }
            guard let test = ValueTest.read(entry.value) else { return nil }
            if case .equals(let value) = test, !isValue(value) {
                return entry.value.fail("\(what) cannot have this value, so that the route would never match")
            }
            return ValueMatcher(name: entry.key, test)
        }
        let good = matchers.compactMap(\.self)
        return good.count == matchers.count ? good : nil
    }
}

extension ValueTest {
    /// Not among the paths of keys: they stand below names of the user's.
    package enum Key: String, SettingKey { case regex, present }

    /// A value, `{regex: …}` or `{present: …}`.
    static func read(_ setting: Setting) -> ValueTest? {
        if setting.isList { return setting.expected("a value, {regex: …} or {present: true}") }
        if !setting.isMapping { return setting.text().map(ValueTest.equals) }
        guard let fields = setting.fields(Key.self) else { return nil }
        switch (fields[.regex], fields[.present]) {
        case (let regex?, nil): return Pattern.read(regex).map(ValueTest.matches)
        case (nil, let present?): return present.flag().map { $0 ? .present : .absent }
        case (nil, nil):
            return fields.hasUnknownKeys ? nil : setting.fail("\(setting.name) is empty; write a value, {regex: …} or {present: true}")
        case (.some, .some):
            fields.reading.error("what matches is present as well; take \"present\" out", at: fields.mark(of: .present))
            return nil
        }
    }
}
