internal import Patterns
internal import Settings

extension Modifiers {
    /// All of a route's; `path` is the route's own, nil when it is not good.
    static func read(_ fields: Fields<Route.Key>, path: PathPattern?) -> Modifiers {
        var modifiers = Modifiers()
        fields.read(.responseHeaders, into: &modifiers.responseHeaders) { HeaderEdits.read($0, of: .response) }
        if fields.answersItself {
            for key in [Route.Key.stripPrefix, .rewrite, .requestHeaders, .hostHeader] where fields.has(key) {
                fields.reading.error(
                    "\"\(key.rawValue)\" is for requests that go to an upstream; this route answers them itself", at: fields.mark(of: key))
            }
            return modifiers
        }
        fields.read(.requestHeaders, into: &modifiers.requestHeaders) { HeaderEdits.read($0, of: .request) }
        fields.read(.hostHeader, into: &modifiers.hostHeader, HostHeader.read)
        if let setting = fields[.stripPrefix] { modifiers.target = StripPrefix.read(setting, path: path).map(TargetModifier.strip) }
        if let setting = fields[.rewrite] { modifiers.target = Rewrite.read(setting).map(TargetModifier.rewrite) ?? modifiers.target }
        if fields.has(.stripPrefix), fields.has(.rewrite) {
            fields.reading.error(
                "\"strip_prefix\" and \"rewrite\" both make the target; take one of them out", at: fields.mark(of: .rewrite))
        }
        return modifiers
    }
}

extension StripPrefix {
    /// `true`, or a path; `false` is none.
    static func read(_ setting: Setting, path: PathPattern?) -> StripPrefix? {
        if setting.isWord("false") { return nil }
        guard setting.isWord("true") else { return PathPattern.readPath(setting).flatMap { read($0, setting) } }
        switch path {
        case .prefix("/"): setting.warn("the route's \"path\" is \"/\": there is no prefix to take off")
        case .prefix, .exact, nil: break
        case .regex:
            return setting.fail("the route's \"path\" has no prefix to take off; write the one that is meant: \"strip_prefix: /api\"")
        }
        return .matched
    }

    private static func read(_ path: String, _ setting: Setting) -> StripPrefix? {
        var path = Shadows.key(path) ?? path
        while path.hasSuffix("/") { path.removeLast() }
        return path.isEmpty ? setting.fail("\"/\" is no prefix that could be taken off; write one like \"/api\"") : .path(path)
    }
}

extension Rewrite {
    package enum Key: String, SettingKey { case path, regex, to }

    /// As it is written in a configuration.
    package var texts: [(key: Key, text: String)] {
        switch self {
        case .path(let template): [(.path, template.text)]
        case .pattern(let pattern, let substitution): [(.regex, pattern.text), (.to, substitution.text)]
        }
    }

    static func read(_ setting: Setting) -> Rewrite? {
        guard let fields = setting.fields(Key.self) else { return nil }
        let path = fields[.path].flatMap(readPath)
        let pattern = fields[.regex].flatMap(readPattern)
        let substitution = fields[.to].flatMap { Substitution.read($0, groups: pattern?.groupCount) }
        switch (fields.has(.path), fields.has(.regex), fields.has(.to)) {
        case (true, false, false): return path.map(Rewrite.path)
        case (false, true, true):
            guard let pattern, let substitution else { return nil }
            return .pattern(pattern, to: substitution)
        default:
            return fields.hasUnknownKeys
                ? nil : setting.fail("\"rewrite\" has a \"path\", or a \"regex\" and what it is replaced with as \"to\"")
        }
    }

    private static func readPath(_ setting: Setting) -> Template? {
        guard let text = setting.text() else { return nil }
        guard text.hasPrefix("/") else { return setting.expected("a path that begins with \"/\"", not: text) }
        if text.contains("?") { return setting.fail("the query stays what it is; take \"?\" and what follows out") }
        return TargetText.isGood(text, setting) ? Template.readForTarget(setting) : nil
    }

    private static func readPattern(_ setting: Setting) -> Pattern? {
        guard let text = setting.text() else { return nil }
        do throws(PatternFault) {
            return try Pattern(text)
        } catch {
            let before = String(decoding: text.utf8.prefix(error.offset), as: UTF8.self)
            return setting.fail("this is no regular expression: \(error.message)", at: before.unicodeScalars.count, in: text)
        }
    }
}

extension Substitution {
    /// `groups`: how many the pattern has; nil when that is not known.
    static func read(_ setting: Setting, groups: Int?) -> Substitution? {
        guard let text = setting.text(), TargetText.isGood(text, setting) else { return nil }
        guard let template = Template.readForTarget(setting) else { return nil }
        var pieces: [Piece] = []
        for piece in template.pieces {
            switch piece {
            case .value: pieces.append(.text(Template(piece)))
            case .text(let text):
                guard let found = read(text[...], groups: groups, setting) else { return nil }
                pieces += found
            }
        }
        return Substitution(pieces: pieces)
    }

    /// `$1`, `${1}` and `$$` in a text without `{{…}}`.
    private static func read(_ text: Substring, groups: Int?, _ setting: Setting) -> [Piece]? {
        var pieces: [Piece] = []
        var literal = ""
        var rest = text
        while let dollar = rest.firstIndex(of: "$") {
            literal += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            if rest.hasPrefix("$") {
                literal += "$"
                rest.removeFirst()
                continue
            }
            let isBraced = rest.hasPrefix("{")
            let name = isBraced ? rest.dropFirst().prefix { $0 != "}" } : rest.prefix(1)
            guard name.utf8.count == 1, let number = Int(name), !isBraced || rest.dropFirst(2).hasPrefix("}") else {
                return setting.fail("behind \"$\" stands the number of a group, 0 to 9; \"$$\" is a dollar sign")
            }
            if let groups, number > groups {
                return setting.fail("\"$\(number)\" is no group: the \"regex\" has \(groups == 0 ? "none" : "\(groups)")")
            }
            rest = rest.dropFirst(isBraced ? 3 : 1)
            if !literal.isEmpty { pieces.append(.text(Template(literal: literal))) }
            literal = ""
            pieces.append(.group(number))
        }
        literal += rest
        if !literal.isEmpty { pieces.append(.text(Template(literal: literal))) }
        return pieces
    }
}
