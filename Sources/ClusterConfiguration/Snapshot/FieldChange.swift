internal import Routing
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

    /// Every key with its default in place, but for listeners and routes, which are no mappings: first what has changed or is gone, then what is new.
    package static func all(from old: Configuration, to new: Configuration) -> [FieldChange] {
        let (old, new) = (old.without(sameAsIn: new), new.without(sameAsIn: old))
        var comparison = FieldComparison()
        comparison.compare(.mapping(old.comparedEntries), .mapping(new.comparedEntries), at: [])
        return comparison.changes
    }
}

extension Configuration {
    /// What is a list is left out.
    fileprivate var comparedEntries: [Entry] { written.entries.filter { $0.key != Key.listen.rawValue && $0.key != Key.routes.rawValue } }

    /// Without what makes it long and stays: each app and upstream is some fifty keys.
    fileprivate func without(sameAsIn other: Configuration) -> Configuration {
        var rest = self
        // There may be ten thousand, and they are left out.
        rest.routes = []
        rest.listeners = []
        let apps = Dictionary(other.apps.map { ($0.name, $0) }) { first, _ in first }
        rest.apps.removeAll { apps[$0.name] == $0 }
        let upstreams = Dictionary(other.upstreams.map { ($0.name, $0) }) { first, _ in first }
        rest.upstreams.removeAll { upstreams[$0.name] == $0 }
        return rest
    }
}
