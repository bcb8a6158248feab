package import HTTP1

/// All routes, compiled: which plan is for a request.
///
/// Precedence is that of the configuration: the most specific host (exact, then the longest wildcard, then any); the exact path, then regular
/// expressions in the order of the file, then the longest prefix by whole segments; and among routes with the same host and path `Precedence`. A
/// route of which something does not hold leaves the request to the next one in this order, down to the least specific host.
///
/// A lookup hashes the host once, and the path once for each group of hosts that it gets to, whatever the number of routes, and touches no heap.
///
/// Immutable: it is compiled on one thread and used on another.
package final class RouteTable: Sendable {
    package enum Match: Equatable, Sendable, BitwiseCopyable {
        /// An index into `routes`.
        case plan(Int)
        case notFound
        /// The path cannot be normalised: 400.
        case malformedPath
        /// A regular expression took too long to say whether its route is the one: 500.
        case patternLimit
    }

    /// One for each route, in the order of the file.
    package let routes: [CompiledRoute]
    /// Those that go to an upstream: who follows a table has to look at these alone.
    package let forwards: [(route: Int, plan: ForwardPlan)]

    private let hosts: HostGroups
    private let groups: [PathGroup]
    private let paths: KeyTable
    private let entries: [PathEntry]
    private let candidates: [RouteCandidate]
    private let methodNames: MethodNames
    private let conditions: Conditions

    package init(_ routes: [Route], constants: WorkerConstants, upstreams: [UpstreamSettings] = []) {
        var compiled: [CompiledRoute] = []
        compiled.reserveCapacity(routes.count)
        var compiler = RouteCompiler(capacity: routes.count)
        let upstreams = UpstreamNames(upstreams)
        // Borrowed from here on: a route is large, and to copy it takes as long as to compile a short one.
        for (index, route) in routes.enumerated() {
            compiled.append(CompiledRoute(route, constants: constants, upstreams: upstreams))
            compiler.add(route, index: index)
        }
        self.routes = compiled
        forwards = compiled.indices.compactMap { index in
            guard case .forward(let plan) = compiled[index].plan else { return nil }
            return (index, plan)
        }
        hosts = HostGroups(compiler.hosts)
        methodNames = compiler.methodNames
        conditions = compiler.conditions
        let tables = compiler.finish()
        groups = tables.groups
        paths = tables.paths
        entries = tables.entries
        candidates = tables.candidates
    }

    /// The plan for the request at the start of `bytes`.
    package func find(
        _ head: borrowing RequestHead, _ bytes: RawSpan, from client: NetworkAddress?, normaliser: inout PathNormaliser,
        _ workspace: inout MatchWorkspace
    ) -> Match {
        find(
            method: head.method, methodName: head.methodPlace.of(bytes), host: head.host.of(bytes), path: head.path.of(bytes),
            client: client, head, bytes, normaliser: &normaliser, &workspace)
    }

    /// The plan for a request.
    ///
    /// - Parameters:
    ///   - methodName: the method as it came; looked at only when `method` is `other`.
    ///   - host: without a port, in any case, with or without the dot of the root; empty when the client named none.
    ///   - path: as it came, without the query; empty means `/`. `*` has no route.
    ///   - client: nil for one without an address.
    ///   - head: its fields and its query, in `bytes`.
    package func find(
        method: Method, methodName: RawSpan, host: RawSpan, path: RawSpan, client: NetworkAddress?, _ head: borrowing RequestHead,
        _ bytes: RawSpan, normaliser: inout PathNormaliser, _ workspace: inout MatchWorkspace
    ) -> Match {
        if path.byteCount > 0 {
            if path.byte(0) != Grammar.slash { return .notFound }
            if PathNormaliser.isNormal(path) { return find(method, methodName, host, path, client, head, bytes, &workspace) }
        }
        if !normaliser.normalise(path) { return .malformedPath }
        return find(method, methodName, host, normaliser.key, client, head, bytes, &workspace)
    }

    // MARK: - Private

    /// From the most specific host to any.
    private func find(
        _ method: Method, _ methodName: RawSpan, _ host: RawSpan, _ path: RawSpan, _ client: NetworkAddress?,
        _ head: borrowing RequestHead, _ bytes: RawSpan, _ workspace: inout MatchWorkspace
    ) -> Match {
        var group = hosts.isEmpty ? 0 : hosts.find(host)
        while true {  // A group's parent is less specific than it, and group 0 is everybody's last.
            let match = find(in: group, method, methodName, path, client, head, bytes, &workspace)
            if match != .notFound || group == 0 { return match }
            group = Int(groups[group].parent)
        }
    }

    /// The exact path, then regular expressions, then prefixes from the longest to the shortest.
    private func find(
        in group: Int, _ method: Method, _ methodName: RawSpan, _ path: RawSpan, _ client: NetworkAddress?,
        _ head: borrowing RequestHead, _ bytes: RawSpan, _ workspace: inout MatchWorkspace
    ) -> Match {
        let shape = groups[group]
        let found = walk(path, in: group, shape, &workspace)
        if found.exact >= 0 {
            let match = first(of: entries[found.exact].candidates, method, methodName, path, client, head, bytes, &workspace)
            if match != .notFound { return match }
        }
        if shape.regexes.count > 0 {
            let match = first(of: shape.regexes, method, methodName, path, client, head, bytes, &workspace)
            if match != .notFound { return match }
        }
        var prefix = found.prefix
        while prefix >= 0 {  // Each is shorter than the one before.
            let match = first(of: entries[prefix].candidates, method, methodName, path, client, head, bytes, &workspace)
            if match != .notFound { return match }
            prefix = Int(entries[prefix].shorter)
        }
        return .notFound
    }

    /// The entries of a path within a group of hosts; -1 where there is none.
    private struct Found: BitwiseCopyable {
        var exact = -1
        /// The longest.
        var prefix = -1
    }

    /// One walk over the path: at each end of a segment what is behind us is a prefix, a longer one than before; all of it is the exact path.
    private func walk(_ path: RawSpan, in group: Int, _ shape: PathGroup, _ workspace: inout MatchWorkspace) -> Found {
        let prefixScope = PathGroup.prefixScope(group)
        var found = Found()
        var depth = 0
        var hash = ByteHash()
        var index = 0
        while index <= path.byteCount {
            let isEnd = index == path.byteCount
            let byte = isEnd ? Grammar.slash : path.byte(index)
            if byte == Grammar.slash {
                if shape.hasPrefix(ofDepth: depth) {
                    workspace.countProbe()
                    let entry = paths.find(hash: hash.value, scope: prefixScope, text: path.extracting(0..<index))
                    if entry >= 0 { found.prefix = entry }
                }
                depth &+= 1
                // What lies deeper than the deepest prefix matters to exact paths only.
                if depth > shape.deepest, !shape.hasExact { return found }
            }
            if isEnd { break }
            hash.combine(byte)
            index &+= 1
        }
        if shape.hasExact {
            workspace.countProbe()
            found.exact = paths.find(hash: hash.value, scope: PathGroup.exactScope(group), text: path)
        }
        return found
    }

    /// The first of these candidates that takes the method and whose conditions hold.
    private func first(
        of run: CandidateRun, _ method: Method, _ methodName: RawSpan, _ path: RawSpan, _ client: NetworkAddress?,
        _ head: borrowing RequestHead, _ bytes: RawSpan, _ workspace: inout MatchWorkspace
    ) -> Match {
        var index = Int(run.start)
        let end = index &+ Int(run.count)
        while index < end {
            workspace.countProbe()
            let candidate = candidates[index]
            index &+= 1
            guard candidate.accepts(method) || method == .other && methodNames.contains(methodName, for: candidate) else { continue }
            if candidate.conditions.count == 0 { return .plan(Int(candidate.route)) }
            switch conditions.hold(candidate.conditions, path: path, client: client, head, bytes, &workspace) {
            case .holds: return .plan(Int(candidate.route))
            case .fails: continue
            case .unknown: return .patternLimit
            }
        }
        return .notFound
    }
}
