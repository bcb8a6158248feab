internal import Settings

/// A key whose value is another in the next configuration.
package struct FieldChange: Equatable, Sendable {
    /// From the outside in: `apps`, `web`, `command`.
    package var keys: [String]
    /// As it is written; nil where there was none. Values of variables are not said: some of them are secrets.
    package var before: String?
    package var after: String?

    /// With dots between: `apps.web.command`.
    package var path: String { keys.joined(separator: ".") }

    /// `apps.web.instances: 2 -> 3`
    package var text: String {
        if keys.dropLast().last == "environment" {
            return "\(path): \(before == nil ? "added" : after == nil ? "removed" : "another value")"
        }
        return "\(path): \(before ?? "none") -> \(after ?? "none")"
    }

    /// Every key with its default in place, but for listeners and routes, which are no mappings.
    package static func all(from old: Configuration, to new: Configuration) -> [FieldChange] {
        let (before, after) = (values(of: old), values(of: new))
        let known = Set(before.map(\.keys))
        let all = before.map(\.keys) + after.map(\.keys).filter { !known.contains($0) }
        let old = Dictionary(before.map { ($0.keys, $0.value) }) { first, _ in first }
        let new = Dictionary(after.map { ($0.keys, $0.value) }) { first, _ in first }
        return all.filter { !isSame(old[$0], new[$0], at: $0) }.map { FieldChange(keys: $0, before: old[$0], after: new[$0]) }
    }

    // MARK: - Private

    /// A key that has no place in one of them may say `none` in the other. To a variable that is a value as any.
    private static func isSame(_ old: String?, _ new: String?, at keys: [String]) -> Bool {
        keys.dropLast().last == "environment" ? old == new : old ?? "none" == new ?? "none"
    }

    private static func values(of configuration: Configuration) -> [(keys: [String], value: String)] {
        let reading = Reading(file: "", environment: { _ in nil })
        var configuration = configuration
        // There may be ten thousand, and they are left out.
        configuration.routes = []
        guard let root = NodeParser.parse(Array(configuration.yaml.utf8), reading), case .mapping(let entries) = root.content else {
            return []
        }
        let lists = [Configuration.Key.listen.rawValue, Configuration.Key.routes.rawValue]
        return entries.filter { !lists.contains($0.key) }.flatMap { values(of: $0.value, at: [$0.key]) }
    }

    private static func values(of node: Node, at keys: [String]) -> [(keys: [String], value: String)] {
        switch node.content {
        case .scalar(let scalar): return [(keys, scalar.text)]
        case .mapping(let entries): return entries.flatMap { values(of: $0.value, at: keys + [$0.key]) }
        case .sequence(let nodes):
            let texts = nodes.map { if case .scalar(let scalar) = $0.content { scalar.text } else { String?.none } }
            if texts.contains(nil) { return nodes.enumerated().flatMap { values(of: $1, at: keys + [String($0)]) } }
            return [(keys, "[" + texts.compactMap(\.self).joined(separator: ", ") + "]")]
        }
    }
}
