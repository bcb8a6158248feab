internal import HTTP1
internal import Settings

/// Which routes leave nothing for those after them, by the order of precedence that `RouteTable` follows.
struct Shadows {
    fileprivate struct Place: Hashable {
        /// nil is every host.
        var host: HostPattern?
        var path: PathPattern
        /// With the names of headers in lower case.
        var headers: Set<ValueMatcher>
        var query: Set<ValueMatcher>
        var cookies: Set<ValueMatcher>
        var clients: Set<AddressRange>

        /// By what most routes differ in.
        func hash(into hasher: inout Hasher) {
            hasher.combine(host)
            hasher.combine(path)
            // Most have none of these; many routes of one place may differ in them alone.
            if !headers.isEmpty { hasher.combine(headers) }
            if !query.isEmpty { hasher.combine(query) }
            if !cookies.isEmpty { hasher.combine(cookies) }
            if !clients.isEmpty { hasher.combine(clients) }
        }
    }

    /// Lines of the routes that take a method, or every method, at a place.
    fileprivate struct Taken {
        var methods: [String: Int] = [:]
        var everyMethod: Int?
    }

    private var places: [Place: Taken] = [:]

    /// The line of the route that takes everything from this one, when there is one; and this one takes its place.
    mutating func cast(by route: Route, on line: Int) -> Int? {
        let headers = route.headers.map { ValueMatcher(name: $0.name.lowercased(), $0.test) }
        var place = Place(
            path: Self.normalForm(of: route.path), headers: Set(headers), query: Set(route.query), cookies: Set(route.cookies),
            clients: Set(route.clients))
        if route.hosts.isEmpty { return take(place, route.methods, line) }
        var shadowing: [Int?] = []
        for host in Set(route.hosts) {
            place.host = host
            shadowing.append(take(place, route.methods, line))
        }
        return shadowing.contains(nil) ? nil : shadowing.compactMap(\.self).max()
    }

    /// The normal form of a path; nil when it has none.
    static func normalised(_ path: String) -> String? {
        let bytes = Array(path.utf8)
        if isNormal(bytes) { return path }
        var normaliser = PathNormaliser()
        guard normaliser.normalise(bytes.rawBytes) else { return nil }
        let result = normaliser.normalised
        return String(decoding: (0..<result.byteCount).map { result.byte($0) }, as: UTF8.self)
    }

    /// The form that it is matched in; nil when it has none.
    static func key(_ path: String) -> String? {
        let bytes = Array(path.utf8)
        if isNormal(bytes) { return path }
        var normaliser = PathNormaliser()
        guard normaliser.normalise(bytes.rawBytes) else { return nil }
        let result = normaliser.key
        return String(decoding: (0..<result.byteCount).map { result.byte($0) }, as: UTF8.self)
    }

    // MARK: - Private

    /// As most are; then it is matched in this form as well, for nothing in it is escaped. A normaliser has its 120 KiB.
    private static func isNormal(_ path: [UInt8]) -> Bool { path.first == Grammar.slash && PathNormaliser.isNormal(path.rawBytes) }

    private mutating func take(_ place: Place, _ methods: [String], _ line: Int) -> Int? {
        let before = places[place].flatMap { $0.line(before: methods, inOrderOfFile: place.isPattern) } ?? unconditional(place, methods)
        places[place, default: Taken()].add(methods, line)
        return before
    }

    /// Regular expressions are asked in the order of the file, whatever else their routes want: one that wants nothing else leaves nothing.
    private func unconditional(_ place: Place, _ methods: [String]) -> Int? {
        guard place.isPattern else { return nil }
        let bare = Place(host: place.host, path: place.path, headers: [], query: [], cookies: [], clients: [])
        return places[bare]?.line(before: methods, inOrderOfFile: true)
    }

    private static func normalForm(of pattern: PathPattern) -> PathPattern {
        switch pattern {
        case .exact(let path): return .exact(key(path) ?? path)
        case .prefix(let path):
            var prefix = key(path) ?? path
            while prefix.hasSuffix("/") { prefix.removeLast() }
            return .prefix(prefix)
        case .regex: return pattern
        }
    }
}

extension Shadows.Place {
    fileprivate var isPattern: Bool { if case .regex = path { true } else { false } }
}

extension Shadows.Taken {
    fileprivate mutating func add(_ methods: [String], _ line: Int) {
        if methods.isEmpty { everyMethod = everyMethod ?? line }
        for method in methods where self.methods[method] == nil { self.methods[method] = line }
    }

    /// The line of the route that leaves nothing to a later one for these methods. A route for every method comes after those with methods,
    /// wherever it stands, except where the order of the file is all that counts.
    fileprivate func line(before later: [String], inOrderOfFile: Bool) -> Int? {
        if later.isEmpty { return everyMethod }
        let lines = later.map { methods[$0] ?? (inOrderOfFile ? everyMethod : nil) }
        return lines.contains(nil) ? nil : lines.compactMap(\.self).max()
    }
}
