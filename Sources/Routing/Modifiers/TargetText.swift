internal import HTTP1
internal import Patterns
internal import Settings

/// The text of a `rewrite`, compiled: its path, and the query that it may have behind a question mark. Whatever a value or a group holds stays within
/// its part: what could end it is escaped, and nothing that a target cannot hold gets out (RFC 3986 §3.3, §3.4).
struct TargetText: Sendable {
    /// A text with values in it, and the group of the pattern behind that.
    private struct Part: Sendable {
        var text = Rendering()
        var group = -1
    }

    private var path: [Part] = []
    private var query: [Part] = []
    let hasQuery: Bool
    let beginsWithSlash: Bool
    /// The client's query is among the values; so it is not added once more.
    let repeatsQuery: Bool

    init(_ pieces: [Substitution.Piece], constants: WorkerConstants, routeName: String?) {
        var parts: [Part] = []
        var part = Part()
        var (hasQuery, repeats) = (false, false)
        var path: [Part] = []
        for piece in pieces.flatMap(Self.atoms) {
            switch piece {
            case .text(let template):
                // In the path a target is its path alone.
                if template.pieces == [.value(.requestQuery)] || hasQuery && template.pieces == [.value(.requestTarget)] { repeats = true }
                guard !hasQuery, case .text(let text)? = template.pieces.first, let mark = text.firstIndex(of: "?") else {
                    part.text.append(Self.escaped(template), constants: constants, routeName: routeName)
                    continue
                }
                part.text.append(text: PathPattern.escaped(String(text[..<mark])))
                path = parts + [part]
                (parts, part, hasQuery) = ([], Part(), true)
                part.text.append(text: PathPattern.escaped(String(text[text.index(after: mark)...])))
            case .group(let number):
                part.group = number
                parts.append(part)
                part = Part()
            }
        }
        parts.append(part)
        self.path = hasQuery ? path : parts
        query = hasQuery ? parts : []
        self.hasQuery = hasQuery
        beginsWithSlash =
            if case .text(let first)? = pieces.first, case .text(let text)? = first.pieces.first { text.hasPrefix("/") } else { false }
        repeatsQuery = repeats
    }

    /// What writing takes at most.
    func measure(
        _ captures: Captures, _ head: borrowing RequestHead, _ bytes: RawSpan, _ context: borrowing RequestContext
    ) -> Int {
        var size = 1
        for index in path.indices { size += Self.measure(path[index], captures, head, bytes, context) }
        for index in query.indices { size += Self.measure(query[index], captures, head, bytes, context) }
        return size
    }

    func writePath(
        _ captures: Captures, of source: RawSpan, _ head: borrowing RequestHead, _ bytes: RawSpan, _ context: borrowing RequestContext,
        to output: inout OutputRawSpan
    ) {
        for index in path.indices { Self.write(path[index], captures, source, head, bytes, context, as: .path, to: &output) }
    }

    func writeQuery(
        _ captures: Captures, of source: RawSpan, _ head: borrowing RequestHead, _ bytes: RawSpan, _ context: borrowing RequestContext,
        to output: inout OutputRawSpan
    ) {
        for index in query.indices { Self.write(query[index], captures, source, head, bytes, context, as: .query, to: &output) }
    }

    /// What the configuration's own text in a target may hold; what is wrong with it is said.
    static func isGood(_ text: String, _ setting: Setting) -> Bool {
        if text.contains("#") || text.contains("\\") {
            setting.error("no target of a request has \"#\" or a backslash in it; take it out")
        } else if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) {
            setting.error("\(setting.name) holds a line break or another control character, which no target has")
        } else {
            return true
        }
        return false
    }

    // MARK: - Private

    /// Templates of one piece each.
    private static func atoms(_ piece: Substitution.Piece) -> [Substitution.Piece] {
        guard case .text(let template) = piece else { return [piece] }
        return template.pieces.map { .text(Template($0)) }
    }

    private static func escaped(_ template: Template) -> Template {
        if case .text(let text)? = template.pieces.first { Template(literal: PathPattern.escaped(text)) } else { template }
    }

    private static func measure(
        _ part: Part, _ captures: Captures, _ head: borrowing RequestHead, _ bytes: RawSpan, _ context: borrowing RequestContext
    ) -> Int {
        // Every byte may have to be escaped, and the path be the matched one in place of the one that came.
        3
            * (part.text.measure(head, bytes, context) + part.text.pathCount * context.matchedPath.byteCount
                + (captures[part.group]?.count ?? 0))
    }

    private static func write(
        _ part: Part, _ captures: Captures, _ source: RawSpan, _ head: borrowing RequestHead, _ bytes: RawSpan,
        _ context: borrowing RequestContext, as form: ValueForm, to output: inout OutputRawSpan
    ) {
        part.text.write(head, bytes, context, as: form, to: &output)
        output.append(captures.of(source, group: part.group), as: form)
    }
}
