internal import HTTP1

/// Which routes leave nothing for those after them, by the order of precedence that `RouteTable` follows.
struct Shadows {
    private struct Place: Hashable {
        /// nil is every host.
        var host: HostPattern?
        var path: PathPattern
    }

    /// Lines of the routes that take a method, or every method, at a place.
    private struct Taken {
        var methods: [String: Int] = [:]
        var everyMethod: Int?
    }

    private var places: [Place: Taken] = [:]

    /// The line of the route that takes everything from this one, when there is one; and this one takes its place.
    mutating func cast(by route: Route, on line: Int) -> Int? {
        let path = Self.normalForm(of: route.path)
        let hosts: [HostPattern?] = route.hosts.isEmpty ? [nil] : route.hosts
        var shadowing: [Int?] = []
        for host in Set(hosts) { shadowing.append(take(Place(host: host, path: path), route.methods, line)) }
        return shadowing.contains(nil) ? nil : shadowing.compactMap(\.self).max()
    }

    /// The normal form of a path; nil when it has none.
    static func normalised(_ path: String) -> String? {
        var normaliser = PathNormaliser()
        let bytes = Array(path.utf8)
        guard normaliser.normalise(bytes.rawBytes) else { return nil }
        let result = normaliser.normalised
        return String(decoding: (0..<result.byteCount).map { result.byte($0) }, as: UTF8.self)
    }

    // MARK: - Private

    private mutating func take(_ place: Place, _ methods: [String], _ line: Int) -> Int? {
        var taken = places[place] ?? Taken()
        defer { places[place] = taken }
        if methods.isEmpty {
            defer { taken.everyMethod = taken.everyMethod ?? line }
            return taken.everyMethod
        }
        let before = methods.map { taken.methods[$0] }
        for method in methods where taken.methods[method] == nil { taken.methods[method] = line }
        return before.contains(nil) ? nil : before.compactMap(\.self).max()
    }

    private static func normalForm(of pattern: PathPattern) -> PathPattern {
        switch pattern {
        case .exact(let path): return .exact(normalised(path) ?? path)
        case .prefix(let path):
            var prefix = normalised(path) ?? path
            while prefix.hasSuffix("/") { prefix.removeLast() }
            return .prefix(prefix)
        }
    }
}
