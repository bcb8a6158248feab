internal import Patterns
internal import Routing

/// What becomes of routes, each by its name, or by what it matches where it has none.
package struct RouteChanges: Equatable, Sendable {
    package var added: [String] = []
    package var removed: [String] = []
    package var changed: [String] = []
    /// The same routes in another order.
    package var areReordered = false

    package init(from old: Configuration, to new: Configuration) {
        var left = RemainingRoutes(old.routes)
        // Those that stay are found first: one that was changed has the name of another where several match the same.
        for route in new.routes.filter({ !left.take($0) }) {
            if left.takeAny(labelled: route.label) { changed.append(route.label) } else { added.append(route.label) }
        }
        removed = left.labels
        areReordered = isEmpty && old.routes != new.routes
    }

    package var isEmpty: Bool { added.isEmpty && removed.isEmpty && changed.isEmpty && !areReordered }
}

extension Route {
    /// `GET a.example.com/api`
    var label: String {
        if let name { return name }
        let place = hosts.map(\.text).joined(separator: ",")
        let path =
            switch path {
            case .prefix(let path): path
            case .exact(let path): "=\(path)"
            case .regex(let pattern): "~\(pattern.text)"
            }
        return (methods.isEmpty ? "" : methods.joined(separator: ",") + " ") + place + path
    }
}
