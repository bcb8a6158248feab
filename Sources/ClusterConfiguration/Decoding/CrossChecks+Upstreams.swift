internal import Routing
internal import Settings

/// Routes name upstreams and apps, and those are for routes.
extension CrossChecks {
    func checkUpstreams() {
        check(
            .upstream, against: entries(of: .upstreams), kind: "upstream", instead: "add it to \"upstreams\", or write the URL of a server")
    }

    func checkApps(_ apps: [AppSettings]) {
        check(.app, against: entries(of: .apps), kind: "app", instead: "add it to \"apps\"")
        let total = apps.map(\.instances).reduce(0, +)
        if total > AppSettings.most {
            fields.reading.error(
                "all apps together have \(total) instances; at most \(AppSettings.most) can run", at: fields.mark(of: .apps))
        }
    }

    // MARK: - Private

    // Looked up without opening the sections a second time, which would complain a second time.

    func entries(of key: Configuration.Key) -> [(name: String, mark: Mark)] {
        guard case .mapping(let entries) = fields[key]?.node.content else { return [] }
        return entries.map { ($0.key, $0.keyMark) }
    }

    private func check(_ key: Route.Key, against entries: [(name: String, mark: Mark)], kind: String, instead: String) {
        let names = Set(entries.map(\.name))
        var used: Set<String> = []
        // An alias brings the same name, at the same place, thousands of times.
        var hints: [String: String] = [:]
        func hint(_ name: String) -> String {
            if let known = hints[name] { return known }
            let hint = Spelling.nearest(to: name, of: entries.lazy.map(\.name)).map { " (did you mean \"\($0)\"?)" } ?? "; \(instead)"
            hints[name] = hint
            return hint
        }
        for setting in targets(of: key) {
            guard let name = Forward.readName(setting) else { continue }
            used.insert(name)
            if names.contains(name) { continue }
            setting.error("there is no \(kind) \"\(name.shortened)\"\(hint(name))")
        }
        if entries.isEmpty || haveRoutesUnknownKeys { return }
        for entry in entries where !used.contains(entry.name) {
            fields.reading.warning("no route uses the \(kind) \"\(entry.name.shortened)\"", at: entry.mark)
        }
    }

    /// One of them may have been meant for the action.
    private var haveRoutesUnknownKeys: Bool {
        guard let routes = fields[.routes] else { return fields.hasUnknownKeys }
        guard case .sequence(let nodes) = routes.node.content else { return false }
        return nodes.contains { node in
            guard case .mapping(let entries) = node.content else { return false }
            return entries.contains { Route.Key(rawValue: $0.key) == nil }
        }
    }

    /// What routes say behind `upstream` or `app`.
    private func targets(of key: Route.Key) -> [Setting] {
        guard let routes = fields[.routes], case .sequence(let nodes) = routes.node.content else { return [] }
        return nodes.compactMap { node in
            guard case .mapping(let entries) = node.content, let entry = entries.first(where: { $0.key == key.rawValue })
            else { return nil }
            return Setting(entry, fields.reading)
        }
    }
}
