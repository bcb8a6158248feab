internal import Settings

/// Two trees of keys side by side, and the keys whose values differ. The trees and not their texts: those have bounds that a file of a user's has, and
/// with every default in place they may be longer.
struct FieldComparison {
    private var changed: [FieldChange] = []
    private var added: [FieldChange] = []

    var changes: [FieldChange] { changed + added }

    /// nil where there is none.
    mutating func compare(_ old: Node.Content?, _ new: Node.Content?, at keys: [String]) {
        if old == new { return }
        switch (old.map(Value.init), new.map(Value.init)) {
        case (.parts(let old)?, .parts(let new)?):
            let others = Dictionary(new.map { ($0.key, $0.content) }) { first, _ in first }
            let known = Set(old.map(\.key))
            for part in old { compare(part.content, others[part.key], at: keys + [part.key]) }
            for part in new where !known.contains(part.key) { compare(nil, part.content, at: keys + [part.key]) }
        case (.text(let old)?, .text(let new)?): note(old, new, at: keys)
        case (let old, let new):
            take(old, at: keys) { $0.note($1, nil, at: $2) }
            take(new, at: keys) { $0.note(nil, $1, at: $2) }
        }
    }

    // MARK: - Private

    /// As changes name it.
    private enum Value {
        case text(String)
        case parts([(key: String, content: Node.Content)])

        init(_ content: Node.Content) {
            switch content {
            case .scalar(let scalar): self = .text(scalar.text)
            case .mapping(let entries): self = .parts(entries.map { ($0.key, $0.value.content) })
            case .sequence(let nodes):
                let texts = nodes.compactMap { if case .scalar(let scalar) = $0.content { scalar.text } else { nil } }
                self =
                    texts.count == nodes.count
                    ? .text("[" + texts.joined(separator: ", ") + "]") : .parts(nodes.enumerated().map { (String($0), $1.content) })
            }
        }
    }

    /// Every text of what only one side has.
    private mutating func take(_ value: Value?, at keys: [String], _ note: (inout FieldComparison, String, [String]) -> Void) {
        switch value {
        case .text(let text)?: note(&self, text, keys)
        case .parts(let parts)?: for part in parts { take(Value(part.content), at: keys + [part.key], note) }
        case nil: break
        }
    }

    private mutating func note(_ old: String?, _ new: String?, at keys: [String]) {
        if Self.isSame(old, new, at: keys) { return }
        let change = FieldChange(keys: keys, before: old, after: new)
        if old == nil { added.append(change) } else { changed.append(change) }
    }

    /// A key that has no place in one of them may say `none` in the other. To a variable that is a value as any.
    private static func isSame(_ old: String?, _ new: String?, at keys: [String]) -> Bool {
        keys.dropLast().last == "environment" ? old == new : old ?? "none" == new ?? "none"
    }
}
