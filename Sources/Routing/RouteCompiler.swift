internal import HTTP1

/// Collects routes into the tables that `RouteTable` looks them up in. Group 0 is that of any host.
struct RouteCompiler: ~Copyable {
    private struct PathKey: Hashable {
        var group: Int
        var isExact: Bool
        let text: [UInt8]
        /// Of the bytes, whatever the scope.
        let textHash: UInt64

        init(group: Int, isExact: Bool, text: [UInt8]) {
            self.group = group
            self.isExact = isExact
            self.text = text
            var hash = ByteHash()
            for byte in text { hash.combine(byte) }
            textHash = hash.value
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(textHash)
            hasher.combine(group)
        }
    }

    private struct Ranked {
        var precedence: Precedence
        var candidate: RouteCandidate
    }

    private(set) var hosts: [HostPattern: Int] = [:]
    private(set) var methodNames = MethodNames()
    private(set) var conditions = Conditions()
    private var groups = [PathGroup()]
    private var paths: [PathKey: Int] = [:]
    /// Of the prefixes, whatever their group: most of what a path begins with is none of them.
    private var prefixHashes: Set<UInt64> = []
    /// Those of each path.
    private var candidates: [[Ranked]] = []
    /// Those of each group whose path is a regular expression.
    private var regexes: [Int: [RouteCandidate]] = [:]
    private var normaliser = PathNormaliser()

    /// For so many routes.
    init(capacity: Int) {
        paths.reserveCapacity(capacity)
        candidates.reserveCapacity(capacity)
    }

    /// Routes are added in the order of the file.
    mutating func add(_ route: Route, index: Int) {
        let ranked = Ranked(precedence: Precedence(route, index: index), candidate: candidate(for: route, index: index))
        if route.hosts.isEmpty { return add(ranked, path: route.path, group: 0) }
        let groupNumbers = route.hosts.map { group(of: $0) }
        // A host that is named twice is one host.
        for group in groupNumbers.count == 1 ? groupNumbers : Array(Set(groupNumbers)) { add(ranked, path: route.path, group: group) }
    }

    struct Tables {
        var paths: KeyTable
        var entries: [PathEntry]
        var groups: [PathGroup]
        var candidates: [RouteCandidate] = []
    }

    /// The paths, and the candidates of each in the order of precedence, one behind the other.
    consuming func finish() -> Tables {
        var entries = Array(repeating: PathEntry(), count: candidates.count)
        for (key, number) in paths where !key.isExact { entries[number].shorter = shorterPrefix(than: key) }
        var tables = Tables(paths: KeyTable(paths.map(Self.key)), entries: entries, groups: groups)
        for (number, list) in candidates.enumerated() {
            // Most are alone at their path.
            let sorted = list.count == 1 ? list : list.sorted { $0.precedence > $1.precedence }
            tables.entries[number].candidates = tables.append(sorted.lazy.map(\.candidate))
        }
        for (group, list) in regexes { tables.groups[group].regexes = tables.append(list) }
        for (host, group) in hosts { tables.groups[group].parent = wildcard(above: host) }
        return tables
    }

    // MARK: - Private

    private mutating func candidate(for route: Route, index: Int) -> RouteCandidate {
        var candidate = RouteCandidate(route: Int32(index))
        candidate.conditions = conditions.append(route)
        if route.methods.isEmpty { return candidate }
        candidate.methods = 0
        candidate.firstName = Int32(methodNames.count)
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

    private mutating func add(_ ranked: Ranked, path: PathPattern, group: Int) {
        switch path {
        case .regex: regexes[group, default: []].append(ranked.candidate)
        case .exact(let text):
            groups[group].hasExact = true
            add(ranked, PathKey(group: group, isExact: true, text: normalised(text)))
        case .prefix(let text):
            var prefix = normalised(text)
            // `/api/` means what `/api` means, and `/` is the prefix of no segment at all.
            while prefix.last == Grammar.slash { prefix.removeLast() }
            groups[group].addPrefix(ofDepth: prefix.count { $0 == Grammar.slash })
            let key = PathKey(group: group, isExact: false, text: prefix)
            prefixHashes.insert(key.textHash)
            add(ranked, key)
        }
    }

    private mutating func add(_ ranked: Ranked, _ key: PathKey) {
        guard let known = paths.updateValue(candidates.count, forKey: key) else { return candidates.append([ranked]) }
        paths[key] = known
        candidates[known].append(ranked)
    }

    /// Requests are matched in their normal form, so that is what a pattern has to be in. One that has none never matches; the
    /// configuration refuses it where it is written.
    private mutating func normalised(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        if bytes.first != Grammar.slash || PathNormaliser.isNormal(bytes.rawBytes) { return bytes }
        guard normaliser.normalise(bytes.rawBytes) else { return bytes }
        let result = normaliser.key
        return (0..<result.byteCount).map { result.byte($0) }
    }

    private static func key(_ key: PathKey, _ number: Int) -> KeyTable.Key {
        let scope = key.isExact ? PathGroup.exactScope(key.group) : PathGroup.prefixScope(key.group)
        return KeyTable.Key(hash: key.textHash, scope: scope, text: key.text, value: Int32(number))
    }

    /// The number of the longest prefix of the group that is a prefix of this one; -1 when there is none.
    private func shorterPrefix(than key: PathKey) -> Int32 {
        // One walk, as with a request, whatever the number of segments.
        var ends: [Int] = []
        var depth = 0
        var hash = ByteHash()
        for (index, byte) in key.text.enumerated() {
            if byte == Grammar.slash {
                // Where nothing has so few segments there is nothing to be found.
                if groups[key.group].hasPrefix(ofDepth: depth), prefixHashes.contains(hash.value) { ends.append(index) }
                depth += 1
            }
            hash.combine(byte)
        }
        for end in ends.reversed() {
            if let number = paths[PathKey(group: key.group, isExact: false, text: Array(key.text[..<end]))] { return Int32(number) }
        }
        return -1
    }

    /// The group of the longest wildcard that every host of this pattern falls under as well; 0 when there is none.
    private func wildcard(above host: HostPattern) -> Int32 {
        var name = host.name[...]
        while let dot = name.firstIndex(of: ".") {
            name = name[name.index(after: dot)...]
            if let group = hosts[.suffix(String(name))] { return Int32(group) }
        }
        return 0
    }
}

extension RouteCompiler.Tables {
    fileprivate mutating func append(_ list: some Sequence<RouteCandidate>) -> CandidateRun {
        let start = candidates.count
        candidates += list
        return CandidateRun(start: Int32(start), count: Int32(candidates.count - start))
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

    fileprivate var name: String {
        switch self {
        case .exact(let name), .suffix(let name): name
        }
    }
}
