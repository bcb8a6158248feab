package import HTTP1

/// All routes, compiled: which plan is for a request.
///
/// Precedence is that of the configuration: the most specific host (exact, then the longest wildcard, then any), the exact path, the longest
/// prefix by whole segments, a route with methods before one without, and then the first in the file. A lookup hashes the host once and the
/// path once for each group of hosts that matches, whatever the number of routes, and touches no heap.
///
/// Immutable: it is compiled on one thread and used on another.
package final class RouteTable: Sendable {
    package enum Match: Equatable, Sendable, BitwiseCopyable {
        /// An index into `routes`.
        case plan(Int)
        case notFound
        /// The path cannot be normalised: 400.
        case malformedPath
    }

    /// One for each route, in the order of the file.
    package let routes: [CompiledRoute]

    private let hosts: HostGroups
    private let groups: [PathGroup]
    private let paths: KeyTable
    private let candidates: [RouteCandidate]
    /// Where the candidates of a path begin; those of path n end where those of n + 1 begin.
    private let firstCandidates: [Int32]
    private let methodNames: MethodNames

    package init(_ routes: [Route], constants: WorkerConstants) {
        self.routes = routes.map { CompiledRoute($0, constants: constants) }
        var compiler = RouteCompiler()
        for (index, route) in routes.enumerated() { compiler.add(route, index: index) }
        hosts = HostGroups(compiler.hosts)
        groups = compiler.groups
        methodNames = compiler.methodNames
        (paths, candidates, firstCandidates) = compiler.finish()
    }

    /// The plan for a request.
    ///
    /// - Parameters:
    ///   - methodName: the method as it came; looked at only when `method` is `other`.
    ///   - host: without a port, in any case, with or without the dot of the root; empty when the client named none.
    ///   - path: as it came, without the query; empty means `/`. `*` has no route.
    package func find(
        method: Method, methodName: RawSpan, host: RawSpan, path: RawSpan, normaliser: inout PathNormaliser
    ) -> Match {
        if path.byteCount > 0 {
            if path.byte(0) != Grammar.slash { return .notFound }
            if PathNormaliser.isNormal(path) { return find(method, methodName, host, path) }
        }
        if !normaliser.normalise(path) { return .malformedPath }
        return find(method, methodName, host, normaliser.normalised)
    }

    /// The plan for the request at the start of `bytes`.
    package func find(_ head: borrowing RequestHead, _ bytes: RawSpan, normaliser: inout PathNormaliser) -> Match {
        find(
            method: head.method, methodName: head.methodPlace.of(bytes), host: head.host.of(bytes), path: head.path.of(bytes),
            normaliser: &normaliser)
    }

    // MARK: - Private

    /// Goes from the least specific host to the most specific one; the last that has a route for the path has the best.
    private func find(_ method: Method, _ methodName: RawSpan, _ host: RawSpan, _ path: RawSpan) -> Match {
        var best = route(in: 0, method, methodName, path)
        if !hosts.isEmpty {
            var search = HostGroups.Search(host)
            while let group = hosts.next(&search, host) {
                let found = route(in: group, method, methodName, path)
                if found >= 0 { best = found }
            }
        }
        return best >= 0 ? .plan(best) : .notFound
    }

    /// The best route for a path within a group of hosts; -1 when there is none. One walk over the path: at each end of a segment what is
    /// behind us is a prefix, a longer one than before; all of it is the exact path.
    private func route(in group: Int, _ method: Method, _ methodName: RawSpan, _ path: RawSpan) -> Int {
        let shape = groups[group]
        let prefixScope = PathGroup.prefixScope(group)
        var best = -1
        var depth = 0
        var hash = ByteHash()
        var index = 0
        while index <= path.byteCount {
            let isEnd = index == path.byteCount
            let byte = isEnd ? Grammar.slash : path.byte(index)
            if byte == Grammar.slash {
                if shape.hasPrefix(ofDepth: depth) {
                    let text = path.extracting(0..<index)
                    let found = paths.find(hash: hash.value, scope: prefixScope, text: text)
                    if found >= 0 {
                        let route = candidate(found, method, methodName)
                        if route >= 0 { best = route }
                    }
                }
                depth &+= 1
                // What lies deeper than the deepest prefix matters to exact paths only.
                if depth > shape.deepest, !shape.hasExact { return best }
            }
            if isEnd { break }
            hash.combine(byte)
            index &+= 1
        }
        guard shape.hasExact else { return best }
        let found = paths.find(hash: hash.value, scope: PathGroup.exactScope(group), text: path)
        if found >= 0 {
            let route = candidate(found, method, methodName)
            if route >= 0 { return route }
        }
        return best
    }

    /// The first route of a path that takes the method; they are in the order of precedence. -1 when none does.
    private func candidate(_ path: Int, _ method: Method, _ methodName: RawSpan) -> Int {
        var index = Int(firstCandidates[path])
        let end = Int(firstCandidates[path + 1])
        while index < end {
            let candidate = candidates[index]
            if candidate.accepts(method) || method == .other && methodNames.contains(methodName, for: candidate) {
                return Int(candidate.route)
            }
            index &+= 1
        }
        return -1
    }
}
