internal import HTTP1

/// Collects routes into the tables that `RouteTable` looks them up in. Group 0 is that of any host.
struct RouteCompiler: ~Copyable {
    private struct PathKey: Hashable {
        var group: Int
        var isExact: Bool
        var text: [UInt8]
    }

    private(set) var hosts: [HostPattern: Int] = [:]
    private(set) var groups = [PathGroup()]
    private(set) var methodNames = MethodNames()
    private var paths: [PathKey: Int] = [:]
    private var candidates: [[RouteCandidate]] = []
    private var normaliser = PathNormaliser()

    mutating func add(_ route: Route, index: Int) {
        let candidate = candidate(for: route, index: index)
        let groupNumbers = route.hosts.isEmpty ? [0] : route.hosts.map { group(of: $0) }
        // A host that is named twice is one host.
        for group in Set(groupNumbers) { add(candidate, path: route.path, group: group) }
    }

    /// The paths, and the candidates of each in the order of precedence, one behind the other.
    consuming func finish() -> (KeyTable, [RouteCandidate], [Int32]) {
        let keys = paths.map { key, number in
            var hash = ByteHash()
            for byte in key.text { hash.combine(byte) }
            let scope = key.isExact ? PathGroup.exactScope(key.group) : PathGroup.prefixScope(key.group)
            return KeyTable.Key(hash: hash.value, scope: scope, text: key.text, value: Int32(number))
        }
        var all: [RouteCandidate] = []
        var firsts: [Int32] = [0]
        for list in candidates {
            // A route with methods goes before one without, which takes every method; among equals the file's order stays.
            all += list.filter { $0.methods != .max } + list.filter { $0.methods == .max }
            firsts.append(Int32(all.count))
        }
        return (KeyTable(keys), all, firsts)
    }

    // MARK: - Private

    private mutating func candidate(for route: Route, index: Int) -> RouteCandidate {
        if route.methods.isEmpty { return RouteCandidate(route: Int32(index), methods: .max) }
        var candidate = RouteCandidate(route: Int32(index), methods: 0, firstName: Int32(methodNames.count))
        for name in route.methods {
            let method = Method(name)
            if method == .other {
                methodNames.append(name)
                candidate.nameCount += 1
            } else {
                candidate.methods |= 1 << UInt16(method.rawValue)
            }
        }
        return candidate
    }

    private mutating func group(of pattern: HostPattern) -> Int {
        if let known = hosts[pattern.lowercased] { return known }
        groups.append(PathGroup())
        hosts[pattern.lowercased] = groups.count - 1
        return groups.count - 1
    }

    private mutating func add(_ candidate: RouteCandidate, path: PathPattern, group: Int) {
        let key: PathKey
        switch path {
        case .exact(let text):
            key = PathKey(group: group, isExact: true, text: normalised(text))
            groups[group].hasExact = true
        case .prefix(let text):
            var prefix = normalised(text)
            // `/api/` means what `/api` means, and `/` is the prefix of no segment at all.
            while prefix.last == Grammar.slash { prefix.removeLast() }
            key = PathKey(group: group, isExact: false, text: prefix)
            groups[group].addPrefix(ofDepth: prefix.count { $0 == Grammar.slash })
        }
        if let number = paths[key] {
            candidates[number].append(candidate)
        } else {
            paths[key] = candidates.count
            candidates.append([candidate])
        }
    }

    /// Requests are matched in their normal form, so that is what a pattern has to be in. One that has none never matches; the
    /// configuration refuses it where it is written.
    private mutating func normalised(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        guard bytes.first == Grammar.slash, normaliser.normalise(bytes.rawBytes) else { return bytes }
        let result = normaliser.normalised
        return (0..<result.byteCount).map { result.byte($0) }
    }
}

extension HostPattern {
    /// Host names have no case (RFC 9110 §4.2.3).
    fileprivate var lowercased: HostPattern {
        switch self {
        case .exact(let name): .exact(name.lowercased())
        case .suffix(let name): .suffix(name.lowercased())
        }
    }
}
