/// Readers of lists and mappings.
extension Setting {
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
        let name = "an entry of \(name)"
        var values: [Element] = []
        values.reserveCapacity(nodes.count)
        for node in nodes {
            if let value = read(Setting(node, named: name, reading)) { values.append(consume value) }
        }
        return values.count == nodes.count ? values : nil
    }

    /// A mapping with these keys. `refused`: keys that somebody may expect here, and why there are none.
    package func fields<Key: SettingKey>(_ keys: Key.Type, refusing refused: [String: String] = [:]) -> Fields<Key>? {
        guard case .mapping(let entries) = node.content else { return expected(Self.mapping(with: Key.allCases.map(\.rawValue))) }
        return Fields(entries, of: self, refusing: refused)
    }

    /// Many keys would be a lesson, and not an answer.
    private static func mapping(with keys: [String]) -> String { keys.count > 8 ? "a mapping" : "a mapping with \(either(keys))" }

    /// A mapping whose keys are the user's.
    package func entries() -> [(key: String, keyMark: Mark, value: Setting)]? {
        guard case .mapping(let entries) = node.content else { return expected("a mapping") }
        return entries.map { ($0.key, $0.keyMark, Setting($0, reading)) }
    }
}
