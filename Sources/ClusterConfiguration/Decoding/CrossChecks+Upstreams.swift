internal import Routing
internal import Settings

/// Routes name upstreams, and upstreams are for routes.
extension CrossChecks {
    func checkUpstreams() {
        let upstreams = upstreamEntries
        let names = upstreams.map(\.name)
        var used: Set<String> = []
        for setting in namedUpstreams {
            guard let name = Forward.readName(setting) else { continue }
            used.insert(name)
            if names.contains(name) { continue }
            let nearest = Spelling.nearest(to: name, of: names).map { " (did you mean \"\($0)\"?)" } ?? ""
            setting.error(
                "there is no upstream \"\(name.shortened)\"\(nearest.isEmpty ? "; add it to \"upstreams\", or write the URL of a server" : nearest)"
            )
        }
        for upstream in upstreams where !used.contains(upstream.name) {
            fields.reading.warning("no route uses the upstream \"\(upstream.name.shortened)\"", at: upstream.mark)
        }
    }

    // MARK: - Private

    // Looked up without opening the sections a second time, which would complain a second time.

    private var upstreamEntries: [(name: String, mark: Mark)] {
        guard case .mapping(let entries) = fields[.upstreams]?.node.content else { return [] }
        return entries.map { ($0.key, $0.keyMark) }
    }

    /// What routes say behind `upstream`.
    private var namedUpstreams: [Setting] {
        guard let routes = fields[.routes], case .sequence(let nodes) = routes.node.content else { return [] }
        return nodes.compactMap { node in
            guard case .mapping(let entries) = node.content, let entry = entries.first(where: { $0.key == Route.Key.upstream.rawValue })
            else { return nil }
            return Setting(entry.value, named: "\"\(entry.key)\"", fields.reading)
        }
    }
}
