package import Settings

extension Redirect {
    package enum Key: String, SettingKey { case to, status }

    /// The target alone, or a mapping.
    package static func read(_ setting: Setting) -> Redirect? {
        if !setting.isMapping { return readTarget(setting).map(Redirect.init(to:)) }
        guard let fields = setting.fields(Key.self) else { return nil }
        var status = 308
        fields.read(.status, into: &status) { $0.number(among: statuses) }
        guard let to = fields[.to] else {
            return fields.hasUnknownKeys ? nil : setting.fail("\(setting.name) leads nowhere; add \"to\", a URL or a path")
        }
        guard let target = readTarget(to) else { return nil }
        var redirect = Redirect(to: target)
        redirect.status = status
        return redirect
    }

    // MARK: - Private

    private static func readTarget(_ setting: Setting) -> Template? {
        let what = "a URL like https://example.com/, or a path that begins with \"/\""
        guard setting.isScalar else { return setting.expected(what) }
        guard let text = setting.text() else { return nil }
        guard FieldSyntax.isFieldValue(text) else {
            return setting.fail("\(setting.name) holds a line break or another control character, which a URL cannot")
        }
        guard isReference(text) else { return setting.expected(what, not: text) }
        return Template.readForTarget(setting)
    }

    /// What a client takes for the place that was meant: `example.com/x` would lead to a path below the one that it asked for.
    private static func isReference(_ text: String) -> Bool {
        if text.hasPrefix("/") || text.hasPrefix("{{") { return true }
        guard let separator = text.firstRange(of: "://"), let first = text.utf8.first, hasHost(text[separator.upperBound...]) else {
            return false
        }
        let end = separator.lowerBound
        let isLetter = (0x61...0x7a).contains(first | 0x20)
        // RFC 3986 §3.1, and what stands for a part of it.
        return isLetter
            && text[..<end].utf8.allSatisfy { (0x61...0x7a).contains($0 | 0x20) || (0x30...0x39).contains($0) || "+-.{}".utf8.contains($0) }
    }

    /// What follows "://" begins with one (RFC 9110 §4.2.1).
    private static func hasHost(_ text: Substring) -> Bool { text.utf8.first.map { !"/?#:".utf8.contains($0) } ?? false }
}
