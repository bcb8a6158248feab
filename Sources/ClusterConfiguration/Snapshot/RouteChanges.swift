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
        var left = old.routes.map { (label: $0.label, route: $0) }
        for route in new.routes {
            if let place = left.firstIndex(where: { $0.route == route }) {
                left.remove(at: place)
            } else if let place = left.firstIndex(where: { $0.label == route.label }) {
                changed.append(left.remove(at: place).label)
            } else {
                added.append(route.label)
            }
        }
        removed = left.map(\.label)
        areReordered = isEmpty && old.routes != new.routes
    }

    package var isEmpty: Bool { added.isEmpty && removed.isEmpty && changed.isEmpty && !areReordered }
}

extension Route {
    /// `GET a.example.com/api`
    fileprivate var label: String {
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
